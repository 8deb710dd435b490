"""What another State tells of a question on our behalf: again, late, otherwise, or when nobody waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.errors import Conflict, Refused
from registry.exchange import jose, outbox, strict_json
from registry.exchange import queries as exchange
from registry.exchange.courier import Unreachable
from registry.requests import acts, doing, following, onward, queries
from registry.requests.tables import TraceRequestRow
from schemas.requests import ConsentNew
from schemas.requests_vocabulary import (
    Delegation,
    Direction,
    FieldWanted,
    ForOthers,
    Onward,
    RequestAct,
    RequestState,
    RestrictionGround,
    Usefulness,
)
from tests.exchange.world import Node, direct
from tests.requests.test_delegation import World, imported_and_sold, made_and_exported
from tests.requests.world import OFFICER, allow, answer, ask, deliver, numbers, view

WHY: dict[str, Any] = {"words": "A court decides.", "ground": RestrictionGround.ONGOING_INVESTIGATION}


@pytest.fixture
def world(three: list[Node], clock: Any) -> World:
    made_and_exported(three[1], "AR")
    imported_and_sold(three[2])
    return World(three, clock)


def but(nodes: list[Node], down: str) -> None:
    """All deliver but to one that does not answer."""
    network = direct(nodes)

    def send(parcel: Any) -> Any:
        if parcel.peer == down:
            raise Unreachable("down")
        return network(parcel)

    for _ in range(12):
        for node in nodes:
            if node.state != down:
                node.courier(send).run_once()


def test_what_more_is_told_asks_for_nothing_else(world: World) -> None:
    """PT, asked for more, would have another mark and the holder under BR's name."""
    _, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    world.asks()
    mark = view(ar).asked.mark
    answer(ar, 1, act=RequestAct.ASK_MORE, words="Which frame?")
    deliver(world.nodes)
    with pt.office.begin(OFFICER) as work:
        row = work.session.get_one(TraceRequestRow, 2)
        asked = replace(queries.asked_of(row), mark="OTHER999", fields_wanted=tuple(FieldWanted))
        row.asked = queries.kept(asked)
    ask(pt, 2, act=RequestAct.GIVE_MORE, words="The frame.")
    deliver(world.nodes)
    there = view(ar)
    assert (there.asked.mark, there.state) == (mark, RequestState.MORE_ASKED)
    assert FieldWanted.LAST_LAWFUL_HOLDER not in there.asked.fields_wanted


def test_a_delay_that_runs_late_is_told_as_late(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    answer(ar, 1, act=RequestAct.DELAY, until=ar.office.today + timedelta(days=9), **WHY)
    deliver(world.nodes)
    world.clock.move(timedelta(days=12))
    following.escalate_due(pt.office)
    deliver(world.nodes)
    hop = world.hop(found)
    assert (hop.stands, hop.late, hop.proven, hop.words) == ("delayed", True, True, WHY["words"])
    assert pt.rows("SELECT count(*) FROM exchange_out WHERE state = 'dead'") == [(0,)]
    assert br.rows("SELECT count(*) FROM exchange_in WHERE state = 'failed'") == [(0,)]


def test_an_answer_stays_when_others_tell_that_they_ask_again(world: World) -> None:
    _, pt, ar = world.nodes
    world.rules()
    found = world.asks()
    before = world.hop(found)
    assert before.answer is not None
    ask(pt, 2, act=RequestAct.CLARIFY, words="Sure?")
    deliver(world.nodes)
    answer(ar, 1, act=RequestAct.DELAY, until=ar.office.today + timedelta(days=9), **WHY)
    deliver(world.nodes)
    assert (world.hop(found).stands, world.hop(found).answer) == ("delayed", before.answer)
    world.clock.move(timedelta(days=12))
    following.escalate_due(pt.office)
    deliver(world.nodes)
    after = world.hop(found)
    assert (after.answer, after.answered_at, after.proven) == (before.answer, before.answered_at, True)
    ask(pt, 2, act=RequestAct.WITHDRAW, words="No more.")
    deliver(world.nodes)
    assert world.hop(found).answer == before.answer


def test_a_closed_request_goes_on_nowhere(world: World) -> None:
    """AR's refusal, told by PT, crosses BR's closing."""
    br, _, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER, ask=True)
    found = world.asks()
    answer(ar, 1, act=RequestAct.REFUSE, **WHY)
    but(world.nodes, "BR")
    ask(br, found.id, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)
    world.clock.move(timedelta(hours=3))
    deliver(world.nodes)
    assert world.hop(found).stands == "refused"
    assert len(numbers(br, Direction.OUT)) == 1


