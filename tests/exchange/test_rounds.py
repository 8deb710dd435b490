"""The courier's rounds: a State that does not answer costs little, and is served again once it does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

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
