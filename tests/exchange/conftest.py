"""Two States on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.exchange.world import Clock, Node, states


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def two(engine: Any, clock: Clock) -> Iterator[list[Node]]:
    """BR and PT, which know each other."""
    with engine.ready() as one, engine.ready() as other, states([one, other], clock) as nodes:
        yield nodes
