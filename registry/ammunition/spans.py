"""Spans of cartridges: closed intervals of positions within a lot. Pure arithmetic.

A movement takes its span out of one movement before it. What a holder still has of a movement is that
movement without what was taken out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
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


class Moved(NamedTuple):
    """A movement of a span: taken out of the movement one depth above that begins at parent_first."""

    depth: int
    span: Span
    parent_first: int | None = None


class Held(NamedTuple):
    """A span that someone holds since a day, and the movement that brought it: its depth and first.

    unit: of the holder, where it has units.
    """

    span: Span
    depth: int
    parent_first: int
    since: date
    unit: str = ""


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


def held(received: Iterable[tuple[Moved, date, str]], passed_on: Iterable[Moved]) -> list[Held]:
    """What a holder still has, lowest position first.

    received: movements that brought cartridges, with their day and unit; passed_on: what was taken out of
    them.
    """
    taken = _taken(passed_on)
    return sorted(
        Held(rest, moved.depth, moved.span.first, since, unit)
        for moved, since, unit in received
        for rest in without(moved.span, taken.get((moved.depth, moved.span.first), ()))
    )


def where(moves: Sequence[Moved], bounds: Span) -> list[tuple[Span, Moved]]:
    """Where the cartridges within bounds are: pieces with the last movement of each, lowest first.

    moves: at least those that touch the bounds.
    """
    taken = _taken(moves)
    return sorted(
        (piece, moved)
        for moved in moves
        for rest in without(moved.span, taken.get((moved.depth, moved.span.first), ()))
        if (piece := rest.within(bounds)) is not None
    )


def _taken(moves: Iterable[Moved]) -> dict[tuple[int, int], list[Span]]:
    """Spans by the movement that they were taken out of."""
    found: dict[tuple[int, int], list[Span]] = {}
    for moved in moves:
        if moved.parent_first is not None:
            found.setdefault((moved.depth - 1, moved.parent_first), []).append(moved.span)
    return found


def chain(moves: Iterable[Moved], position: int) -> list[Moved]:
    """The movements of one cartridge, the first one first: one of each depth, down to its holder."""
    return sorted(moved for moved in moves if moved.span.first <= position <= moved.span.last)


def total(spans: Iterable[Held]) -> int:
    """How many cartridges are in spans."""
    return sum(item.span.size for item in spans)


def inside(spans: Iterable[Held], bounds: Span) -> list[Held]:
    """The parts of spans that lie within bounds."""
    return [item._replace(span=shared) for item in spans if (shared := item.span.within(bounds)) is not None]


def pick(spans: Iterable[Held], quantity: int) -> list[Held]:
    """So many cartridges out of spans, lowest positions first; fewer only when there are fewer."""
    picked, wanted = [], quantity
    for item in spans:
        if wanted <= 0:
            break
        size = min(wanted, item.span.size)
        picked.append(item._replace(span=Span(item.span.first, item.span.first + size - 1)))
        wanted -= size
    return picked
