"""Reading reports of sales and the corrections of their lines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.ammunition.tables import Sale, SaleCorrection, SaleReport, SaleReportLine
from registry.core.errors import NotFound, Unmet
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, limited_to
from schemas.ammunition_sales import PAPERS
from schemas.paging import Page, PageAsked
from schemas.vocabulary import May
from schemas.words import said


@dataclass(frozen=True)
class LineView:
    """A line of a report, counted from 1: the sale it became, or what is unmet."""

    line: int
    lot: str
    sale: int | None
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True)
class ReportView:
    """lines: how many there were; outcome: of each right after reporting, later of the refused ones."""

    number: str
    name: str
    digest: str
    lines: int
    refused: int
    reported_at: datetime
    outcome: tuple[LineView, ...]


@dataclass(frozen=True)
class CorrectionView:
    """changed: (field, before, after)."""

    n: int
    reason: str
    changed: tuple[tuple[str, str, str], ...]
    changed_at: datetime


def corrections(
    session: Session, sales: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], tuple[CorrectionView, ...]]:
    """Corrections by (lot, sale), in their order."""
    wanted = list(sales)
    if not wanted:
        return {}
    of_lots = SaleCorrection.lot_id.in_({lot_id for lot_id, _ in wanted})  # SQLite looks no pairs up
    query = select(SaleCorrection).where(
        of_lots, tuple_(SaleCorrection.lot_id, SaleCorrection.sale_n).in_(wanted)
    )
    found: defaultdict[tuple[int, int], list[CorrectionView]] = defaultdict(list)
    for row in session.scalars(query.order_by(SaleCorrection.n)):
        changed = tuple((field, before, after) for field, before, after in json.loads(row.changed))
        found[row.lot_id, row.sale_n].append(CorrectionView(row.n, row.reason, changed, row.changed_at))
    return {place: tuple(views) for place, views in found.items()}


def as_corrected(session: Session, row: Sale) -> dict[str, str | date]:
    """The papers of a sale as they stand after its corrections."""
    papers: dict[str, str | date] = {name: getattr(row, name) for name in PAPERS}
    for correction in corrections(session, [(row.lot_id, row.n)]).get((row.lot_id, row.n), ()):
        for name, _, after in correction.changed:
            papers[name] = date.fromisoformat(after) if isinstance(papers[name], date) else after
    return papers


def report(work: Work, report_id: int, outcome: Sequence[LineView] | None = None) -> ReportView:
    """A report: with the outcome of every line if given, else of those that were refused."""
    row = work.session.get(SaleReport, report_id)
    if row is None or limited_to(work.actor, May.LOT_READ) not in (None, row.party_id):
        raise NotFound(said("No report has the number %(number)s", number=registry_number("S", report_id)))
    return _view(row, tuple(_refused(work.session, row.id) if outcome is None else outcome))


def _refused(session: Session, report_id: int) -> list[LineView]:
    query = select(SaleReportLine).where(SaleReportLine.report_id == report_id)
    return [
        LineView(
            row.line,
            "",
            None,
            tuple(Unmet(message, field, article) for field, message, article in json.loads(row.unmet)),
        )
        for row in session.scalars(query.order_by(SaleReportLine.line))
    ]


def reports(work: Work, asked: PageAsked) -> Page[ReportView]:
    """Reports, one's own or, for the authority, everyone's."""
    query: AnySelect = select(SaleReport)
    if (party := limited_to(work.actor, May.LOT_READ)) is not None:
        query = query.where(SaleReport.party_id == party)
    found = page(work.session, query, asked, {"number": SaleReport.id}, SaleReport.id)
    return Page(tuple(_view(row.SaleReport, ()) for row in found.items), found.next)


def _view(row: SaleReport, outcome: tuple[LineView, ...]) -> ReportView:
    return ReportView(
        registry_number("S", row.id), row.name, row.digest, row.lines, row.refused, row.reported_at, outcome
    )
