"""Reading what a trace needs.

A firearm with all its marks and steps comes by one statement, since round trips and objects cost more
than the search itself. Times and dates stay the text they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import orjson
from msgspec import Struct
from sqlalchemy import select

from registry.ammunition import whereabouts
from registry.ammunition.tables import Movement, Sale
from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.numbers import key_of, registry_number
from registry.core.paging import AnySelect, page, walk_of
from registry.core.work import Work, is_own, shows_persons
from registry.directory.queries import party_number
from registry.directory.tables import Party, Person
from registry.tracing.tables import Trace
from registry.tracing.withholding import answer_for
from schemas.paging import Page
from schemas.tracing import Share, StepFound, TracesAsked
from schemas.vocabulary import May
from schemas.words import said

MOST = 200
"""Candidates that are looked at; beyond them the answer says that more fit."""

_FIREARM = """
SELECT f.id, f.type, p.name, p.short_name, f.model, f.calibre, f.country_made, f.year_made, f.status,
  f.superseded_by, f.out_of_scope, m.kind, m.text, m.key, m.symbols,
  (SELECT {{rows}}({{row}}(c.n, c.happened_on, c.kind, c.from_id, a.name, {giver}, c.to_id, b.name, {taker},
      c.place, c.country, c.document_kind, c.document_number)){{text}}
    FROM custody c LEFT JOIN party a ON a.id = c.from_id LEFT JOIN party b ON b.id = c.to_id {persons}
    WHERE c.firearm_id = f.id),
  (SELECT {{rows}}({{row}}(o.n, o.kind, o.text, o.condition, o.country)){{text}} FROM mark o
    WHERE o.firearm_id = f.id),
  EXISTS (SELECT 1 FROM identity_conflict x WHERE x.firearm_id = f.id AND x.decision = '')
    OR EXISTS (SELECT 1 FROM identity_conflict x WHERE x.other_id = f.id AND x.decision = '')
FROM {source} JOIN firearm f ON f.id = m.firearm_id JOIN party p ON p.id = f.maker_id
WHERE {where} LIMIT :most
"""
_NAMELESS = {"giver": "NULL", "taker": "NULL", "persons": ""}
_NAMED = {
    "giver": "ap.full_name",
    "taker": "bp.full_name",
    "persons": "LEFT JOIN person ap ON ap.party_id = c.from_id LEFT JOIN person bp ON bp.party_id = c.to_id",
}
_LEGIBLE = {"source": "mark m", "where": "m.folded = :folded"}
_NUMBERED = {"source": "mark m", "where": "m.firearm_id = :firearm AND m.n = 1"}
_STATEMENTS = {
    (how, personal): Prepared(_FIREARM.format(**words, **names))
    for how, words in (("legible", _LEGIBLE), ("numbered", _NUMBERED))
    for personal, names in ((False, _NAMELESS), (True, _NAMED))
}


class MarkRow(Struct, frozen=True):
    n: int
    kind: str
    text: str
    condition: str
    country: str | None


class FirearmFound(Struct, frozen=True):
    """A firearm one of whose marks fits; matched, symbols: that mark's kind, text, normal form and signs."""

    id: int
    type: str
    maker: str
    maker_short: str
    model: str
    calibre: str
    country: str
    year: int | None
    status: str
    superseded_by: int | None
    out_of_scope: str
    matched_kind: str
    matched_text: str
    matched_key: str
    symbols: str
    steps: tuple[StepFound, ...]
    marks: tuple[MarkRow, ...]
    in_conflict: bool


def by_mark(work: Work, folded: str) -> list[FirearmFound]:
    """Firearms with a mark whose look-alike key is this one."""
    return _found(work, "legible", folded=folded)


def by_number(work: Work, firearm_id: int) -> list[FirearmFound]:
    """The firearm with an internal key."""
    return _found(work, "numbered", firearm=firearm_id)


def statement(how: str, personal: bool) -> Prepared:
    """The one statement of a search, "legible" or "numbered", with or without names of natural persons."""
    return _STATEMENTS[how, personal]


