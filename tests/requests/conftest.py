"""Two and three States that ask each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.exchange.world import Clock, Node, states
from tests.requests.world import speaking


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def two(engine: Any, clock: Clock) -> Iterator[list[Node]]:
    """BR and PT, on each engine."""
    with engine.ready() as one, engine.ready() as other, states([one, other], clock) as nodes:
        speaking(nodes)
        yield nodes


@pytest.fixture
def three(sqlite: Any, clock: Clock) -> Iterator[list[Node]]:
    """BR, PT and AR."""
    with sqlite.ready() as a, sqlite.ready() as b, sqlite.ready() as c, states([a, b, c], clock) as nodes:
        speaking(nodes)
        yield nodes
