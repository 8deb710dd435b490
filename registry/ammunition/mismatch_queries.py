"""Counts of stock that did not add up, by the lots they were of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registry.ammunition.tables import StockCount, StockCountLine
from registry.core.work import Work
from registry.directory.queries import PartyName, names


@dataclass(frozen=True)
class Mismatch:
    """A holder, or a unit of one, whose last count of a lot did not add up."""

    lot_id: int
    party: PartyName
    unit: str
    counted_on: date
    booked: int
    counted: int


def mismatches(work: Work, lots: Iterable[int], own: int | None = None) -> list[Mismatch]:
    """Last counts of these lots that did not add up; those of one party only, if it is given."""
    query = (
        select(StockCount, StockCountLine)
        .join(StockCountLine, StockCountLine.count_id == StockCount.id)
        .where(StockCountLine.lot_id.in_(list(lots)), *([] if own is None else [StockCount.party_id == own]))
        .order_by(StockCount.counted_on, StockCount.id)
    )
    last = {
        (line.lot_id, count.party_id, count.unit): (count, line)
        for count, line in work.session.execute(query)
    }
    wrong = [(count, line) for count, line in last.values() if line.booked != line.counted]
    known = names(work, [count.party_id for count, _ in wrong])
    return [
        Mismatch(line.lot_id, known[count.party_id], count.unit, count.counted_on, line.booked, line.counted)
        for count, line in wrong
    ]
