"""Reading what was disposed of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.recovery.queries import people
from registry.retention.classes import number_of
from registry.retention.disposal_tables import DisposedRecord, RecordsDisposal
from schemas.paging import Page, PageAsked
from schemas.retention_vocabulary import RecordClass
from schemas.words import said


@dataclass(frozen=True)
class DisposalRow:
    """A disposal as lists show it."""

    number: str
    record_class: str
    records: int
    removed: int
    reason: str
    done_at: datetime


@dataclass(frozen=True)
class DisposedView:
    number: str
    law: str
    years: int
    counted_from: str
    counted: date
    kept_until: date
    removed: int


@dataclass(frozen=True)
class DisposalView(DisposalRow):
    """A disposal with all that its certificate says."""

    proposal: int
    proposed_by: str
    approved_by: str
    lines: tuple[DisposedView, ...]


def disposal_number(disposal_id: int) -> str:
    """The number people see, also of the certificate: RD-…."""
    return registry_number("RD", disposal_id)


def disposals(work: Work, asked: PageAsked) -> Page[DisposalRow]:
    """Disposals of records."""
    query: AnySelect = select(RecordsDisposal)
    found = page(work.session, query, asked, {"number": RecordsDisposal.id}, RecordsDisposal.id)
    return Page(tuple(DisposalRow(*_told(row.RecordsDisposal)) for row in found.items), found.next)


def _told(row: RecordsDisposal) -> tuple[str, str, int, int, str, datetime]:
    return disposal_number(row.id), row.record_class, row.records, row.removed, row.reason, row.done_at


def disposal(work: Work, key: int) -> DisposalView:
    """One disposal; raises NotFound."""
    row = work.session.get(RecordsDisposal, key)
    if row is None:
        raise NotFound(said("No disposal has the number %(number)s", number=disposal_number(key)))
    names = people(work, [row.proposed_by, row.approved_by])
    lines = select(DisposedRecord).where(DisposedRecord.disposal_id == key).order_by(DisposedRecord.n)
    return DisposalView(
        *_told(row),
        row.proposal_id,
        names[row.proposed_by],
        names[row.approved_by],
        tuple(
            DisposedView(
                number_of(RecordClass(one.record_class), one.record_id),
                one.law,
                one.years,
                one.counted_from,
                one.counted,
                one.kept_until,
                one.removed,
            )
            for one in work.session.scalars(lines)
        ),
    )
