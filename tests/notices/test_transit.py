"""States on the way are notified before, and object or not, by signed message (FP 10(2)(b), 10(3))."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.core.errors import Conflict, Invalid, Refused
from registry.licensing import acts, review_acts
from registry.licensing import queries as licences
from registry.licensing.queries import licence_key
from registry.notices import following, queries
from schemas.licensing import Application, Because
from schemas.licensing_review import TransitChange
from schemas.licensing_vocabulary import TransitAnswer
from schemas.notices_vocabulary import Matter, NoticeAct
from tests.exchange.world import Clock, Node
from tests.notices.world import (
    OFFICER,
    answer,
    ask,
    deliver,
    effects,
    exporting,
    importing,
    licence,
    notices,
    take_back,
    unmet,
)

A = NoticeAct


def through_argentina(three: list[Node], **given: object) -> str:
    br, pt, _ = three
    return exporting(br, importing(pt), transits={"AR": {}}, verified=True, **given)


def test_a_no_objection_meets_the_condition_and_an_objection_undoes_it(three: list[Node]) -> None:
    br, _, ar = three
    number = through_argentina(three)
    assert "was not asked" in unmet(br, number, "transit")[0]
    with pytest.raises(Invalid, match="does not pass"):
        ask(br, number, Matter.TRANSIT, "PT")
    ask(br, number, Matter.TRANSIT, "AR")
    assert "has not answered" in unmet(br, number, "transit")[0]
    assert licence(br, number).transits[0].informed_on is None  # before they have receipted it
    deliver(three)
    theirs = notices(ar)[0]
    assert (theirs.state, theirs.their_number, theirs.late) == ("asked", number, False)
    assert theirs.asked["import_licence"]["number"] == licence(br, number).import_licence.number
    assert theirs.asked["lines"][0]["description"] == "Pistol 9x19"
    assert theirs.due_at is not None
    assert licence(br, number).transits[0].informed_on == br.office.today
    with pytest.raises(Refused, match="in words"):
        answer(ar, theirs, A.DENY)
    with pytest.raises(Refused, match="no such step"):
        answer(ar, theirs, A.NOT_YET, words="Later")
    until = ar.office.today + timedelta(days=60)
    answer(ar, theirs, A.CONFIRM, reference="ANMaC 77", valid_until=until)
    deliver(three)
    met = licence(br, number).transits[0]
    assert (met.answer, met.reference, met.valid_until) == ("no_objection", "ANMaC 77", until)
    assert met.message == notices(br)[0].steps[-1].message
    assert not unmet(br, number, "transit")
    answer(ar, notices(ar)[0], A.DENY, words="The road is closed.")
    deliver(three)
    assert "objects" in unmet(br, number, "transit")[0]
    ours = notices(br)[0]
    assert (ours.alarm, effects(ours)[-2:]) == ("denied", [("deny", "undone"), ("alarm", "")])
    by_hand = TransitChange(answer=TransitAnswer.NO_OBJECTION, reference="A letter")
    with pytest.raises(Conflict, match="signed message"), br.office.begin(OFFICER) as work:
        version = licences.licence(work, licence_key(number)).version
        review_acts.record_transit(work, licence_key(number), "AR", by_hand, version)
    answer(ar, notices(ar)[0], A.CONFIRM)
    deliver(three)
    assert licence(br, number).transits[0].reference == notices(ar)[0].number


def test_an_objection_after_issue_stops_shipments(three: list[Node]) -> None:
    br, pt, ar = three
    said = {"answer": "no_objection", "reference": "Paper", "answered_on": 0, "informed_on": -1}
    number = exporting(br, importing(pt), issued=True, transits={"AR": said})
    assert not unmet(br, number, "transit")
    ask(br, number, Matter.TRANSIT, "AR")
    deliver(three)
    answer(ar, notices(ar)[0], A.CONFIRM)
    answer(ar, notices(ar)[0], A.DENY, words="An embargo.")
    deliver(three)
    assert notices(br)[0].alarm == "undone"
    assert "objects" in unmet(br, number, "transit")[0]


def test_what_changes_is_asked_anew_and_late_answers_about_it_move_nothing(three: list[Node]) -> None:
    br, _, ar = three
    number = through_argentina(three)
    ask(br, number, Matter.TRANSIT, "AR")
    deliver(three)
    with br.office.begin(OFFICER) as work:
        key = licence_key(number)
        acts.change(work, key, Application(end_use="Sport"), licences.licence(work, key).version)
    answer(ar, notices(ar)[0], A.CONFIRM)
    deliver(three)
    assert "was not asked" in unmet(br, number, "transit")[0]
    assert effects(notices(br)[0])[-1] == ("confirm", "stays")
    ask(br, number, Matter.TRANSIT, "AR")
    deliver(three)
    assert [one.state for one in notices(ar)] == ["replaced", "asked"]
    answer(ar, notices(ar)[1], A.CONFIRM)
    take_back(br, notices(br)[1])
    deliver(three)
    assert [one.state for one in notices(br)] == ["replaced", "withdrawn"]
    assert notices(ar)[1].state == "withdrawn"
    assert "was not asked" in unmet(br, number, "transit")[0]
    ask(br, number, Matter.TRANSIT, "AR")
    with br.office.begin(OFFICER) as work:
        acts.withdraw(work, key, Because("No buyer"), licences.licence(work, key).version)
    deliver(three)
    assert [node_notices[-1].state for node_notices in (notices(br), notices(ar))] == ["withdrawn"] * 2
    assert "withdrawn" in notices(ar)[-1].steps[-1].words


def test_silence_is_no_answer_and_delays_are_noted(three: list[Node], clock: Clock) -> None:
    br, _, ar = three
    number = through_argentina(three)
    ask(br, number, Matter.TRANSIT, "AR")
    deliver(three)
    silence = TransitChange(answer=TransitAnswer.TACIT)
    with br.office.begin(OFFICER) as work:
        version = licences.licence(work, licence_key(number)).version
        review_acts.record_transit(work, licence_key(number), "AR", silence, version)
    assert "silence does not count" in unmet(br, number, "transit")[0]
    clock.move(timedelta(days=30))
    assert [following.follow(node.office) for node in three] == [1, 0, 1]
    for node in (br, ar):
        assert (notices(node)[0].late, effects(notices(node)[0])[-1]) == (True, ("escalated", ""))
    with ar.office.look(OFFICER) as work:
        assert [row.number for row in queries.queue(work)] == [notices(ar)[0].number]
    assert [following.follow(node.office) for node in three] == [0, 0, 0]