def _found(work: Work, how: str, **values: Any) -> list[FirearmFound]:
    rows = work.rows(statement(how, shows_persons(work)), most=MOST + 1, **values)
    found = [_firearm(work, row) for row in rows]
    if len(found) < 2:
        return found
    # several marks of one firearm may fit: the best known one speaks for it
    return list({item.id: item for item in sorted(found, key=_speaks)}.values())


def _speaks(item: FirearmFound) -> bool:
    return item.matched_kind == "manufacture"


def _firearm(work: Work, row: tuple[Any, ...]) -> FirearmFound:
    told = sorted(_rows(row[15]), key=_ON_THEN_N)
    for step in told:
        if step[5] or step[8]:  # names of natural persons: the ledger says whose
            work.saw("person", [party for party, name in ((step[3], step[5]), (step[6], step[8])) if name])
    steps = tuple(
        [
            StepFound(
                on,
                kind,
                giver and registry_number("P", giver),
                giver_name or gave,
                taker and registry_number("P", taker),
                taker_name or took,
                *rest,
            )
            for _, on, kind, giver, gave, giver_name, taker, took, taker_name, *rest in told
        ]
    )
    marks = tuple([MarkRow(*mark) for mark in sorted(_rows(row[16]))])
    values = (*row[:15], steps, marks, bool(row[17]))
    return FirearmFound(*values)


def _rows(text: str | None) -> list[list[Any]]:
    return orjson.loads(text) if text else []


_ON_THEN_N = itemgetter(1, 0)


@dataclass(frozen=True)
class LotFound:
    """A lot that bears a code."""

    id: int
    maker: str
    maker_short: str
    maker_country: str
    code: str
    calibre: str
    product: str
    quantity: int
    scheme: str
    produced_on: date
    code_key: str


@dataclass(frozen=True)
class SpanMoved:
    """A movement of cartridges; spans of one act count together."""

    on: date
    kind: str
    from_id: int | None
    from_name: str | None
    to_id: int | None
    to_name: str | None
    place: str
    document: str
    quantity: int


@dataclass(frozen=True)
class SaleFound:
    buyer_id: int
    buyer: str
    quantity: int
    sold_on: date
    invoice: str
    authorization: str
    permit: str


def moved(work: Work, lot_id: int) -> list[SpanMoved]:
    """Movements of a lot in their order."""
    query = select(Movement).where(Movement.lot_id == lot_id)
    rows = work.session.scalars(query.order_by(Movement.depth, Movement.first)).all()
    known = names_of(work, {row.from_id for row in rows} | {row.to_id for row in rows})
    return _together(
        [
            SpanMoved(
                row.happened_on,
                row.kind,
                row.from_id,
                known.get(row.from_id or 0),
                row.to_id,
                known.get(row.to_id or 0),
                row.place,
                row.document,
                row.last - row.first + 1,
            )
            for row in rows
        ]
    )


def _together(spans: Sequence[SpanMoved]) -> list[SpanMoved]:
    """Spans that one act moved, as one line with their sum."""
    sums: dict[tuple[Any, ...], int] = {}
    for s in spans:
        key = (s.on, s.kind, s.from_id, s.from_name, s.to_id, s.to_name, s.place, s.document)
        sums[key] = sums.get(key, 0) + s.quantity
    ordered = sorted(sums.items(), key=lambda line: line[0][0])
    lines = [(*key, quantity) for key, quantity in ordered]
    return [SpanMoved(*line) for line in lines]


def sales(work: Work, lot_id: int) -> list[SaleFound]:
    """Lines of the sales register of a lot."""
    query = (
        select(Sale, Party.name)
        .join(Party, Party.id == Sale.buyer_id)
        .where(Sale.lot_id == lot_id)
        .order_by(Sale.sold_on, Sale.n)
    )
    rows = work.session.execute(query).all()
    known = _personal(work, {row.Sale.buyer_id for row in rows})
    return [
        SaleFound(
            row.Sale.buyer_id,
            known.get(row.Sale.buyer_id, row.name),
            row.Sale.quantity,
            row.Sale.sold_on,
            f"{row.Sale.invoice_number}/{row.Sale.invoice_series}",
            row.Sale.authorization,
            row.Sale.permit_number,
        )
        for row in rows
    ]


