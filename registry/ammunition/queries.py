"""Reading lots, packages and the sales register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from registry.ammunition import (
    law,
    law_queries,
    lot_numbers,
    marking_queries,
    rules,
    selling_rows,
    whereabouts,
)
from registry.ammunition.sales_queries import CorrectionView, corrections
from registry.ammunition.tables import Lot, Movement, Sale
from registry.ammunition.views import (
    HolderView,
    LotRow,
    LotView,
    MovementView,
    SaleView,
)
from registry.core.database import Key
from registry.core.errors import NotFound, Unmet
from registry.core.numbers import key_of, parse_registry_number, registry_number
from registry.core.paging import AnySelect, Walk, Way, in_order, is_few, of_few, page, sorted_by, walk_of
from registry.core.work import Work, limited_to
from registry.directory.calibres import BY_CODE
from registry.directory.queries import PartyName, calibre_of, names
from registry.directory.tables import Party
from registry.marks.reading import normal_form
from schemas.ammunition import LotsAsked, SalesAsked
from schemas.paging import Page, PageAsked
from schemas.vocabulary import MarkingScheme, May, RuleKind
from schemas.words import said

OTHERS = "others"


def lot_number(lot_id: int) -> str:
    """The number people see."""
    return registry_number("L", lot_id)


def calibre_name(code: str) -> str:
    """A calibre as it is written."""
    return BY_CODE[code].name if code in BY_CODE else code


def lot_row(work: Work, lot_id: int) -> Lot:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.scalar(select(Lot).where(Lot.id == lot_id, *scope(work)))
    if row is None:
        raise NotFound(said("No lot has the number %(number)s", number=lot_number(lot_id)))
    return row


def scope(work: Work) -> list[ColumnElement[bool]]:
    """Makers and dealers see the lots they made or ever held; asked of each lot by itself."""
    party = limited_to(work.actor, May.LOT_READ)
    if party is None:
        return []
    return [or_(Lot.maker_id == party, exists().where(Movement.to_id == party, Movement.lot_id == Lot.id))]


def lot(work: Work, lot_id: int) -> LotView:
    """One lot with who holds its cartridges; raises NotFound."""
    row = lot_row(work, lot_id)
    shares = whereabouts.holders(work.session, row.id)
    known = names(work, [row.maker_id, *(share.party for share in shares)])
    number = lot_numbers.parse(row.code)
    marked = marking_queries.marking(work.session, row.id)
    standards = marking_queries.standards(row, marked, work.home)
    return LotView(
        number=lot_number(row.id),
        version=row.version,
        maker=known[row.maker_id],
        code=row.code,
        calibre=row.calibre,
        calibre_name=calibre_name(row.calibre),
        product_code=row.product_code,
        product=row.product,
        gtin=row.gtin,
        quantity=row.quantity,
        produced_on=row.produced_on,
        scheme=row.scheme,
        historical=row.historical,
        consignment=row.consignment,
        sales=row.sales,
        packages=row.packages,
        holders=_shares(work, shares, known),
        unmet=(
            *_above_limit(work.session, row),
            *(lot_numbers.contradictions(number, row.produced_on) if number else ()),
            *marking_queries.unmet(row, marked, standards),
            *rules.unmet_for_buyers(MarkingScheme(row.scheme), len(first_sales(work.session, row.id))),
        ),
        exceptions=law_queries.exceptions(work.session, row.id),
        created_at=row.created_at,
        lot_number=number,
        marking=marked,
        standards=standards,
    )


def _above_limit(session: Session, row: Lot) -> list[Unmet]:
    known = law_queries.all_rules(session)
    breaches = law.breaches_of_lot(known, row.calibre, row.quantity, row.produced_on)
    return [breach.unmet for breach in breaches]


def lot_limit(session: Session, calibre: str, on: date) -> int | None:
    """How many cartridges one code could stand for on a day; None without a limit."""
    return law.limit(law_queries.all_rules(session), RuleKind.LOT_LIMIT, on, calibre)


def _shares(work: Work, shares: Any, known: dict[int, PartyName]) -> tuple[HolderView, ...]:
    """Everyone's share; to a trader only their own, beside that of all others together."""
    party = limited_to(work.actor, May.LOT_READ)
    if party is None:
        return tuple(HolderView(known.get(s.party or 0), s.kind, s.quantity, s.unit) for s in shares)
    own = [s for s in shares if s.party == party]
    others = sum(s.quantity for s in shares) - sum(s.quantity for s in own)
    return (
        *(HolderView(known[s.party], s.kind, s.quantity, s.unit) for s in own),
        *([HolderView(None, OTHERS, others)] if others else []),
    )


