"""Who holds a firearm last: told once two officers have released it, or kept with its ground."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.access import approvals
from registry.core.errors import Conflict, Forbidden, Refused
from registry.core.work import OPERATOR
from registry.exchange import jose, strict_json
from registry.requests import acts, holder_queries, queries
from schemas.requests import Step
from schemas.requests_vocabulary import HolderField, RequestAct, RestrictionGround, Usefulness
from schemas.vocabulary import Role
from tests.exchange.world import Clock, Node
from tests.makers import agreed, make_actor, make_person
from tests.requests.holders import WANTED, held_by_a_person, propose, released, said, told
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    ask,
    asked,
    deliver,
    made_and_exported,
    send,
    view,
)

AUDITOR = make_actor(Role.AUDITOR, user_id=9)


def hold_up(node: Node, jti: str, until: str) -> None:
    """A message of theirs leaves then."""
    with node.office.begin(OPERATOR) as work:
        statement = text("UPDATE exchange_out SET next_at = :until WHERE jti = :jti")
        work.session.execute(statement, {"jti": jti, "until": until})


def test_the_last_holder_is_told_by_two_officers_alone_and_both_stand_in_the_message(two: list[Node]) -> None:
    br, pt = two
    held_by_a_person(pt)
    allow(pt, "BR", release=True)
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    assert view(br).state == "answered"  # by the machine, without the holder
    assert (said(br), told(br)["holder"], told(br)["last_holder"]) == ("second_step", None, "")
    with pt.office.look(OFFICER) as work:
        assert holder_queries.waiting(work) == [(1, "BR")]
        assert RequestAct.NAME_HOLDER in queries.request(work, 1).possible
    until = pt.office.today + timedelta(days=30)
    with pytest.raises(Forbidden, match="takes two"):
        answer(pt, 1, act=RequestAct.NAME_HOLDER)
    with pt.office.begin(make_person(pt.office)) as work:
        new = released(withheld=(HolderField.DOCUMENT,), retain_until=until)
        waiting = propose(work, new)
        assert "João" not in str(waiting.changes)  # a proposal is for ever: it names the record
        with pytest.raises(Forbidden):
            approvals.approve(work, waiting.id, waiting.digest)
    second = make_person(pt.office)
    with pt.office.begin(second) as work:
        approvals.approve(work, waiting.id, waiting.digest)
    deliver(two)
    assert told(br)["holder"] == {
        "kind": "person", "name": "João da Silva", "birth_date": "1970-05-01", "document_kind": "",
        "document_number": "", "address": "",
    }  # fmt: skip
    assert (said(br), told(br)["last_holder"], view(br).state) == ("told", "João da Silva", "answered")
    assert told(br)["steps"], "what was told before stays"
    handling = view(br).handling
    assert handling is not None
    assert (handling["onward"], handling["retain_until"]) == (
        "none",
        str(until),
    )
    kept = view(pt).events[-1]
    assert (kept.what, kept.details["proposed_by"], kept.details["approved_by"]) == (
        "name_holder", waiting.proposer_id, second.user_id,
    )  # fmt: skip
    record = pt.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=kept.message)[0][0]
    actor = strict_json.loads(jose.parse(record).payload)["actor"]
    assert actor == {"user": str(waiting.proposer_id), "approver": str(second.user_id)}
    for node in two:  # readers without persons are told that somebody was named, not whom
        with node.office.look(AUDITOR) as work:
            seen = queries.request(work, 1)
            assert "João" not in str(seen)
    with pytest.raises(Refused, match="were told"), pt.office.begin(make_person(pt.office)) as work:
        propose(work, released())


def test_a_late_first_answer_takes_nothing_back_and_a_new_one_names_nobody_before_two_agree_again(
    two: list[Node],
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    agreed(pt.office, lambda work: propose(work, released()))
    first, _second = pt.rows("SELECT jti FROM exchange_out WHERE type = 'trace.response' ORDER BY seq")
    hold_up(pt, first[0], "2090-01-01 00:00:00.000000")
    deliver(two)
    assert (told(br)["last_holder"], view(br).state) == ("Casa do Caçador", "answered")
    assert "Casa do Caçador" not in str(told(br)["steps"])
    hold_up(pt, first[0], "2020-01-01 00:00:00.000000")
    deliver(two)
    assert told(br)["last_holder"] == "Casa do Caçador"
    assert view(br).events[-1].details["crossed"]
    ask(br, 1, act=RequestAct.CLARIFY, words="Under which licence?")
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER, words="EX-4711")
    deliver(two)
    assert (told(br)["last_holder"], said(br), told(br)["words"]) == ("", "second_step", "EX-4711")
    agreed(pt.office, lambda work: propose(work, released()))
    deliver(two)
    assert (told(br)["last_holder"], said(br)) == ("Casa do Caçador", "told")


def test_the_last_holder_is_kept_with_its_ground_or_was_not_asked_for(two: list[Node], clock: Clock) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=WANTED))
    send(br, asked("PT"))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    answer(pt, 2, act=RequestAct.ANSWER)
    with pytest.raises(Refused, match="Nobody asked"):
        answer(pt, 2, act=RequestAct.KEEP_HOLDER, words="No.", ground=RestrictionGround.NATIONAL_SECURITY)
    with pytest.raises(Refused, match="ITI 22"):
        answer(pt, 1, act=RequestAct.KEEP_HOLDER, words="No.")
    answer(pt, 1, act=RequestAct.KEEP_HOLDER, words="No.", ground=RestrictionGround.NATIONAL_SECURITY)
    deliver(two)
    assert (said(br), told(br)["ground"], told(br)["holder"]) == ("withheld", "national_security", None)
    assert view(br).events[-1].what == "keep_holder"
    with pt.office.begin(make_person(pt.office)) as work:  # another officer may see it otherwise
        waiting = propose(work, released())
    ask(br, 1, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)
    deliver(two)
    with pytest.raises(Conflict), pt.office.begin(make_person(pt.office)) as work:
        approvals.approve(work, waiting.id, waiting.digest)
    with pytest.raises(Refused), pt.office.begin(OFFICER) as work:
        acts.answer(work, 1, Step(act=RequestAct.KEEP_HOLDER, words="No."), queries.request(work, 1).version)