def test_an_answer_under_a_key_that_nobody_told_leads_on_nowhere(world: World) -> None:
    """PT signs AR's answer itself: it leads back to PT, which BR would ask by itself, were it AR's word."""
    br, pt, _ = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    allow(br, "PT", ask=True)
    found = world.asks()
    with pt.office.begin(OFFICER) as work:
        out, theirs = queries.request_row(work, 2), queries.request_row(work, 1)
        question = exchange.out_row(work, out.jti).jws
        payload = strict_json.loads(jose.parse(question).payload)
        led = {"code": "PT", "date": br.office.today.isoformat()}
        body = {"outcome": "left_the_country", "level": "certain", "statement": "", "next_state": led}
        forged = {name: payload[name] for name in ("ver", "iat", "exp", "ch")} | {
            "type": "trace.response",
            "jti": outbox.new_identifier(work.now),
            "iss": "AR",
            "aud": "PT",
            "thread": out.thread,
            "re": {"jti": out.jti, "sha256": out.sha256},
            "handling": {"audience": ["BR", "PT"], "onward": "consent"},
            "body": body,
        }
        record = jose.sign(strict_json.dumps(forged), Ed25519PrivateKey.generate())
        told = {"hop": 1, "asked_by": "PT", "state": "AR", "stands": "answered", "asked": question}
        doing.tell(work, theirs, onward.TOLD, told | {"record": record})
    deliver(world.nodes)
    hop = world.hop(found)
    assert (hop.stands, hop.proven, hop.confirmed) == ("answered", False, True)
    assert len(numbers(br, Direction.OUT)) == 1


def test_no_more_may_go_on_than_the_last_state_allows(world: World) -> None:
    br, _, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    answer(ar, 1, act=RequestAct.ANSWER, onward=Onward.NONE)
    deliver(world.nodes)
    assert (view(br, found.id).handling or {})["onward"] == "consent"
    now = view(br, found.id)
    with pytest.raises(Refused, match="excluded"), br.office.begin(OFFICER) as work:
        acts.ask_consent(work, found.id, ConsentNew("Interpol", "To look for it"), now.version)


def test_nothing_is_told_of_a_draft_and_nobody_asked_on_a_way_that_is_none(world: World) -> None:
    br, pt, _ = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    world.asks()
    with pt.office.begin(OFFICER) as work:
        out, theirs = queries.request_row(work, 2), queries.request_row(work, 1)
        question = exchange.out_row(work, out.jti).jws
        told = {"hop": 1, "asked_by": "PT", "state": "AR", "stands": "draft", "asked": question}
        doing.tell(work, theirs, onward.TOLD, told)
    deliver(world.nodes)
    why = pt.rows("SELECT problem FROM exchange_out WHERE type = 'trace.onward' AND state = 'dead'")
    assert "draft" in why[0][0]
    with br.office.begin(OFFICER) as work:
        body, use = doing.message_of(queries.asked_of(queries.request_row(work, 1)))
        words = outbox.Outgoing("PT", "trace.request", body, purpose=use, delegation=Delegation.ALLOWED.value)
        outbox.post(work, words)
    deliver(world.nodes)
    assert len(numbers(pt, Direction.OUT)) == 1


def test_an_answer_to_another_firearm_is_none(world: World) -> None:
    """BR, asked for more, tells another mark while AR still has the first one."""
    br, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    ask(br, found.id, act=RequestAct.CLARIFY, words="Sure?")
    deliver(world.nodes)
    answer(pt, 1, act=RequestAct.DELAY, until=pt.office.today + timedelta(days=9), **WHY)
    answer(pt, 1, act=RequestAct.ASK_MORE, words="Which mark?")
    but(world.nodes, "AR")
    now = view(br, found.id)
    with pytest.raises(Conflict, match="new request"), br.office.begin(OFFICER) as work:
        acts.edit(work, found.id, replace(now.asked, mark="NEW99999"), now.version)
    with br.office.begin(OFFICER) as work:  # as before it was known here that AR is asked
        row = queries.request_row(work, found.id)
        row.asked = queries.kept(replace(now.asked, mark="NEW99999"))
    ask(br, found.id, act=RequestAct.GIVE_MORE, words="This one.")
    but(world.nodes, "AR")
    assert view(pt, 2).state == RequestState.WITHDRAWN
    answer(ar, 1, act=RequestAct.ANSWER)
    world.clock.move(timedelta(hours=3))
    deliver(world.nodes)
    assert world.hop(found).answer is None


def test_a_rule_that_says_never_binds_officers_too(world: World) -> None:
    _, _, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    world.asks()
    world.rules(behalf=ForOthers.NEVER)
    with pytest.raises(Refused, match="on behalf of others"):
        answer(ar, 1, act=RequestAct.ANSWER)


def test_an_answer_to_what_was_asked_before_is_refused(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    with br.office.begin(OFFICER) as work:
        row = queries.request_row(work, found.id)
        row.asked = queries.kept(replace(queries.asked_of(row), mark="NEW99999"))
    answer(ar, 1, act=RequestAct.ANSWER)
    deliver(world.nodes)
    assert world.hop(found).answer is None
    assert "otherwise" in pt.rows("SELECT problem FROM exchange_out WHERE state = 'dead'")[0][0]
