"""Reading what a holder has, lot by lot, and the counts that were held against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from registry.ammunition import package_queries, queries, stock
from registry.ammunition.tables import Lot, Movement, StockCount, StockCountLine
from registry.ammunition.whereabouts import came_by, held_of
from registry.core.database import Key
from registry.core.errors import Forbidden, Invalid, NotFound
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.paging import AnySelect, Way, in_order, is_few, page
from registry.core.work import Work, limited_to
from registry.directory.queries import PartyName, calibre_of, names
from schemas.ammunition_stock import CountsAsked, StockAsked
from schemas.paging import Page
from schemas.vocabulary import May
from schemas.words import said

AT_ONCE = 5_000


@dataclass(frozen=True)
class CountLineView:
    """difference: in words, "" where it adds up."""

    lot: str
    code: str
    booked: int
    counted: int
    difference: str


@dataclass(frozen=True)
class CountView:
    number: str
    party: PartyName
    unit: str
    counted_on: date
    whole: bool
    note: str
    lots: int
    differing: int
    recorded_at: datetime
    lines: tuple[CountLineView, ...]


@dataclass(frozen=True)
class StockRow:
    """A lot in somebody's stock. packages: (level, how many) that lie in it whole; difference: what the
    last count found, None where the lot was not counted.
    """

    lot: str
    code: str
    maker: str
    calibre: str
    product: str
    unit: str
    quantity: int
    packages: tuple[tuple[str, int], ...]
    counted_on: date | None
    difference: str | None


@dataclass(frozen=True)
class ProductView:
    """A product in somebody's stock, of whatever lots."""

    calibre: str
    product: str
    lots: int
    quantity: int


def count_number(key: int) -> str:
    """The number people see."""
    return registry_number("K", key)


def whose(work: Work, number: str) -> int:
    """The party whose stock is asked for: a trader's own; raises Forbidden, Invalid, NotFound."""
    own = limited_to(work.actor, May.LOT_READ)
    if not number and own is not None:
        return own
    party = parse_registry_number("P", number, "party")
    if own not in (None, party):
        raise Forbidden("You may see your own stock")
    if party not in names(work, [party]):
        raise NotFound(said("No party has the number %(number)s", number=number))
    return party


def _pieces(party: int, on: date | None, lots: Iterable[int] | None = None) -> Any:
    """(lot, unit, size): what came to a party, and below zero what was taken out of that."""
    parent = aliased(Movement)
    size = Movement.last - Movement.first + 1
    until = [Movement.happened_on <= on] if on else []
    of_lots = [] if lots is None else [Movement.lot_id.in_(lots)]
    came = select(Movement.lot_id.label("lot"), Movement.unit.label("unit"), size.label("size")).where(
        Movement.to_id == party, *until, *of_lots
    )
    went = (
        select(parent.lot_id, parent.unit, -size)
        .join(parent, came_by(Movement, parent))
        .where(parent.to_id == party, *until, *of_lots)
    )
    return union_all(came, went).subquery()


def booked(session: Session, party: int, unit: str, on: date) -> dict[int, int]:
    """Cartridges that the register says a party, or one unit of it, had at the end of a day, by lot."""
    pieces = _pieces(party, on)
    total = cast(func.sum(pieces.c.size), Key)
    query = select(pieces.c.lot, total.label("quantity")).group_by(pieces.c.lot).having(total > 0)
    if unit:
        query = query.where(pieces.c.unit == unit)
    return {row.lot: row.quantity for row in session.execute(query)}


def _held_rows(work: Work, party: int, asked: StockAsked) -> Any:
    """Lots in a stock, by unit, with the filters asked for."""
    pieces = _pieces(party, asked.on)
    total = cast(func.sum(pieces.c.size), Key)
    query = (
        select(pieces.c.lot, pieces.c.unit, total.label("quantity"))
        .group_by(pieces.c.lot, pieces.c.unit)
        .having(total > 0)
    )
    return query.subquery()


def _filters(asked: StockAsked) -> list[ColumnElement[bool]]:
    return [Lot.calibre == calibre_of(asked.calibre, "calibre")] if asked.calibre else []