def holders(work: Work, lot_id: int, on: date | None = None) -> tuple[Share, ...]:
    """Who has how many cartridges of a lot, the largest share first; number None: nobody any more.

    on: at the end of which day; now without one.
    """
    shares = whereabouts.holders(work.session, lot_id, on)
    known = names_of(work, {share.party for share in shares})
    return tuple(
        Share(
            party_number(s.party) if s.party else None,
            known.get(s.party or 0, s.kind),
            s.quantity,
            s.kind,
            unit=s.unit,
        )
        for s in shares
    )


def places_of(work: Work, numbers: Iterable[str | None]) -> dict[str, str]:
    """Where parties are, by registry number."""
    keys = [key for number in numbers if number and (key := key_of("P", number)) is not None]
    rows = work.session.execute(select(Party.id, Party.place).where(Party.id.in_(keys)))
    return {party_number(key): place for key, place in rows}


def names_of(work: Work, ids: set[int | None]) -> dict[int, str]:
    """Names of parties, of persons only to those who may see them."""
    wanted = {key for key in ids if key is not None}
    rows = work.session.execute(select(Party.id, Party.name).where(Party.id.in_(wanted)))
    return {row.id: row.name for row in rows} | _personal(work, set(wanted))


def _personal(work: Work, ids: set[int | None]) -> dict[int, str]:
    wanted = {key for key in ids if key is not None}
    if not shows_persons(work) or not wanted:
        return {}
    rows = work.session.execute(select(Person.party_id, Person.full_name).where(Person.party_id.in_(wanted)))
    known = {row.party_id: row.full_name for row in rows}
    if known:
        work.saw("person", known)
    return known


@dataclass(frozen=True)
class TraceView:
    """A kept trace; question and answer as they went over the API."""

    number: str
    asked_at: datetime
    asked_by: int
    role: str
    purpose: str
    case_number: str
    question: dict[str, Any]
    answer: dict[str, Any]


@dataclass(frozen=True)
class TraceRow:
    number: str
    kind: str
    read: str
    outcome: str
    purpose: str
    case_number: str
    asked_at: datetime


def trace_number(trace_id: int) -> str:
    """The number under which a trace is kept: T-…."""
    return registry_number("T", trace_id)


def trace(work: Work, trace_id: int) -> TraceView:
    """A kept trace, one's own or, for authority and auditor, anyone's; raises NotFound."""
    row = work.session.get(Trace, trace_id)
    if row is None or (is_own(work.actor, May.TRACE_READ) and row.asked_by != work.actor.user_id):
        raise NotFound(said("No trace has the number %(number)s", number=trace_number(trace_id)))
    return TraceView(
        trace_number(row.id),
        row.asked_at,
        row.asked_by,
        row.role,
        row.purpose,
        row.case_number,
        orjson.loads(row.question),
        answer_for(work, "trace", row, row.asked_by),
    )


def traces(work: Work, asked: TracesAsked) -> Page[TraceRow]:
    """Kept traces, one's own or, for authority and auditor, all."""
    filters = []
    if asked.case_number:
        filters.append(Trace.case_number == asked.case_number)
    if is_own(work.actor, May.TRACE_READ):
        filters.append(Trace.asked_by == work.actor.user_id)
    if asked.outcome:
        filters.append(Trace.outcome == asked.outcome.value)
    if asked.kind:
        filters.append(Trace.kind == asked.kind.value)
    query: AnySelect = select(Trace).where(*filters)
    walk = None if asked.case_number else walk_of(work.session, asked, Trace.id, Trace.id, (), filters)
    found = page(work.session, query, asked, {"number": Trace.id}, Trace.id, walk)
    return Page(tuple(_trace_row(row.Trace) for row in found.items), found.next)


def _trace_row(row: Trace) -> TraceRow:
    question = orjson.loads(row.question)
    read = question.get("mark") or question.get("code") or question.get("headstamp") or ""
    return TraceRow(
        trace_number(row.id), row.kind, read, row.outcome, row.purpose, row.case_number, row.asked_at
    )
