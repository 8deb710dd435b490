"""The courier's rounds: a State that does not answer costs little, and is served again once it does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from registry.core.work import OPERATOR
from registry.exchange import queries, rounds
from registry.exchange.courier import AT_ONCE, Parcel, Reply, Unreachable
from tests.exchange.world import Node, direct

MANY = AT_ONCE + 10
PATIENCE = 60.0  # seconds


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    assert is_so()


def _due(node: Node) -> list[str]:
    with node.office.look(OPERATOR) as work:
        return queries.due_peers(work)


def _in_vain(node: Node) -> int:
    return int(node.rows("SELECT count(*) FROM exchange_out WHERE problem LIKE 'unreachable%'")[0][0])


def test_a_silent_state_is_tried_by_one_message_at_a_time_until_it_answers(two: list[Node]) -> None:
    br, pt = two
    for _ in range(MANY):
        br.post("PT")
    assert _due(br) == ["PT"]
    tried: list[str] = []
    answers = threading.Event()
    network = direct(two)

    def send(parcel: Parcel) -> Reply:
        tried.append(parcel.jti)
        if not answers.is_set():
            raise Unreachable("nobody is there")
        return network(parcel)

    over = rounds.start(br.courier(send))
    try:
        _until(lambda: len(tried) >= 3)  # as many as go at once, then one, then another one
        answers.set()
        _until(lambda: not _due(br) and len(pt.effects()) + _in_vain(br) == MANY)
    finally:
        over.set()
    assert AT_ONCE + 2 <= _in_vain(br) < MANY


def test_every_state_is_told_of_by_one_statement(two: list[Node]) -> None:
    br, pt = two
    posted = [pt.post("BR") for _ in range(4)]
    network = direct(two)
    lost = {posted[1].jti, posted[3].jti}

    def send(parcel: Parcel) -> Reply:
        if parcel.jti in lost:
            return Reply(503, b"")
        return network(parcel)

    pt.courier(send).run_once()
    br.post("PT")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    for node in two:
        event.listen(node.office.database.reader, "before_cursor_execute", note)
    with br.office.look(OPERATOR) as work:
        told = {one.state: one for one in queries.peers(work)}
        reads = [one for one in asked if one.lstrip().startswith("SELECT exchange_root")]
        assert len(reads) == 1
        assert not [one for one in asked if "exchange" in one and one not in reads]
        gaps = queries.gaps(work, "PT")
    seen = told["PT"]
    assert list(told) == ["BR", "PT"]
    assert (seen.received, seen.missing, gaps, seen.waiting, seen.dead, seen.awaited) == (1, 1, 1, 1, 0, 0)
    assert (seen.key_set_version, told["BR"].sent, told["BR"].missing) == (1, 0, 0)
    for node in two:
        event.remove(node.office.database.reader, "before_cursor_execute", note)