def _is_small(session: Session, party: int) -> bool:
    """Whether all that ever came to a party, and was taken out of that, can be added up for a page."""
    parent = aliased(Movement)
    came = select(Movement.lot_id).where(Movement.to_id == party)
    went = select(Movement.lot_id).join(parent, came_by(Movement, parent)).where(parent.to_id == party)
    return is_few(session, came, went)


def rows(work: Work, asked: StockAsked) -> Page[StockRow]:
    """Somebody's stock, lot by lot; what is too much to be added up at once comes by code alone, and a page
    of it may have few lots, or none. Raises Invalid.
    """
    party = whose(work, asked.party)
    if not _is_small(work.session, party):
        return _rows_by_code(work, party, asked)
    stocked = _held_rows(work, party, asked)
    # a lot is in several units: the key is made of both
    key = Lot.code_key + "|" + cast(Lot.id, String) + "|" + stocked.c.unit
    query: AnySelect = (
        select(Lot, stocked.c.unit, stocked.c.quantity)
        .join(stocked, stocked.c.lot == Lot.id)
        .where(*_filters(asked))
    )
    sorts = {"code": Lot.code_key, "quantity": stocked.c.quantity, "produced_on": Lot.produced_on}
    found = page(work.session, query, asked, sorts, key)
    return Page(tuple(_stock_rows(work, party, asked.on, found.items)), found.next)


def _rows_by_code(work: Work, party: int, asked: StockAsked) -> Page[StockRow]:
    """Of the lots in the order of their codes those that ever came to a party, with what is left of each."""
    if asked.sort.removeprefix("-") not in ("", "code"):
        raise Invalid.at("sort", "So large a stock is shown in the order of the lots' codes alone.")
    came = exists().where(Movement.to_id == party, Movement.lot_id == Lot.id)
    query: AnySelect = select(Lot).where(came, *_filters(asked))
    sorts = {"code": Lot.code_key}
    found = page(work.session, query, asked, sorts, Lot.id, in_order(asked, [Way(Lot.code_key, Lot.id)]))
    lots = {row.Lot.id: row.Lot for row in found.items}
    pieces = _pieces(party, asked.on, lots)
    total = cast(func.sum(pieces.c.size), Key)
    held = select(pieces.c.lot, pieces.c.unit, total).group_by(pieces.c.lot, pieces.c.unit).having(total > 0)
    units: dict[int, list[_Held]] = defaultdict(list)
    for lot, unit, quantity in work.session.execute(held.order_by(pieces.c.unit)):
        units[lot].append(_Held(lots[lot], unit, quantity))
    items = [one for lot in lots for one in units[lot]]
    return Page(tuple(_stock_rows(work, party, asked.on, items)), found.next)


class _Held(NamedTuple):
    Lot: Lot
    unit: str
    quantity: int


def _stock_rows(work: Work, party: int, on: date | None, items: Sequence[Any]) -> list[StockRow]:
    lots = {item.Lot.id for item in items}
    makers = names(work, {item.Lot.maker_id for item in items})
    spans = held_of(work.session, party, lots, on or date.max)
    runs = package_queries.runs_of(work.session, lots)
    counted = last_counts(work.session, party, lots)
    made = []
    for item in items:
        lot, unit = item.Lot, item.unit
        own = [piece.span for piece in spans.get(lot.id, ()) if piece.unit == unit]
        whole = stock.whole_packages(runs.get(lot.id, ()), own)
        last = counted.get((lot.id, unit)) or counted.get((lot.id, ""))
        made.append(
            StockRow(
                lot=queries.lot_number(lot.id),
                code=lot.code,
                maker=makers[lot.maker_id].name,
                calibre=queries.calibre_name(lot.calibre),
                product=lot.product,
                unit=unit,
                quantity=item.quantity,
                packages=tuple(whole.items()),
                counted_on=last[0] if last else None,
                difference=stock.difference(last[1], last[2]) if last else None,
            )
        )
    return made


