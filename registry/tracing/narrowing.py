"""Which further observation would leave fewest of the records that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from operator import attrgetter

from registry.marks.patterns import ANY, STAR, Cells
from registry.tracing.mark_queries import MarkFound
from schemas.tracing import Narrowing, Question

OFFERED = 3
_UNKNOWN = frozenset(("", "unknown", None))


def narrowing(
    marks: Sequence[MarkFound], total: int, cells: Cells, question: Question
) -> tuple[Narrowing, ...]:
    """The observations that help most, the best first; none where one record is left.

    total: how many fit, of which these are the ones at hand.
    """
    if len(marks) < 2:
        return ()
    scale = total / len(marks)
    found = [
        Narrowing(name, ceil(_expected(values, len(marks)) * scale), total, place)
        for name, place, values in _observations(marks, cells, question)
    ]
    helping = [one for one in found if one.leaves < total]
    return tuple(sorted(helping, key=lambda one: one.leaves)[:OFFERED])


def _observations(
    marks: Sequence[MarkFound], cells: Cells, question: Question
) -> Iterator[tuple[str, int | None, Iterable[object]]]:
    """What was not told, with what each record says of it."""
    told: dict[str, object] = {
        "maker": question.maker,
        "model": question.model,
        "calibre": question.calibre,
        "type": question.type,
        "country": question.country,
        "year": question.year,
    }
    for name, known in told.items():
        if not known:
            yield name, None, map(attrgetter(name), marks)
    if STAR not in cells:
        for place, cell in enumerate(cells, 1):
            if ANY in cell:
                yield "character", place, [mark.folded[place - 1 : place] for mark in marks]


def _expected(values: Iterable[object], count: int) -> float:
    """How many are left, on average over the records, once this is known; what says nothing stays."""
    counts = Counter(values)
    unknown = sum(counts.pop(value, 0) for value in _UNKNOWN)
    return (sum(n * (n + unknown) for n in counts.values()) + unknown * count) / count
