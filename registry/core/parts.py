"""Parts of a unit of work: one that is refused is undone alone, and the work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from registry.core.work import Work


@contextmanager
def part(work: Work) -> Iterator[None]:
    """What is done in this block is undone when something is raised in it; what is done before it stays."""
    with work.session.begin_nested():
        yield
        work.beside()
