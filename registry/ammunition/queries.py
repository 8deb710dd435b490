"""Reading lots, packages, sales and movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from registry.ammunition import rules, spans
from registry.ammunition.packaging import package_key, package_number
from registry.ammunition.tables import Lot, Movement, Package, Sale
from registry.core.database import Key
from registry.core.errors import Invalid, NotFound, Unmet
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from registry.directory.queries import PartyName, calibre_of, names
from registry.directory.tables import Party
from registry.marks.reading import normal_form
from schemas.ammunition import LotsAsked, PackagesAsked, SalesAsked
from schemas.paging import Page
from schemas.vocabulary import Role


@dataclass(frozen=True)
class HolderView:
    """party: None where nobody holds the cartridges any more; kind: how they came there."""

    party: PartyName | None
    kind: str
    quantity: int


@dataclass(frozen=True)
class LotView:
    number: str
    version: int
    maker: PartyName
    code: str
    calibre: str
    calibre_name: str
    product_code: str
    product: str
    gtin: str
    quantity: int
    produced_on: date
    scheme: str
    historical: bool
    sales: int
    packages: int
    holders: tuple[HolderView, ...]
    unmet: tuple[Unmet, ...]
    created_at: datetime


@dataclass(frozen=True)
class LotRow:
    number: str
    code: str
    maker: str
    calibre: str
    product: str
    quantity: int
    produced_on: date
    scheme: str


@dataclass(frozen=True)
class MovementView:
    """first, last: positions, counted from 0."""

    depth: int
    first: int
    last: int
    kind: str
    happened_on: date
    from_party: PartyName | None
    to_party: PartyName | None
    sale: int | None
    place: str
    document: str


@dataclass(frozen=True)
class PackageRow:
    number: str
    level: str
    first: int
    last: int
    quantity: int


@dataclass(frozen=True)
class PackageView(PackageRow):
    lot: str
    code: str
    chain: tuple[MovementView, ...]


@dataclass(frozen=True)
class SaleView:
    lot: str
    code: str
    n: int
    seller: PartyName
    buyer: PartyName
    sold_on: date
    quantity: int
    authorization: str
    product_code: str
    description: str
    invoice_number: str
    invoice_series: str
    invoice_date: date
    permit_number: str
    permit_date: date


def lot_number(lot_id: int) -> str:
    return registry_number("L", lot_id)


def calibre_name(code: str) -> str:
    return BY_CODE[code].name if code in BY_CODE else code


def lot_row(work: Work, lot_id: int) -> Lot:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.scalar(select(Lot).where(Lot.id == lot_id, *_scope(work)))
    if row is None:
        raise NotFound(f"No lot has the number {lot_number(lot_id)}")
    return row


def _scope(work: Work) -> list[ColumnElement[bool]]:
    """Makers and dealers see the lots they made or ever held."""
    party = work.actor.party_id
    if work.actor.role is not Role.TRADER:
        return []
    had = exists().where(Movement.lot_id == Lot.id, Movement.to_id == party)
    return [or_(Lot.maker_id == party, had)]


def lot(work: Work, lot_id: int) -> LotView:
    """One lot with who holds its cartridges; raises NotFound."""
    row = lot_row(work, lot_id)
    shares = holders(work.session, row.id)
    known = names(work, [row.maker_id, *(share.to_id for share in shares)])
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
        sales=row.sales,
        packages=row.packages,
        holders=tuple(HolderView(known.get(s.to_id or 0), s.kind, s.quantity) for s in shares),
        unmet=tuple(rules.unmet_for_limit(row.quantity)),
        created_at=row.created_at,
    )


def known_lot(session: Session, maker_id: int, code_key: str, calibre: str, product_code: str) -> int | None:
    """The lot with this identity, or None."""
    return session.scalar(
        select(Lot.id).where(
            Lot.code_key == code_key,
            Lot.maker_id == maker_id,
            Lot.calibre == calibre,
            Lot.product_code == product_code,
        )
    )


def holders(session: Session, lot_id: int) -> Sequence[Any]:
    """(to_id, kind, quantity) of what is where now, the largest share first.

    Each movement counts without what was taken out of it.
    """
    child = aliased(Movement)
    taken = (
        select(child.parent_depth, child.parent_first, func.sum(child.last - child.first + 1).label("taken"))
        .where(child.lot_id == lot_id, child.depth > 0)
        .group_by(child.parent_depth, child.parent_first)
        .subquery()
    )
    rest = func.sum(Movement.last - Movement.first + 1 - func.coalesce(taken.c.taken, 0))
    query = (
        select(Movement.to_id, Movement.kind, rest.label("quantity"))
        .outerjoin(
            taken, and_(taken.c.parent_depth == Movement.depth, taken.c.parent_first == Movement.first)
        )
        .where(Movement.lot_id == lot_id)
        .group_by(Movement.to_id, Movement.kind)
        .having(rest > 0)
        .order_by(rest.desc(), Movement.to_id, Movement.kind)
    )
    return session.execute(query).all()


def held_by(session: Session, lot_id: int, party_id: int) -> list[spans.Held]:
    """The spans of a lot that a party holds."""
    received = session.execute(
        select(Movement.depth, Movement.first, Movement.last).where(
            Movement.lot_id == lot_id, Movement.to_id == party_id
        )
    )
    child, parent = aliased(Movement), aliased(Movement)
    passed_on = session.execute(
        select(child.parent_depth, child.parent_first, child.first, child.last)
        .join(
            parent,
            and_(
                parent.lot_id == child.lot_id,
                parent.depth == child.parent_depth,
                parent.first == child.parent_first,
            ),
        )
        .where(parent.lot_id == lot_id, parent.to_id == party_id)
    )
    return spans.held(
        [(depth, spans.Span(first, last)) for depth, first, last in received],
        [(depth or 0, start or 0, spans.Span(first, last)) for depth, start, first, last in passed_on],
    )


def lots(work: Work, asked: LotsAsked) -> Page[LotRow]:
    """Lots that fit."""
    query: AnySelect = (
        select(Lot, Party.name.label("maker_name")).join(Party, Party.id == Lot.maker_id).where(*_scope(work))
    )
    if asked.q:
        query = query.where(Lot.code_key == normal_form(asked.q))
    if asked.maker:
        query = query.where(Lot.maker_id == parse_registry_number("P", asked.maker, "maker"))
    if asked.calibre:
        query = query.where(Lot.calibre == calibre_of(asked.calibre, "calibre"))
    if asked.scheme:
        query = query.where(Lot.scheme == asked.scheme.value)
    sorts = {"number": Lot.id, "code": Lot.code_key, "produced_on": Lot.produced_on, "quantity": Lot.quantity}
    found = page(work.session, query, asked, sorts, Lot.id)
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


def buyers_from_maker(session: Session, row: Lot) -> frozenset[int]:
    """Who bought of a lot from its maker."""
    query = select(Sale.buyer_id).where(Sale.lot_id == row.id, Sale.seller_id == row.maker_id).distinct()
    return frozenset(session.scalars(query))


def package_row(work: Work, text: str) -> Package:
    """A package by its number; raises NotFound, also for one of another's lot."""
    found = package_key(text)
    row = found and work.session.scalar(
        select(Package).where(Package.lot_id == found[0], Package.n == found[1])
    )
    if not row:
        raise NotFound(f"No package has the number {text[:40]!r}")
    lot_row(work, row.lot_id)
    return row


