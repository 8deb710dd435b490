"""Reading what stands on cartridges and packages of lots beside their codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.ammunition import markings
from registry.ammunition.marking_tables import LotMarking
from registry.ammunition.tables import Lot
from registry.core.errors import Unmet
from schemas.ammunition_markings import MarkingNew
from schemas.ammunition_vocabulary import MarkedItem, MarkingStandard
from schemas.vocabulary import MarkingScheme


@dataclass(frozen=True, kw_only=True)
class MarkingView(MarkingNew):
    """What is on record, and since when."""

    recorded_at: datetime


@dataclass(frozen=True)
class StandardView:
    """applies: whether this registry's State is bound by it."""

    standard: MarkingStandard
    source: str
    applies: bool
    unmet: tuple[Unmet, ...]


def marking(session: Session, lot_id: int) -> MarkingView | None:
    """What a lot bears beside its code, or None while nobody has recorded it."""
    row = session.get(LotMarking, lot_id)
    if row is None:
        return None
    return MarkingView(
        row.headstamp,
        row.maker_mark,
        row.calibre_mark,
        row.year_mark,
        row.country_mark,
        row.control_mark,
        row.control_country,
        tuple(MarkedItem(item) for item in row.package.split()),
        row.destination,
        row.reason,
        recorded_at=row.recorded_at,
    )


def standards(row: Lot, marked: MarkingView | None, home: str) -> tuple[StandardView, ...]:
    """Who asks for marks and what the lot lacks of them, those who bind this State first."""
    found = (
        StandardView(
            asked.standard,
            asked.source,
            home in asked.states,
            tuple(markings.unmet_for_standard(asked, marked or MarkingNew(), recorded(row))),
        )
        for asked in markings.STANDARDS
    )
    return tuple(sorted(found, key=lambda one: not one.applies))


def unmet(row: Lot, marked: MarkingView | None, asked: tuple[StandardView, ...]) -> list[Unmet]:
    """What is wrong with the marks of a lot: contradictions, and what binds this State.

    An old lot is as it was made.
    """
    wrong = markings.contradictions(marked, recorded(row)) if marked else []
    lacking = [one for view in asked if view.applies and not row.historical for one in view.unmet]
    return [*wrong, *lacking]


def recorded(row: Lot) -> markings.Recorded:
    """The lot as rules of its marks see it."""
    return markings.Recorded(row.calibre, row.produced_on, MarkingScheme(row.scheme))
