"""Spans of cartridges: closed intervals of positions within a lot. Pure arithmetic.

A movement takes its span out of one movement before it. What a holder still has of a movement is that
movement without what was taken out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """Positions first to last, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def within(self, other: Span) -> Span | None:
        """What both share, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Span(first, last) if first <= last else None


@dataclass(frozen=True, order=True)
class Held:
    """A span that someone holds, and the depth and first position of the movement that brought it."""

    span: Span
    depth: int
    parent_first: int


def without(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """What remains of a span after others, which do not overlap, were taken out of it."""
    rest, at = [], whole.first
    for span in sorted(taken):
        if span.first > at:
            rest.append(Span(at, span.first - 1))
        at = span.last + 1
    if at <= whole.last:
        rest.append(Span(at, whole.last))
    return rest


def held(received: Sequence[tuple[int, Span]], passed_on: Sequence[tuple[int, int, Span]]) -> list[Held]:
    """What a holder still has, lowest position first.

    received: (depth, span) of the movements that brought cartridges; passed_on: (parent depth, parent's
    first, span) of what was taken out of them.
    """
    taken: dict[tuple[int, int], list[Span]] = {}
    for depth, first, span in passed_on:
        taken.setdefault((depth, first), []).append(span)
    return sorted(
        Held(rest, depth, span.first)
        for depth, span in received
        for rest in without(span, taken.get((depth, span.first), ()))
    )


def total(spans: Iterable[Held]) -> int:
    """How many cartridges are in spans."""
    return sum(item.span.size for item in spans)


def inside(spans: Iterable[Held], bounds: Span) -> list[Held]:
    """The parts of spans that lie within bounds."""
    return [
        Held(shared, item.depth, item.parent_first)
        for item in spans
        if (shared := item.span.within(bounds)) is not None
    ]


def pick(spans: Iterable[Held], quantity: int) -> list[Held]:
    """So many cartridges out of spans, lowest positions first; fewer only when there are fewer."""
    picked, wanted = [], quantity
    for item in spans:
        if wanted <= 0:
            break
        size = min(wanted, item.span.size)
        picked.append(Held(Span(item.span.first, item.span.first + size - 1), item.depth, item.parent_first))
        wanted -= size
    return picked


def packages(first: int, last: int, size: int) -> list[Span]:
    """Spans of one size that tile first to last; the last one may be smaller."""
    return [Span(at, min(at + size - 1, last)) for at in range(first, last + 1, size)]