def known_lot(session: Session, row: Lot) -> Lot | None:
    """The lot on record with the identity of a row, of several consignments the first, or None."""
    query = select(Lot).where(*_identity(row)).order_by(Lot.consignment)
    return session.scalar(query.limit(1))


def last_consignment(session: Session, row: Lot) -> int:
    """The number of the newest consignment of the lot that a row is of; 0 while there is none."""
    return session.scalar(select(func.max(Lot.consignment)).where(*_identity(row))) or 0


def _identity(row: Lot) -> list[ColumnElement[bool]]:
    return [
        Lot.code_key == row.code_key,
        Lot.maker_id == row.maker_id,
        Lot.calibre == row.calibre,
        Lot.product_code == row.product_code,
    ]


def lots_by_code(
    session: Session, code: str, maker_id: int | None = None, calibre: str | None = None
) -> list[Lot]:
    """Lots that bear a code as read; one code is often on several: UZZ18 exists in 9 mm and in 7.62."""
    query = select(Lot).where(Lot.code_key == normal_form(code))
    if maker_id is not None:
        query = query.where(Lot.maker_id == maker_id)
    if calibre is not None:
        query = query.where(Lot.calibre == calibre)
    return list(session.scalars(query.order_by(Lot.id)))


def first_sales(session: Session, lot_id: int) -> list[tuple[int, int]]:
    """(buyer, quantity) of what was sold by whoever had the whole lot, the largest buyer first."""
    bought = func.sum(Sale.quantity)
    query = (
        select(Sale.buyer_id, bought)
        .join(Movement, (Movement.lot_id == Sale.lot_id) & (Movement.depth == 0))
        .where(Sale.lot_id == lot_id, Sale.seller_id == Movement.to_id)
        .group_by(Sale.buyer_id)
        .order_by(bought.desc(), Sale.buyer_id)
    )
    return [(buyer, int(quantity)) for buyer, quantity in session.execute(query)]


def first_holder(session: Session, lot_id: int) -> int | None:
    """Who had the whole lot: its maker or importer."""
    return session.scalar(select(Movement.to_id).where(Movement.lot_id == lot_id, Movement.depth == 0))


def lots(work: Work, asked: LotsAsked) -> Page[LotRow]:
    """Lots that fit."""
    filters: list[ColumnElement[bool]] = []
    if asked.q:
        number = key_of("L", asked.q)
        filters.append(Lot.id == number if number else Lot.code_key == normal_form(asked.q))
    if asked.maker:
        filters.append(Lot.maker_id == parse_registry_number("P", asked.maker, "maker"))
    if asked.calibre:
        filters.append(Lot.calibre == calibre_of(asked.calibre, "calibre"))
    if asked.scheme:
        filters.append(Lot.scheme == asked.scheme.value)
    sorts = {"number": Lot.id, "code": Lot.code_key, "produced_on": Lot.produced_on, "quantity": Lot.quantity}
    column = sorts[sorted_by(asked, sorts)]
    party = limited_to(work.actor, May.LOT_READ)
    own = (
        [] if party is None else [(Lot.id, Lot.maker_id == party), (Movement.lot_id, Movement.to_id == party)]
    )
    walk = None if asked.q else walk_of(work.session, asked, column, Lot.id, own, filters)
    query: AnySelect = (
        select(Lot, Party.name.label("maker_name"))
        .join(Party, Party.id == Lot.maker_id)
        .where(*filters, *scope(work))
    )
    found = page(work.session, query, asked, sorts, Lot.id, walk)
    return Page(tuple(_lot_row(row) for row in found.items), found.next)


def _lot_row(row: Any) -> LotRow:
    found: Lot = row.Lot
    return LotRow(
        lot_number(found.id),
        found.code,
        row.maker_name,
        calibre_name(found.calibre),
        found.product,
        found.quantity,
        found.produced_on,
        found.scheme,
    )


def movements(work: Work, lot_id: int, asked: PageAsked) -> Page[MovementView]:
    """Movements of a lot; a trader sees those they took part in."""
    lot_row(work, lot_id)
    query: AnySelect = select(Movement).where(Movement.lot_id == lot_id, *whereabouts.of_own(work))
    key = cast(Movement.depth, Key) * 10**10 + Movement.first
    sorts = {"happened_on": Movement.happened_on, "depth": Movement.depth}
    found = page(work.session, query, asked, sorts, key)
    return Page(whereabouts.movement_views(work, [row.Movement for row in found.items]), found.next)


_SALE = Sale.lot_id * literal_column("1000000", Integer) + Sale.n
"""One number for a sale, in the words of its indexes."""
_SALE_SORTS = {"sold_on": Sale.sold_on, "quantity": Sale.quantity}