def package_of_lot(work: Work, text: str, lot_id: int, field: str) -> spans.Span:
    """The span of a package of this lot; raises Invalid naming the field."""
    found = package_key(text)
    row = found and work.session.scalar(
        select(Package).where(Package.lot_id == found[0], Package.n == found[1])
    )
    if not row or row.lot_id != lot_id:
        raise Invalid.at(field, f"{text[:40]!r} is no package of this lot.")
    return spans.Span(row.first, row.last)


def packages(work: Work, lot_id: int, asked: PackagesAsked) -> Page[PackageRow]:
    """Packages of a lot."""
    lot_row(work, lot_id)
    query: AnySelect = select(Package).where(Package.lot_id == lot_id)
    if asked.level:
        query = query.where(Package.level == asked.level.value)
    found = page(work.session, query, asked, {"n": Package.n, "first": Package.first}, Package.n)
    return Page(tuple(_package_row(row.Package) for row in found.items), found.next)


def _package_row(row: Package) -> PackageRow:
    return PackageRow(
        package_number(row.lot_id, row.n), row.level, row.first, row.last, row.last - row.first + 1
    )


def package(work: Work, text: str) -> PackageView:
    """One package with every movement of any cartridge in it; raises NotFound."""
    row = package_row(work, text)
    found = lot_row(work, row.lot_id)
    query = select(Movement).where(
        Movement.lot_id == row.lot_id, Movement.first <= row.last, Movement.last >= row.first
    )
    chain = work.session.scalars(query.order_by(Movement.depth, Movement.first)).all()
    return PackageView(
        number=package_number(row.lot_id, row.n),
        level=row.level,
        first=row.first,
        last=row.last,
        quantity=row.last - row.first + 1,
        lot=lot_number(row.lot_id),
        code=found.code,
        chain=_movement_views(work, chain),
    )


