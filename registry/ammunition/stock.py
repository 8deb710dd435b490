"""A holder's stock: packages that lie in it whole, and counts held against the book. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.ammunition.packaging import Run, opened
from registry.ammunition.spans import Span
from registry.core.errors import Unmet
from schemas.words import amount, said

COUNT_SOURCE = "FP 7"


@dataclass(frozen=True)
class Compared:
    """What the register says somebody had of a lot, and what was really there."""

    lot_id: int
    booked: int
    counted: int

    @property
    def missing(self) -> int:
        """Cartridges that should be there and are not; below 0: more than there should be."""
        return self.booked - self.counted


def compared(booked: Mapping[int, int], counted: Mapping[int, int], whole: bool) -> list[Compared]:
    """A count beside the book, by lot. whole: a lot that was not named was not there."""
    lots = sorted(booked.keys() | counted.keys() if whole else counted.keys())
    return [Compared(lot, booked.get(lot, 0), counted.get(lot, 0)) for lot in lots]


def unmet_for_count(counted_on: date, lines: Sequence[str], today: date) -> list[Unmet]:
    """What keeps a count from being recorded. lines: the lots named, in their order."""
    unmet = []
    if counted_on > today:
        unmet.append(Unmet(said("This day has not come yet."), "counted_on", COUNT_SOURCE))
    for n, lot in enumerate(lines):
        if lot in lines[:n]:
            unmet.append(Unmet(said("Lot %(lot)s is named twice.", lot=lot), f"lines.{n}.lot"))
    return unmet


def difference(booked: int, counted: int) -> str:
    """In words what a count found; "" where it adds up."""
    if booked == counted:
        return ""
    if counted < booked:
        return said(
            "%(missing)s cartridges are missing: %(counted)s were counted, %(booked)s are in the book.",
            missing=amount(booked - counted),
            counted=amount(counted),
            booked=amount(booked),
        )
    return said(
        "%(surplus)s cartridges more than in the book: %(counted)s were counted, %(booked)s are in the book.",
        surplus=amount(counted - booked),
        counted=amount(counted),
        booked=amount(booked),
    )


def whole_packages(runs: Sequence[Run], held: Iterable[Span]) -> dict[str, int]:
    """How many closed packages of each level lie in held spans whole; spans do not overlap."""
    found: dict[str, int] = {}
    for span in _joined(held):
        for run in runs:
            count = _within(run, span, list(runs))
            if count:
                found[run.level] = found.get(run.level, 0) + count
    return found


def _joined(held: Iterable[Span]) -> list[Span]:
    """Neighbouring spans as one: a package may have come in two movements."""
    joined: list[Span] = []
    for span in sorted(held):
        if joined and joined[-1].last + 1 == span.first:
            joined[-1] = Span(joined[-1].first, span.last)
        else:
            joined.append(span)
    return joined


def _within(run: Run, span: Span, runs: list[Run]) -> int:
    shared = span.within(Span(run.first, run.last))
    if shared is None:
        return 0
    if any(run.level == other.level and other.round > run.round for other in runs):
        return sum(
            span.first <= tile.first
            and tile.last <= span.last
            and not opened(runs, run.level, run.round, tile)
            for _, tile in run.touching(span)
        )
    begin = -(-(shared.first - run.first) // run.size)
    end = (shared.last - run.first + 1) // run.size if shared.last < run.last else run.count
    return max(0, end - begin)