def sales(work: Work, asked: SalesAsked) -> Page[SaleView]:
    """The sales register."""
    filters = _sales_filters(work, asked)
    query: AnySelect = select(Sale, Lot.code).join(Lot, Lot.id == Sale.lot_id).where(*filters)
    found = page(work.session, query, asked, _SALE_SORTS, _SALE, _sales_walk(work, asked, filters))
    rows = [(row.Sale, row.code) for row in found.items]
    known = names(work, [*(s.seller_id for s, _ in rows), *(s.buyer_id for s, _ in rows)])
    corrected = corrections(work.session, [(s.lot_id, s.n) for s, _ in rows])
    return Page(tuple(sale_view(sale, code, known, corrected) for sale, code in rows), found.next)


def _sales_walk(work: Work, asked: SalesAsked, filters: list[ColumnElement[bool]]) -> Walk | None:
    """By day each party's own come by an index, within the days asked for; by quantity few are sorted."""
    column = _SALE_SORTS[sorted_by(asked, _SALE_SORTS)]
    own = limited_to(work.actor, May.LOT_READ)
    by_day, mine = column is Sale.sold_on, [Sale.seller_id == own, Sale.buyer_id == own]
    asked_for = [*([_buyer(asked)] if asked.buyer else []), *([_seller(asked)] if asked.seller else [])]
    sides = asked_for[:1] or (mine if own is not None else [])
    if asked.lot or not filters or (by_day and not sides):
        return None
    wanted = [[side, *_days(asked)] for side in sides] or [filters]
    if by_day:
        leaves_out = len(asked_for) + (own is not None) > 1
        return in_order(asked, [Way(column, _SALE, one) for one in wanted], leaves_out, _is_sale)
    if is_few(work.session, *(select(Sale.n).where(*one) for one in wanted)):
        return of_few([Way(column, _SALE, one, ordered=False) for one in wanted], _is_sale)
    return in_order(asked, [Way(column, _SALE)], on=_is_sale)


def _is_sale(key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(Sale.lot_id == key // 10**6, Sale.n == key % 10**6)


def _buyer(asked: SalesAsked) -> ColumnElement[bool]:
    return Sale.buyer_id == parse_registry_number("P", asked.buyer, "buyer")


def _seller(asked: SalesAsked) -> ColumnElement[bool]:
    return Sale.seller_id == parse_registry_number("P", asked.seller, "seller")


def _days(asked: SalesAsked) -> list[ColumnElement[bool]]:
    since = [Sale.sold_on >= asked.since] if asked.since else []
    return [*since, *([Sale.sold_on <= asked.until] if asked.until else [])]


def _sales_filters(work: Work, asked: SalesAsked) -> list[ColumnElement[bool]]:
    party = limited_to(work.actor, May.LOT_READ)
    found: list[ColumnElement[bool]] = []
    if party is not None:
        found.append(or_(Sale.seller_id == party, Sale.buyer_id == party))
    if asked.lot:
        found.append(Sale.lot_id == parse_registry_number("L", asked.lot, "lot"))
    if asked.buyer:
        found.append(_buyer(asked))
    if asked.seller:
        found.append(_seller(asked))
    return [*found, *_days(asked)]


def sale(work: Work, lot_id: int, n: int) -> SaleView:
    """One line of the register; raises NotFound."""
    row = work.session.execute(
        select(Sale, Lot.code)
        .join(Lot, Lot.id == Sale.lot_id)
        .where(Sale.lot_id == lot_id, Sale.n == n, *_sales_filters(work, SalesAsked()))
    ).one_or_none()
    if row is None:
        raise NotFound(said("Lot %(number)s has no sale %(n)s", number=lot_number(lot_id), n=n))
    known = names(work, [row.Sale.seller_id, row.Sale.buyer_id])
    return sale_view(row.Sale, row.code, known, corrections(work.session, [(lot_id, n)]))


def sale_view(
    row: Sale | selling_rows.Sold,
    code: str,
    known: dict[int, PartyName],
    corrected: Mapping[tuple[int, int], tuple[CorrectionView, ...]],
) -> SaleView:
    """A line of the register as it is shown."""
    return SaleView(
        lot_number(row.lot_id),
        code,
        row.n,
        known[row.seller_id],
        known[row.buyer_id],
        row.sold_on,
        row.quantity,
        row.authorization,
        row.product_code,
        row.description,
        row.invoice_number,
        row.invoice_series,
        row.invoice_date,
        row.permit_number,
        row.permit_date,
        corrected.get((row.lot_id, row.n), ()),
    )
