"""What two have released of a last holder is of that firearm, at that moment, and binds whatever follows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.access.approvals import Overtaken
from registry.core.work import Work
from registry.exchange import jose, strict_json
from registry.firearms import acts as firearms
from registry.requests import acts, doing, holder_queries, naming, queries
from registry.requests.tables import TraceRequestRow
from registry.retention import ending
from schemas.requests_vocabulary import FieldWanted, Onward, RequestAct, RestrictionGround, Usefulness
from schemas.retention import EndingNew
from schemas.vocabulary import PartyKind, Role
from tests.exchange.world import Clock, Node
from tests.firearms.world import World, made, make_world, register, serial, sold
from tests.makers import EVERYTHING, agreed, make_actor, make_party, make_person
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

G = RestrictionGround
AUDITOR = make_actor(Role.AUDITOR, user_id=9)


def name(node: Node, **given: Any) -> None:
    """Two officers release who holds it last."""
    agreed(node.office, lambda work: propose(work, released(**given)))


def name_in(node: Node, request_id: int) -> None:
    """The same in another request than the first."""

    def of_that(work: Work) -> ProposalView:
        return naming.propose(work, request_id, released(), queries.request(work, request_id).version)

    agreed(node.office, of_that)


def last_sent(node: Node) -> dict[str, Any]:
    """Their newest answer, as it was signed."""
    newest = "SELECT jws FROM exchange_out WHERE type = 'trace.response' ORDER BY seq DESC LIMIT 1"
    return strict_json.loads(jose.parse(node.rows(newest)[0][0]).payload)


def give_another_mark(asking: Node, answering: Node, mark: str, **given: Any) -> None:
    """They seek clarification, are asked for more, and tell of another mark."""
    nodes = [asking, answering]
    ask(asking, 1, act=RequestAct.CLARIFY, words="Under which licence?")
    deliver(nodes)
    until = answering.office.today + timedelta(days=5)
    answer(answering, 1, act=RequestAct.DELAY, words="Later.", ground=G.ONGOING_INVESTIGATION, until=until)
    answer(answering, 1, act=RequestAct.ASK_MORE, words="Which mark is on the barrel?")
    deliver(nodes)
    with asking.office.begin(OFFICER) as work:
        new = asked("PT", mark=mark, **given)
        acts.edit(work, 1, new, queries.request(work, 1).version)
    ask(asking, 1, act=RequestAct.GIVE_MORE, words=f"It is {mark}.")
    deliver(nodes)


def sell_on(node: Node, world: World) -> None:
    with node.office.begin(EVERYTHING) as work:
        maria = make_party(work, PartyKind.PERSON, "Maria Nova")
        ((key, version),) = node.rows("SELECT id, version FROM firearm")
        firearms.add_custody(work, key, sold(world.person, maria, date(2010, 6, 1)), version)


def test_a_name_goes_with_its_firearm_alone_and_never_by_the_machine(two: list[Node]) -> None:
    br, pt = two
    held_by_a_person(pt, serial("ZZZ777"))
    allow(pt, "BR", release=True)
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    until = pt.office.today + timedelta(days=30)
    name(pt, retain_until=until, caveat="For the court alone")
    deliver(two)
    assert told(br)["last_holder"] == "João da Silva"
    give_another_mark(br, pt, "ZZZ777", fields_wanted=WANTED)
    assert (told(br)["by_machine"], told(br)["candidates"][0]["mark"]) == (True, "ZZZ777")
    assert (told(br)["last_holder"], told(br)["holder"], said(br)) == ("", None, "second_step")
    bound = last_sent(pt)["handling"]  # as tightly as two have bound it
    assert (bound["onward"], bound["retain_until"], bound["caveat"]) == (
        "none", str(until), "For the court alone",
    )  # fmt: skip
    name(pt)
    deliver(two)
    assert told(br)["holder"]["kind"] == "dealer"
    give_another_mark(br, pt, "NOSUCH777", fields_wanted=(FieldWanted.MANUFACTURE,))
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    assert (told(br)["outcome"], told(br)["holder"], view(pt).holder) == ("not_in_records", None, "")


def test_one_officer_never_loosens_what_two_have_bound(two: list[Node]) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER, onward=Onward.CONSENT)
    assert last_sent(pt)["handling"]["audience"] == ["BR", "AR"]
    until = pt.office.today + timedelta(days=30)
    name(pt, retain_until=until, caveat="For the court alone")
    deliver(two)
    for _ in range(2):  # nor does the one after
        ask(br, 1, act=RequestAct.CLARIFY, words="Under which licence?")
        deliver(two)
        answer(pt, 1, act=RequestAct.ANSWER, onward=Onward.CONSENT)
        deliver(two)
        sent, kept = last_sent(pt)["handling"], view(br).handling
        assert sent == {
            "audience": ["BR"], "onward": "none", "retain_until": str(until), "caveat": "For the court alone",
        }  # fmt: skip
        assert (kept, view(pt).handling) == (sent, sent)


def test_who_holds_it_is_read_when_it_is_released(two: list[Node]) -> None:
    br, pt = two
    world = held_by_a_person(pt)
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    with pt.office.begin(make_person(pt.office)) as work:
        waiting = propose(work, released())
    sell_on(pt, world)
    with pytest.raises(Overtaken), pt.office.begin(make_person(pt.office)) as work:
        approvals.approve(work, waiting.id, waiting.digest)
    with pt.office.begin(EVERYTHING) as work:
        approvals.lapse(work, waiting.id)
    deliver(two)
    (*before, last) = told(br)["steps"]
    assert last["to_name"] == "a natural person"
    name(pt)
    deliver(two)
    assert told(br)["last_holder"] == "Maria Nova"
    assert told(br)["steps"][:-1] == [*before, last]  # nobody but her is named
    (since,) = told(br)["steps"][len(before) + 1 :]
    assert (since["date"], since["from_name"], since["to_name"]) == (
        "2010-06-01", "a natural person", "a natural person",
    )  # fmt: skip


def test_who_had_it_before_a_later_sale_stands_among_the_steps_as_far_as_they_were_told(
    two: list[Node],
) -> None:
    br, pt = two
    world = make_world(pt.office)
    register(pt.office, world, made(world), sold(world.maker, world.dealer))
    for wanted in (WANTED, WANTED, (FieldWanted.LAST_LAWFUL_HOLDER,)):
        send(br, asked("PT", fields_wanted=wanted))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    withheld = ("steps.1.to_name",)
    answer(pt, 2, act=RequestAct.ANSWER_IN_PART, withheld=withheld, ground=G.CONFIDENTIALITY_LAW)
    answer(pt, 3, act=RequestAct.ANSWER)
    with pt.office.begin(EVERYTHING) as work:
        other = make_party(work, PartyKind.DEALER, "Casa do Monte")
        ((key, version),) = pt.rows("SELECT id, version FROM firearm")
        firearms.add_custody(work, key, sold(world.dealer, other, date(2010, 6, 1)), version)
    for n in (1, 2, 3):
        name_in(pt, n)
    deliver(two)
    first, second, third = (view(br, n).answer or {} for n in (1, 2, 3))
    holder = "the last holder, whom two officers name apart"
    assert [(one["from_name"], one["to_name"]) for one in first["steps"][1:]] == [
        ("Forjas Taurus", "Casa do Caçador"), ("Casa do Caçador", holder),
    ]  # fmt: skip
    assert [(one["from_name"], one["to_name"]) for one in second["steps"][1:]] == [
        ("Forjas Taurus", ""), ("Casa do Caçador", ""),
    ]  # fmt: skip
    assert second["withheld"] == ["steps.1.to_name", "steps.2.to_name"]
    assert third["steps"] == []
    assert {one["last_holder"] for one in (first, second, third)} == {"Casa do Monte"}


def test_after_it_was_kept_the_next_answer_is_heard(two: list[Node]) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    answer(pt, 1, act=RequestAct.KEEP_HOLDER, words="No.", ground=G.NATIONAL_SECURITY)
    deliver(two)
    ask(br, 1, act=RequestAct.CLARIFY, words="Under which licence?")
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER, words="EX-4711 of 2003")
    deliver(two)
    assert (view(br).state, view(br).due_at, told(br)["words"]) == ("answered", None, "EX-4711 of 2003")
    assert (told(br)["ground"], said(br)) == (None, "second_step")


def test_each_ground_is_of_the_field_that_it_withholds(two: list[Node]) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    wanted = (FieldWanted.MANUFACTURE, *WANTED)
    send(br, asked("PT", fields_wanted=wanted, confidentiality=False))
    deliver(two)
    paths, unsure = ("candidates.0.maker", "last_holder"), G.CONFIDENTIALITY_NOT_GUARANTEED
    answer(pt, 1, act=RequestAct.ANSWER_IN_PART, withheld=paths, ground=unsure, words="Not yet.")
    answer(pt, 1, act=RequestAct.KEEP_HOLDER, words="No.", ground=G.NATIONAL_SECURITY)
    deliver(two)
    in_part = {"field": "manufacture", "said": "told_in_part", "ground": "confidentiality_not_guaranteed"}
    assert told(br)["wanted"] == [
        in_part,
        {"field": "transfers", "said": "told"},
        {"field": "last_lawful_holder", "said": "withheld", "ground": "national_security"},
    ]
    assert (told(br)["withheld"], told(br)["ground"]) == (sorted(paths), unsure)
    name(pt)
    deliver(two)
    assert (told(br)["wanted"][0], said(br), told(br)["ground"]) == (in_part, "told", unsure)
    assert (told(br)["withheld"], view(br).state) == (["candidates.0.maker"], "answered_in_part")
    ask(br, 1, act=RequestAct.CLARIFY, words="Why?")
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER_IN_PART, withheld=paths[1:], ground=G.NATIONAL_SECURITY, words="No.")
    deliver(two)
    assert (told(br)["withheld"], said(br), told(br)["last_holder"]) == (["last_holder"], "withheld", "")
    name(pt)
    deliver(two)
    assert (told(br)["withheld"], told(br)["ground"], said(br)) == ([], None, "told")
    assert (view(br).state, view(pt).state) == ("answered", "answered")


def test_a_holder_told_in_one_line_is_read_by_those_alone_who_may_read_of_persons(
    two: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt = two
    held_by_a_person(pt)
    send(br, asked("PT"))
    deliver(two)
    plain = doing.tell

    def tell(
        work: Any, row: TraceRequestRow, type_: str, body: dict[str, Any], *given: Any, **named: Any
    ) -> Any:
        named_in = {**body, "last_holder": "João da Silva"} if type_ == "trace.response" else body
        return plain(work, row, type_, named_in, *given, **named)

    monkeypatch.setattr(doing, "tell", tell)  # as another State's registry may
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    assert told(br)["last_holder"] == "João da Silva"
    with br.office.look(AUDITOR) as work:
        assert "João" not in str(queries.request(work, 1))


def test_what_crossed_goes_at_the_end_of_its_time_too_and_a_closed_request_waits_for_nobody(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    until = br.office.today + timedelta(days=10)
    made_and_exported(pt, "AR")
    for _ in range(2):
        send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    with pt.office.look(OFFICER) as work:
        assert holder_queries.waiting(work) == [(1, "BR")]
    answer(pt, 2, act=RequestAct.ANSWER, words="EX-4711", retain_until=until)
    ask(br, 2, act=RequestAct.WITHDRAW, words="It was found.")  # while the answer is on its way
    name(pt, retain_until=until)
    ask(br, 1, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)  # while the name is on its way
    deliver(two)
    answer(pt, 2, act=RequestAct.KEEP_HOLDER, words="No.", ground=G.NATIONAL_SECURITY)
    with pt.office.look(OFFICER) as work:
        assert (holder_queries.waiting(work), view(pt).state) == ([], "closed")
    assert "Casa do Caçador" in str(view(br).events)
    assert (view(br, 2).answer, "EX-4711" in str(view(br, 2).events)) == (None, True)
    clock.move(timedelta(days=12))
    assert "Casa do Caçador" not in str(view(br))
    assert "EX-4711" not in str(view(br, 2))
    agreed(br.office, lambda work: ending.propose(work, EndingNew("over")))
    left = str(br.rows("SELECT details FROM trace_request_event"))
    assert "Casa do Caçador" not in left
    assert "EX-4711" not in left
    assert view(br, 2).answer is None


def test_a_closed_request_that_asks_who_holds_it_waits_for_nobody(two: list[Node]) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=WANTED))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    ask(br, 1, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)
    deliver(two)
    with pt.office.look(OFFICER) as work:
        assert (view(pt).holder, holder_queries.waiting(work)) == ("asked", [])