def products(work: Work, asked: StockAsked) -> list[ProductView] | None:
    """Somebody's stock by calibre and product, the largest first; None where it is too much."""
    party = whose(work, asked.party)
    if not _is_small(work.session, party):
        return None
    stocked = _held_rows(work, party, asked)
    total = cast(func.sum(stocked.c.quantity), Key)
    query = (
        select(Lot.calibre, Lot.product, func.count(func.distinct(Lot.id)), total)
        .join(stocked, stocked.c.lot == Lot.id)
        .where(*_filters(asked))
        .group_by(Lot.calibre, Lot.product)
        .order_by(total.desc(), Lot.calibre, Lot.product)
    )
    return [
        ProductView(queries.calibre_name(calibre), product, lots, quantity)
        for calibre, product, lots, quantity in work.session.execute(query)
    ]


def last_counts(
    session: Session, party: int, lots: Iterable[int]
) -> dict[tuple[int, str], tuple[date, int, int]]:
    """(day, booked, counted) of the last count of each lot and unit of a party."""
    query = (
        select(
            StockCountLine.lot_id,
            StockCount.unit,
            StockCount.counted_on,
            StockCountLine.booked,
            StockCountLine.counted,
        )
        .join(StockCount, StockCount.id == StockCountLine.count_id)
        .where(StockCount.party_id == party, StockCountLine.lot_id.in_(list(lots)))
        .order_by(StockCount.counted_on, StockCount.id)
    )
    return {(lot, unit): (on, book, count) for lot, unit, on, book, count in session.execute(query)}


def _own(work: Work) -> list[ColumnElement[bool]]:
    own = limited_to(work.actor, May.LOT_READ)
    return [] if own is None else [StockCount.party_id == own]


def counts(work: Work, asked: CountsAsked) -> Page[CountView]:
    """Counts, one's own or, for the authority, everyone's; differing: those only that do not add up."""
    query: AnySelect = select(StockCount).where(*_own(work))
    if asked.party:
        query = query.where(StockCount.party_id == whose(work, asked.party))
    if asked.differing:
        query = query.where(StockCount.differing > 0)
    sorts = {"number": StockCount.id, "counted_on": StockCount.counted_on}
    found = page(work.session, query, asked, sorts, StockCount.id)
    rows_ = [row.StockCount for row in found.items]
    known = names(work, [row.party_id for row in rows_])
    return Page(tuple(_count_view(row, known, ()) for row in rows_), found.next)


def count(work: Work, count_id: int) -> CountView:
    """One count with its lines, those that do not add up first; raises NotFound."""
    row = work.session.scalar(select(StockCount).where(StockCount.id == count_id, *_own(work)))
    if row is None:
        raise NotFound(said("No count has the number %(number)s", number=count_number(count_id)))
    query = (
        select(StockCountLine, Lot.code)
        .join(Lot, Lot.id == StockCountLine.lot_id)
        .where(StockCountLine.count_id == count_id)
        .order_by(StockCountLine.booked == StockCountLine.counted, Lot.code_key, Lot.id)
    )
    lines = tuple(
        CountLineView(
            queries.lot_number(line.lot_id),
            code,
            line.booked,
            line.counted,
            stock.difference(line.booked, line.counted),
        )
        for line, code in work.session.execute(query)
    )
    return _count_view(row, names(work, [row.party_id]), lines)


def _count_view(row: StockCount, known: dict[int, PartyName], lines: tuple[CountLineView, ...]) -> CountView:
    return CountView(
        count_number(row.id),
        known[row.party_id],
        row.unit,
        row.counted_on,
        row.whole,
        row.note,
        row.lots,
        row.differing,
        row.recorded_at,
        lines,
    )


def to_count(work: Work, party: int, on: date) -> list[tuple[str, str, str]]:
    """(number, code, product) of every lot in a stock, by code."""
    lots = booked(work.session, party, "", on)
    found: list[tuple[str, str, str, str]] = []
    keys = sorted(lots)
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        query = select(Lot.id, Lot.code_key, Lot.code, Lot.product).where(Lot.id.in_(some))
        found += [
            (key, queries.lot_number(lot), code, product)
            for lot, key, code, product in work.session.execute(query)
        ]
    return [(number, code, product) for _, number, code, product in sorted(found)]
