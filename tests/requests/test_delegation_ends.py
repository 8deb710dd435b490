"""Ends of what is asked on behalf of others: of keeping what was told, and of waiting for it."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text, true

from registry.core.errors import Refused
from registry.core.work import OPERATOR
from registry.exchange import outbox
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.requests import behalf, chain_queries, doing, following, forgetting, queries
from registry.retention import ending
from schemas.exchange import Handling
from schemas.requests_vocabulary import ForOthers, RequestAct, RestrictionGround
from schemas.retention import EndingNew
from tests.exchange.world import Node, direct
from tests.makers import agreed
from tests.requests.test_delegation import ALLOWED, World, by_thread, payload_of, shared, world
from tests.requests.world import OFFICER, answer, ask, asked, deliver, view

__all__ = ["shared", "world"]
BY_OFFICER = ForOthers.OFFICER
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
ONWARD = "SELECT state, jws FROM exchange_out WHERE thread = :t AND type = 'trace.onward' ORDER BY seq"


def without(nodes: list[Node], state: str) -> None:
    """As `deliver`, while one of them cannot be reached."""
    reach = direct(nodes)

    def send(parcel: Parcel) -> Reply:
        if parcel.peer == state:
            raise Unreachable("down")
        return reach(parcel)

    for _ in range(4):
        for node in nodes:
            if node.state != state:
                node.courier(send).run_once()


def test_the_day_of_one_state_ends_its_word_and_not_that_of_another(world: World) -> None:
    br, _, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks(case_number="days")
    until = ar.office.today + timedelta(days=3)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, retain_until=until, words="Sold by Perez")
    deliver(world.nodes)
    assert (world.hop(found).answer or {})["words"] == "Sold by Perez"
    world.clock.move(timedelta(days=4))
    own, hop = view(br, found.id).answer, world.hop(found)
    assert own is not None
    assert "erased" not in own
    assert own["steps"]
    assert ((hop.answer or {})["erased"], hop.words) == (str(until), "")
    assert "Perez" not in str(view(br, found.id).events)
    with br.office.look(OFFICER) as work:
        kept = {
            one.type: one.withheld for one in chain_queries.signed(work, found.id).records if one.withheld
        }
        (one,) = [each for each in ending.ended(work) if each.case_number == "days"]
    assert [*kept] == ["trace.onward"]
    assert str(until) in str(kept)
    assert (one.number, one.kept_until) == (found.number, until)
    agreed(br.office, lambda work: ending.propose(work, EndingNew("Argentina let us keep it no longer")))
    for table, column in (("exchange_in", "jws"), ("trace_hop", "answer"), ("ledger_personal", "value")):
        sql = f"SELECT count(*) FROM {table} WHERE {column} LIKE '%Perez%'"  # noqa: S608 - names of tables
        assert br.rows(sql) == [(0,)]
    assert view(br, found.id).answer == own
    assert world.hop(found).stands == "answered"
    left = br.rows("SELECT type FROM exchange_in WHERE thread = :t AND jws <> ''", t=found.thread)
    assert ("trace.response",) in left
    with br.office.look(OPERATOR) as work:
        assert found.id not in [row.id for row in forgetting.over(work, true())]


def test_what_waits_when_a_day_is_over_does_not_leave_and_goes(world: World) -> None:
    _, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    until = ar.office.today + timedelta(days=3)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, retain_until=until)
    without(world.nodes, "BR")
    world.clock.move(timedelta(days=4))
    deliver(world.nodes)
    assert world.hop(found).answer is None
    assert pt.rows(ONWARD, t=found.thread)[-1][0] == "dead"
    with pt.office.begin(OPERATOR) as work:
        forgetting.forget(work, queries.request_row(work, world.asked_on(found).id))
    assert pt.rows(ONWARD, t=found.thread)[-1] == ("closed", "")


def test_what_was_asked_goes_with_what_was_asked_for_it(world: World) -> None:
    br, pt, _ = world.nodes
    world.rules(behalf=BY_OFFICER)
    new = asked("PT", delegation=ALLOWED, circumstances="Found under a bridge on 3 May.")
    until = br.office.today + timedelta(days=3)
    with br.office.begin(OFFICER) as work:
        body, use = doing.message_of(new)
        bound = Handling(retain_until=until)
        sent = outbox.post(
            work,
            outbox.Outgoing(
                "PT", "trace.request", body, purpose=use, handling=bound, delegation="allowed", path=("BR",)
            ),
        )
    deliver(world.nodes)
    theirs = by_thread(pt, "BR", sent.thread)
    assert theirs.onward
    world.clock.move(timedelta(days=4))
    with pt.office.begin(OPERATOR) as work:
        forgetting.forget(work, queries.request_row(work, theirs.id))
    for table, column in (("trace_request", "asked"), ("trace_request_event", "details")):
        sql = f"SELECT count(*) FROM {table} WHERE {column} LIKE '%bridge%'"  # noqa: S608 - names of tables
        assert pt.rows(sql) == [(0,)]


def test_what_cannot_be_delivered_is_told_once_and_asked_by_whoever_needs_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt, _ = world.nodes
    world.rules(ask=True)
    judged = behalf.judged

    def refused(work: Any, received: Any) -> Any:
        if work.home == "AR" and received.message.iss == "PT":
            raise Refused("another way")
        return judged(work, received)

    monkeypatch.setattr(behalf, "judged", refused)
    found = world.asks()
    assert world.hop(found).stands == "sent"
    following.escalate_due(pt.office)
    assert following.escalate_due(pt.office) == 0
    deliver(world.nodes)
    hop = world.hop(found)
    assert (hop.stands, "could not be delivered" in hop.words) == ("closed", True)
    assert len(pt.rows(ONWARD, t=found.thread)) == 2
    assert [one.what for one in view(br, found.id).events][-1] == "asked_next"
    assert world.asked_on(found).state == "withdrawn"


@pytest.mark.parametrize("asks_on", [ForOthers.MACHINE, BY_OFFICER])
def test_nobody_waits_for_ever_for_what_others_ask(world: World, asks_on: ForOthers) -> None:
    br, _, _ = world.nodes
    world.rules(asks_on, BY_OFFICER, ask=True)
    found = world.asks()
    assert len(view(br, found.id).hops) == (asks_on is ForOthers.MACHINE)
    following.escalate_due(br.office)
    assert "escalated" not in [one.what for one in view(br, found.id).events]
    world.clock.move(timedelta(days=6))
    following.escalate_due(br.office)
    steps = [one.what for one in view(br, found.id).events]
    assert steps[-2:] == ["escalated", "asked_next"]
    following.escalate_due(br.office)
    assert [one.what for one in view(br, found.id).events] == steps


def test_an_answer_is_told_while_our_own_is_open_again_and_binds_no_less_than_before(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    ask(br, found.id, act=RequestAct.CLARIFY, words="Sure?")
    deliver(world.nodes)
    given = {"words": "A court decides.", "ground": RestrictionGround.ONGOING_INVESTIGATION}
    until = pt.office.today + timedelta(days=9)
    answer(pt, world.at_pt(found).id, act=RequestAct.DELAY, until=until, **given)
    deliver(world.nodes)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, caveat="Police")
    deliver(world.nodes)
    assert view(br, found.id).state == "delayed"
    assert world.hop(found).stands == "answered"
    first = payload_of(pt.rows(ONWARD, t=found.thread)[-1][1])
    ask(pt, world.asked_on(found).id, act=RequestAct.CLARIFY, words="Which dealer?")
    deliver(world.nodes)
    world.clock.move(timedelta(minutes=5))
    with ar.office.begin(OPERATOR) as work:
        queries.request_row(work, world.at_ar(found).id).handling = ""
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, words="Perez")
    deliver(world.nodes)
    hop = world.hop(found)
    assert (hop.handling or {})["caveat"] == "Police"
    with pt.office.begin(OPERATOR) as work:
        doing.tell(work, queries.request_row(work, world.at_pt(found).id), "trace.onward", first["body"])
    deliver(world.nodes)
    assert (world.hop(found).answer or {})["words"] == "Perez"


@pytest.mark.parametrize(
    "shared", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True, scope="module"
)
def test_what_is_asked_for_another_is_locked_after_what_that_one_asks(world: World) -> None:
    """An answer that comes while its question is withdrawn waits with nothing in its hands."""
    _, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    ours, theirs = world.asked_on(found), world.at_pt(found)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER)
    with pt.office.begin(OPERATOR) as work:
        queries.request_row(work, theirs.id, locked=True)
        answering = Thread(target=deliver, args=(world.nodes,))
        answering.start()
        until, waits = monotonic() + 10, 0
        while not waits and monotonic() < until:
            waits = work.session.scalar(text(WAITS)) or 0
            sleep(0.01)
        assert waits
        taken = text("SELECT id FROM trace_request WHERE id = :id FOR UPDATE NOWAIT")
        assert work.session.scalar(taken, {"id": ours.id}) == ours.id
    answering.join()
    assert world.hop(found).stands == "answered"