def _movement_views(work: Work, rows: Sequence[Movement]) -> tuple[MovementView, ...]:
    known = names(work, [*(r.from_id for r in rows), *(r.to_id for r in rows)])
    return tuple(
        MovementView(
            r.depth,
            r.first,
            r.last,
            r.kind,
            r.happened_on,
            known.get(r.from_id or 0),
            known.get(r.to_id or 0),
            r.sale_n,
            r.place,
            r.document,
        )
        for r in rows
    )


def movements(work: Work, lot_id: int, asked: Any) -> Page[MovementView]:
    """Movements of a lot, as they lie in it."""
    lot_row(work, lot_id)
    query: AnySelect = select(Movement).where(Movement.lot_id == lot_id)
    key = cast(Movement.depth, Key) * 10**10 + Movement.first
    found = page(work.session, query, asked, {"depth": Movement.depth}, key)
    return Page(_movement_views(work, [row.Movement for row in found.items]), found.next)


def sales(work: Work, asked: SalesAsked) -> Page[SaleView]:
    """The sales register."""
    query: AnySelect = (
        select(Sale, Lot.code).join(Lot, Lot.id == Sale.lot_id).where(*_sales_filters(work, asked))
    )
    key = Sale.lot_id * 10**6 + Sale.n
    found = page(work.session, query, asked, {"sold_on": Sale.sold_on, "quantity": Sale.quantity}, key)
    rows = [(row.Sale, row.code) for row in found.items]
    known = names(work, [*(s.seller_id for s, _ in rows), *(s.buyer_id for s, _ in rows)])
    return Page(tuple(_sale_view(sale, code, known) for sale, code in rows), found.next)


def _sales_filters(work: Work, asked: SalesAsked) -> list[ColumnElement[bool]]:
    party = work.actor.party_id
    found: list[ColumnElement[bool]] = []
    if work.actor.role is Role.TRADER:
        found.append(or_(Sale.seller_id == party, Sale.buyer_id == party))
    if asked.lot:
        found.append(Sale.lot_id == parse_registry_number("L", asked.lot, "lot"))
    if asked.buyer:
        found.append(Sale.buyer_id == parse_registry_number("P", asked.buyer, "buyer"))
    if asked.seller:
        found.append(Sale.seller_id == parse_registry_number("P", asked.seller, "seller"))
    if asked.since:
        found.append(Sale.sold_on >= asked.since)
    if asked.until:
        found.append(Sale.sold_on <= asked.until)
    return found


def sale(work: Work, lot_id: int, n: int) -> SaleView:
    """One line of the register."""
    row = work.session.execute(
        select(Sale, Lot.code).join(Lot, Lot.id == Sale.lot_id).where(Sale.lot_id == lot_id, Sale.n == n)
    ).one()
    return _sale_view(row.Sale, row.code, names(work, [row.Sale.seller_id, row.Sale.buyer_id]))


def _sale_view(row: Sale, code: str, known: dict[int, PartyName]) -> SaleView:
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
    )
