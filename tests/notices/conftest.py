"""Two and three States on each engine, and two on one where the engine makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.exchange.world import Clock, Node, states
from tests.notices.world import speaking


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def three(engine: Any, clock: Clock) -> Iterator[list[Node]]:
    """BR, PT and AR, which know each other."""
    with (
        engine.ready() as one,
        engine.ready() as other,
        engine.ready() as third,
        states([one, other, third], clock) as nodes,
    ):
        speaking(nodes)
        yield nodes


@pytest.fixture
def two(engine: Any, clock: Clock) -> Iterator[list[Node]]:
    """BR and PT, which know each other."""
    with engine.ready() as one, engine.ready() as other, states([one, other], clock) as nodes:
        speaking(nodes)
        yield nodes


@pytest.fixture
def pair(sqlite: Any, clock: Clock) -> Iterator[list[Node]]:
    """As `two`, on SQLite alone."""
    with sqlite.ready() as one, sqlite.ready() as other, states([one, other], clock) as nodes:
        speaking(nodes)
        yield nodes
