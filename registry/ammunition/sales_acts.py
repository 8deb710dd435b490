"""Reporting many sales at once, line by line, and correcting the papers of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from registry.ammunition import queries, rules, sales_queries, selling
from registry.ammunition.tables import Sale, SaleCorrection, SaleReport, SaleReportLine
from registry.ammunition.views import SaleView
from registry.core.errors import Forbidden, Invalid, NotFound, RegistryError, Unmet, refuse_if
from registry.core.numbers import key_of
from registry.core.work import Work, act, limited_to
from schemas.ammunition_sales import AtCounter, SaleChange, SaleLine
from schemas.vocabulary import May
from schemas.words import said

Reported = SaleLine | tuple[Unmet, ...]
"""A line as it could be read, or why it could not."""


@act(May.SALE_RECORD)
def report_sales(work: Work, name: str, digest: str, lines: Sequence[Reported]) -> sales_queries.ReportView:
    """Record the sales of a report that can be recorded; the others are kept with what is unmet.

    digest: SHA-256 of what was sent, by which the dealer knows it again. Raises Invalid for an empty one.
    """
    if not lines:
        raise Invalid.at("lines", "The report has no line.")
    readable = [_line(line) if isinstance(line, SaleLine) else None for line in lines]
    counter = selling.Counter(work, [line for line in readable if line is not None])
    judged = [
        _taken(n, counter, line, given)
        for n, (line, given) in enumerate(zip(readable, lines, strict=True), 1)
    ]
    counter.write()
    return sales_queries.report(work, _kept(work, name, digest, judged), judged)


@act(May.SALE_RECORD)
def sell_at_counter(work: Work, sale: AtCounter, lines: Sequence[SaleLine]) -> list[SaleView]:
    """Record all that one buyer takes, or nothing of it.

    Raises Invalid, Forbidden, NotFound, Refused; what is unmet names its line.
    """
    counter = selling.Counter(work, [_line(line) for line in lines])
    unmet: list[Unmet] = []
    for n, line in enumerate(map(_line, lines), 1):
        try:
            counter.take(line)
        except Forbidden:
            raise
        except RegistryError as error:
            told = error.unmet or (Unmet(error.message, "scanned"),)
            unmet += [one if one.field in _OF_ALL else _at_line(n, one) for one in told]
    refuse_if(list(dict.fromkeys(unmet)))
    counter.write()
    return counter.shown()


_OF_ALL = frozenset(name for name in AtCounter.__dataclass_fields__ if name != "scanned")
"""Fields that are the same for every line."""


def _at_line(n: int, unmet: Unmet) -> Unmet:
    words = said("Line %(n)s: %(message)s", n=n, message=unmet.message)
    return Unmet(words, "scanned", unmet.article)


def _line(line: SaleLine) -> selling.Line:
    return selling.Line(key_of("L", line.lot) or 0, line)


def _taken(
    n: int, counter: selling.Counter, line: selling.Line | None, given: Reported
) -> sales_queries.LineView:
    if line is None:
        return sales_queries.LineView(n, "", None, given if isinstance(given, tuple) else ())
    number = queries.lot_number(line.lot_id) if line.lot_id else ""
    try:
        return sales_queries.LineView(n, number, counter.take(line), ())
    except RegistryError as error:
        return sales_queries.LineView(n, number, None, error.unmet or (Unmet(error.message, "lot"),))


def _kept(work: Work, name: str, digest: str, judged: Sequence[sales_queries.LineView]) -> int:
    refused = [line for line in judged if line.sale is None]
    report = SaleReport(
        name=name,
        digest=digest,
        lines=len(judged),
        refused=len(refused),
        reported_by=work.actor.user_id,
        party_id=work.actor.party_id,
        reported_at=work.now,
    )
    work.session.add(report)
    work.session.flush()
    work.session.add_all(
        SaleReportLine(
            report_id=report.id,
            line=line.line,
            unmet=json.dumps([[u.field, u.message, u.article] for u in line.unmet]),
        )
        for line in refused
    )
    work.session.flush()
    return report.id


@act(May.SALE_RECORD)
def correct_sale(work: Work, lot_id: int, n: int, change: SaleChange) -> SaleView:
    """Correct the papers of a sale; the first report stays, with what was put in its place and why.

    Cartridges that went to somebody else are returned and sold anew. Raises NotFound, Forbidden, Invalid,
    Refused.
    """
    queries.lot_row(work, lot_id)
    work.lock(f"sale:{lot_id}:{n}")
    row = work.session.get(Sale, (lot_id, n))
    if row is None:
        raise NotFound(said("Lot %(number)s has no sale %(n)s", number=queries.lot_number(lot_id), n=n))
    if limited_to(work.actor, May.SALE_RECORD) not in (None, row.seller_id):
        raise Forbidden("You may correct what you sold yourself")
    before = sales_queries.as_corrected(work.session, row)
    changed = [
        [name, _text(before[name]), _text(value)]
        for name, value in change.given().items()
        if value != before[name]
    ]
    if not changed:
        raise Invalid.at("", "Nothing would change.")
    days = {name: value for name, value in change.given().items() if isinstance(value, date)}
    refuse_if([u for name, day in days.items() for u in rules.unmet_for_day(name, day, None, work.today)])
    corrections = select(func.count()).where(SaleCorrection.lot_id == lot_id, SaleCorrection.sale_n == n)
    work.session.add(
        SaleCorrection(
            lot_id=lot_id,
            sale_n=n,
            n=(work.session.scalar(corrections) or 0) + 1,
            reason=change.reason,
            changed=json.dumps(changed, ensure_ascii=False),
            changed_by=work.actor.user_id,
            changed_at=work.now,
        )
    )
    work.session.flush()
    return queries.sale(work, lot_id, n)


def _text(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value
