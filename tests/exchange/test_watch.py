"""What is looked after beside deliveries, and that no State keeps another waiting."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.core.work import OPERATOR
from registry.exchange import acts, courier, held, rounds, rules, watch
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.exchange.own_kinds import NewKeysSchema
from tests.engines import Sqlite
from tests.exchange.test_delivery import record_of
from tests.exchange.world import Clock, Node, direct, sealed_for, states


def alerts(node: Node) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in node.rows("SELECT peer, code, detail FROM exchange_alert ORDER BY id")]


def unreachable(_: Parcel) -> Reply:
    raise Unreachable("nobody there")


def test_people_are_told_once_of_what_waits_for_four_hours(two: list[Node], clock: Clock) -> None:
    br, _ = two
    br.post("PT")
    br.post("PT")
    clock.move(rules.ALERT_AFTER - timedelta(minutes=1))
    br.courier(unreachable).run_once()
    assert watch.alert_overdue(br.office) == 0
    clock.move(timedelta(minutes=1))
    assert watch.alert_overdue(br.office) == 2
    assert watch.alert_overdue(br.office) == 0
    ((peer, code, detail),) = alerts(br)
    assert (peer, code) == ("PT", "undelivered")
    assert detail.startswith("2 waiting, the oldest (test.note) since 2026-09-21 14:00 UTC: unreachable")


def test_private_halves_go_when_their_time_is_over(two: list[Node], clock: Clock) -> None:
    br, _ = two
    clock.move(acts.READS_FOR + acts.GRACE - timedelta(days=1))
    assert watch.destroy_old_keys(br.office) == 0
    clock.move(timedelta(days=1))
    assert watch.destroy_old_keys(br.office) == 1
    assert watch.destroy_old_keys(br.office) == 0
    assert br.rows("SELECT count(*) FROM exchange_own_key WHERE use = 'encryption' AND sealed IS NULL") == [
        (1,)
    ]


def test_what_a_held_message_follows_never_came(two: list[Node], clock: Clock) -> None:
    br, pt = two
    lost = br.post("PT")
    held_one = br.post("PT", type_="test.after", thread=lost.thread)
    assert pt.receive(sealed_for(pt, record_of(br, held_one.jti))).status == 202
    clock.move(rules.HELD_AT_MOST - timedelta(seconds=1))
    assert held.give_up_due(pt.office) == 0
    clock.move(timedelta(seconds=1))
    assert held.give_up_due(pt.office) == 1
    assert held.give_up_due(pt.office) == 0
    assert [(peer, code) for peer, code, _ in alerts(pt)] == [("BR", "wrong-thread")]
    assert pt.effects() == []


def test_a_held_message_that_is_refused_is_not_tried_for_ever(two: list[Node]) -> None:
    """Its shape changed here while it was held; it has no effect, and people are told."""
    br, pt = two
    first = br.post("PT")
    second = br.post("PT", type_="test.after", thread=first.thread)
    pt.receive(sealed_for(pt, record_of(br, second.jti)))
    kind = pt.kinds["test.after"]
    pt.kinds = dict(pt.kinds) | {"test.after": replace(kind, body=NewKeysSchema)}
    assert pt.receive(sealed_for(pt, record_of(br, first.jti))).status == 202
    assert [code for _, code, _ in alerts(pt)] == ["schema"]
    with pt.office.look(OPERATOR) as work:
        assert held.threads(work) == []
        assert held.count(work, "BR") == 0
    held.release_due(pt.office, pt.kinds)
    assert len(alerts(pt)) == 1
    assert pt.effects() == [first.jti]


def test_a_dead_process_leaves_a_held_message_that_is_done_later(
    two: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt = two
    first = br.post("PT")
    second = br.post("PT", type_="test.after", thread=first.thread)
    pt.receive(sealed_for(pt, record_of(br, second.jti)))
    with monkeypatch.context() as dying:
        dying.setattr(held, "release", lambda *_: None)
        pt.receive(sealed_for(pt, record_of(br, first.jti)))
    assert pt.effects() == [first.jti]
    held.release_due(pt.office, pt.kinds)
    assert pt.effects() == [first.jti, second.jti]


def test_a_state_that_does_not_answer_costs_one_try_of_patience(two: list[Node], clock: Clock) -> None:
    br, pt = two
    posted = [br.post("PT").jti for _ in range(5)]
    tried: list[str] = []

    def slow(parcel: Parcel) -> Reply:
        tried.append(parcel.jti)
        raise Unreachable("too slow")

    assert br.courier(slow).run_once() == 5
    assert len(tried) == 1
    assert {row[0] for row in br.rows("SELECT problem FROM exchange_out")} == {"unreachable: too slow"}
    clock.move(timedelta(minutes=2))
    assert br.courier(direct(two)).run_once() == 5
    assert sorted(pt.effects()) == sorted(posted)


def test_a_state_that_never_answers_keeps_no_other_waiting(sqlite: Sqlite, clock: Clock) -> None:
    """PT's lane stands still for as long as the test runs; AR gets its messages within a second or so."""
    with sqlite.ready() as a, sqlite.ready() as b, sqlite.ready() as c, states([a, b, c], clock) as three:
        br, pt, ar = three
        network, let_go = direct(three), threading.Event()

        def send(parcel: Parcel) -> Reply:
            if parcel.peer == "PT":
                let_go.wait(30)
                raise Unreachable("never answered")
            return network(parcel)

        for _ in range(courier.AT_ONCE + 5):
            br.post("PT")
        wanted = [br.post("AR").jti for _ in range(3)]
        over = rounds.start(courier.Courier(br.office, send, br.kinds))
        end = time.monotonic() + 25
        while len(ar.effects()) < len(wanted) and time.monotonic() < end:
            time.sleep(0.02)
        stood_still = not let_go.is_set()
        over.set()
        let_go.set()
        for thread in threading.enumerate():
            if thread.name.startswith("exchange courier"):
                thread.join(30)
        assert (ar.effects(), stood_still) == (wanted, True)
        assert pt.effects() == []


def test_limits_of_a_state_hold_for_what_is_refused_too(
    two: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A State that signs well and says nonsense: a line in the ledger for each, up to the limit."""
    br, pt = two
    monkeypatch.setattr(rules, "REFUSED_PER_MINUTE", 5)
    posted = br.post("PT")
    record = sealed_for(pt, record_of(br, posted.jti))
    kinds, pt.kinds = pt.kinds, {}
    answers = [pt.receive(record).status for _ in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert len(alerts(pt)) == 5
    pt.kinds = kinds
    pt.office.clock = lambda: datetime.fromtimestamp(br.office.clock().timestamp() + 60, UTC)
    assert pt.receive(record).status == 202


def test_a_state_holds_so_many_messages_and_no_more(two: list[Node], monkeypatch: pytest.MonkeyPatch) -> None:
    br, pt = two
    monkeypatch.setattr(rules, "MOST_HELD", 2)
    first = br.post("PT")
    later = [br.post("PT", type_="test.after", thread=first.thread) for _ in range(3)]
    answers = [pt.receive(sealed_for(pt, record_of(br, one.jti))).status for one in later]
    assert answers == [202, 202, 429]
    pt.receive(sealed_for(pt, record_of(br, first.jti)))
    assert pt.receive(sealed_for(pt, record_of(br, later[2].jti))).status == 202
    assert pt.effects() == [first.jti, *(one.jti for one in later)]
