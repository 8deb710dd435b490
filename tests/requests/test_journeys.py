"""Requests between States from the draft to their end, each State on a database of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.core.errors import Conflict, Refused, Stale
from registry.exchange import jose, strict_json
from registry.requests import acts, chain_links, following, queries
from schemas.requests import ConsentNew, ConsentReply, Step
from schemas.requests_vocabulary import Direction, FieldWanted, RequestAct, RestrictionGround, Usefulness
from tests.exchange.test_delivery import signed
from tests.exchange.world import Clock, Node, sealed_for
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    ask,
    asked,
    deliver,
    imported_and_sold,
    made_and_exported,
    numbers,
    send,
    view,
)


def what(node: Node) -> list[str]:
    return [event.what for event in view(node).events]


def test_a_request_is_acknowledged_and_traced_at_once_reviewed_and_answered_in_part(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    everything = tuple(FieldWanted)
    sent = send(br, asked("PT", fields_wanted=everything))
    assert (sent.state, sent.due_at is not None) == ("sent", True)
    deliver(two)
    theirs, ours = view(pt), view(br)
    assert what(pt) == ["send", "acknowledge", "traced"]
    assert (theirs.state, ours.state, ours.their_number) == ("acknowledged", "acknowledged", theirs.number)
    assert theirs.asked == replace(asked("PT"), to="PT", fields_wanted=everything)
    assert theirs.answer is None  # nothing leaves before an officer has looked at it
    clock.move(timedelta(minutes=20))
    withheld = ("steps.1.to_name", "last_holder")
    with pytest.raises(Refused, match="ITI 22"):
        answer(pt, 1, act=RequestAct.ANSWER_IN_PART, withheld=withheld)
    ground, words = RestrictionGround.ONGOING_INVESTIGATION, "The dealer is under investigation."
    answer(
        pt, 1, act=RequestAct.ANSWER_IN_PART, withheld=withheld, ground=ground, words=words, caveat="Police"
    )
    deliver(two)
    told = view(br)
    assert told.answer is not None
    assert told.handling is not None
    assert (told.state, told.answer["outcome"], told.answer["next_state"]["code"]) == (
        "answered_in_part", "left_the_country", "AR",
    )  # fmt: skip
    assert told.answer["withheld"] == sorted(withheld)
    assert [one["said"] for one in told.answer["wanted"]] == ["told", "told_in_part", "told", "withheld"]
    assert "Casa do Caçador" not in str(told.answer)
    assert "F-0" not in str(told.answer)
    assert "Casa do Caçador" not in str(told.answer["last_holder"] + told.answer["steps"][1]["to_name"])
    assert told.handling == {
        "audience": ["BR", "AR"], "onward": "consent", "retain_until": None, "caveat": "Police",
    }  # fmt: skip
    kept = view(pt).events[-1]
    assert kept.details["answer"]["withheld"] == sorted(withheld)
    assert kept.details["handling"]["audience"] == ["BR", "AR"]
    assert kept.delivered
    ask(br, 1, act=RequestAct.CLARIFY, words="Which proceeding?")
    deliver(two)
    assert view(pt).state == "clarifying"
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    ask(br, 1, act=RequestAct.CLOSE, outcome=Usefulness.LED_TO_NEXT_STATE)
    deliver(two)
    assert [(view(n).state, view(n).outcome) for n in two] == [("closed", "led_to_next_state")] * 2
    with pytest.raises(Refused), pt.office.begin(OFFICER) as work:
        acts.answer(work, 1, Step(act=RequestAct.ANSWER), view(pt).version)


def test_more_is_asked_given_and_traced_again_delayed_refused_and_withdrawn(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", mark="QQQ99999"))
    deliver(two)
    answer(pt, 1, act=RequestAct.ASK_MORE, words="Is the mark complete?")
    deliver(two)
    assert (view(br).state, view(br).due_at) == ("more_asked", None)
    with br.office.begin(OFFICER) as work:
        acts.edit(work, 1, asked("PT"), view(br).version)
    with pytest.raises(Stale), br.office.begin(OFFICER) as work:
        acts.edit(work, 1, asked("PT"), 1)
    ask(br, 1, act=RequestAct.GIVE_MORE, words="It was misread.")
    deliver(two)
    assert view(pt).asked.mark == "TAB12345"
    assert what(pt)[-2:] == ["give_more", "traced"]
    until = (clock.now + timedelta(days=9)).date()
    answer(pt, 1, act=RequestAct.DELAY, words="A court decides.", until=until,
           ground=RestrictionGround.CONFIDENTIALITY_LAW)  # fmt: skip
    deliver(two)
    assert view(br).state == "delayed"
    assert view(br).due_at is not None
    assert view(br).due_at.date() == until + timedelta(days=1)  # type: ignore[union-attr]
    answer(pt, 1, act=RequestAct.REFUSE, words="No.", ground=RestrictionGround.NATIONAL_SECURITY)
    deliver(two)
    assert view(br).state == "refused"
    assert "refused" in view(br).events[-1].words
    ask(br, 1, act=RequestAct.CLARIFY, words="Why?")
    ask(br, 1, act=RequestAct.WITHDRAW, words="Solved otherwise.")
    answer(pt, 1, act=RequestAct.ANSWER)  # crosses the withdrawal
    deliver(two)
    assert [view(n).state for n in two] == ["withdrawn", "withdrawn"]
    assert br.rows("SELECT count(*) FROM exchange_out WHERE state <> 'delivered'")[0][0] == 0
    assert any(event.details.get("crossed") for node in two for event in view(node).events)


def test_an_exact_match_goes_by_itself_where_that_is_allowed_and_onward_use_asks_first(
    two: list[Node],
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    allow(pt, "BR", release=True)
    send(br, asked("PT"))
    deliver(two)
    told = view(br)
    assert told.answer is not None
    assert (told.state, told.answer["by_machine"]) == ("answered", True)
    with br.office.begin(OFFICER) as work:
        new = ConsentNew("Public prosecutor of Uruguay", "Trial")
        acts.ask_consent(work, 1, new, told.version)
    deliver(two)
    assert view(pt).consents[0].recipient == "Public prosecutor of Uruguay"
    with pt.office.begin(OFFICER) as work:
        acts.reply_consent(work, 1, 1, ConsentReply(False, "Ask them directly."), view(pt).version)
    with pytest.raises(Refused), pt.office.begin(OFFICER) as work:
        acts.reply_consent(work, 1, 1, ConsentReply(True), queries.request(work, 1).version)
    deliver(two)
    assert (view(br).consents[0].state, view(br).consents[0].words) == ("refused", "Ask them directly.")


def test_no_more_is_told_than_was_asked_by_the_machine_and_by_an_officer(two: list[Node]) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    allow(pt, "BR", release=True)
    send(br, asked("PT", fields_wanted=(FieldWanted.MANUFACTURE,)))
    send(br, asked("PT", fields_wanted=(), confidentiality=False))
    deliver(two)
    answer(pt, 2, act=RequestAct.ANSWER)
    with pytest.raises(Refused, match=r"steps\.1\.to_name"):
        again = {"act": RequestAct.ANSWER_IN_PART, "ground": RestrictionGround.CONFIDENTIALITY_LAW}
        ask(br, 1, act=RequestAct.CLARIFY, words="Where did it go?")
        deliver(two)
        answer(pt, 1, withheld=("steps.1.to_name",), **again)
    deliver(two)
    made, hit = view(br, 1).answer, view(br, 2).answer
    assert made is not None
    assert hit is not None
    assert (made["candidates"][0]["maker"], made["steps"], made["next_state"]) == ("Forjas Taurus", [], None)
    assert made["wanted"] == [{"field": "manufacture", "said": "told"}]
    assert (made["outcome"], "agrees in maker" in made["statement"]) == ("identified", True)
    assert (hit["outcome"], hit["candidates"][0]["maker"], hit["wanted"]) == ("identified", "", [])
    assert hit["statement"] == "It is on record."
    assert "was not asked" in view(br, 2).events[-1].words


def test_nothing_incomplete_leaves_and_what_is_incomplete_is_sent_back(two: list[Node]) -> None:
    br, pt = two
    with pytest.raises(Refused, match=r"ITI 18\(a\)"):
        send(br, asked("PT", circumstances="", legal_basis=""))
    assert numbers(pt, Direction.IN) == []
    payload = _payload_of_a_request(br)
    del payload["body"]["circumstances"]
    assert pt.receive(sealed_for(pt, _signed(br, payload))).status == 202
    assert what(pt) == ["send", "acknowledge", "traced", "ask_more"]
    assert view(pt).events[-1].details["missing"] == ["circumstances"]


def _payload_of_a_request(node: Node) -> dict[str, dict[str, object]]:
    """Signed, but never delivered."""
    send(node, asked("PT"))
    record = node.rows("SELECT jws FROM exchange_out WHERE type = 'trace.request'")[0][0]
    found: dict[str, dict[str, object]] = strict_json.loads(jose.parse(record).payload)
    return found


def _signed(node: Node, payload: dict[str, dict[str, object]]) -> str:
    return signed(node, payload)  # type: ignore[arg-type]


def test_what_is_late_is_escalated_once_and_the_other_state_reminded(two: list[Node], clock: Clock) -> None:
    br, pt = two
    send(br, asked("PT"))
    deliver(two)
    assert following.escalate_due(br.office) == 0
    clock.move(timedelta(days=5))
    assert [following.escalate_due(n.office) for n in two] == [1, 1]
    assert [following.escalate_due(n.office) for n in two] == [0, 0]
    deliver(two)
    assert what(pt)[-2:] == ["escalated", "remind"]
    with pt.office.look(OFFICER) as work:
        assert [row.late for row in queries.queue(work)] == [True]


def test_a_chain_goes_from_state_to_state_by_itself_and_ends_with_a_reason(three: list[Node]) -> None:
    br, pt, ar = three
    made_and_exported(pt, "AR")
    imported_and_sold(ar)
    for node in (pt, ar):
        allow(node, "BR", release=True)
    allow(br, "AR", ask=True)
    send(br, asked("PT"))
    deliver(three)
    first, second = view(br, 1), view(br, 2)
    assert (first.peer, second.peer, second.follows) == ("PT", "AR", first.number)
    assert (second.asked.document_number, str(second.asked.left_on)) == ("EX-4711", "2003-04-01")
    assert second.answer is not None
    assert (second.state, second.answer["outcome"]) == ("answered", "identified")
    assert second.answer["last_holder"] == ""  # nobody asked for it
    assert "João" not in str(second.answer)
    assert "did not leave" in second.events[-1].words
    with br.office.look(OFFICER) as work:
        chain = chain_links.chain_views(work, 1)
    assert [one["peer"] for one in chain] == ["PT", "AR"]
    with pytest.raises(Conflict), br.office.begin(OFFICER) as work:
        acts.follow(work, 1, queries.request(work, 1).version)


def test_a_thread_belongs_to_one_request(two: list[Node]) -> None:
    br, pt = two
    payload = _payload_of_a_request(br)
    deliver(two)
    again = payload | {"jti": str(payload["jti"])[:-4] + "beef"}
    assert pt.receive(sealed_for(pt, _signed(br, again))).status == 422
    assert len(numbers(pt, Direction.IN)) == 1
    with pt.office.database.reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM trace")).scalar() == 1


def test_a_paper_that_may_be_kept_until_a_day_is_not_told_to_the_next_state(three: list[Node]) -> None:
    br, pt, ar = three
    made_and_exported(pt, "AR")
    allow(br, "AR", ask=True)
    send(br, asked("PT"))
    deliver(three)
    answer(pt, 1, act=RequestAct.ANSWER, retain_until=pt.office.today + timedelta(days=10))
    deliver(three)
    assert view(br).answer["next_state"]["document_number"] == "EX-4711"  # type: ignore[index]
    for node, number in ((br, 2), (ar, 1)):
        told = view(node, number).asked
        assert (told.document_number, told.document_kind, told.left_on) == ("", "", None)
