"""What people do with ammunition. The lot's row is locked first, so sellers of one lot wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.ammunition import queries, rules, spans
from registry.ammunition.tables import Lot, Movement, Package, Sale
from registry.core.errors import Conflict, Forbidden, Invalid, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.marks.reading import acceptable_text, normal_form
from schemas.ammunition import LotNew, MovementNew, PackNew, SaleNew
from schemas.vocabulary import MarkingScheme, May, MovementKind, PartyKind, Role

MOST_PACKAGES = 100_000


@act(May.LOT_REGISTER)
def register_lot(work: Work, new: LotNew) -> queries.LotView:
    """Record a lot, all of it with its maker.

    Raises Invalid, Refused (a new lot above 10,000), Conflict when this maker has a lot with this code,
    calibre and product.
    """
    maker = directory.party_by_number(work, new.maker, "maker")
    if maker.kind not in (PartyKind.MAKER, PartyKind.IMPORTER):
        raise Invalid.at("maker", "A maker or importer is needed here.")
    if work.actor.role is Role.TRADER and maker.id != work.actor.party_id:
        raise Forbidden("You may register lots of your own")
    if refused := acceptable_text(new.code, "code"):
        raise Invalid(unmet=refused)
    refuse_if(rules.unmet_for_lot(new.quantity, new.produced_on, new.gtin, new.historical, work.today))
    row = Lot(
        maker_id=maker.id,
        code=new.code,
        code_key=normal_form(new.code),
        calibre=directory.calibre_of(new.calibre, "calibre"),
        product_code=new.product_code,
        product=new.product,
        gtin=new.gtin,
        quantity=new.quantity,
        produced_on=new.produced_on,
        scheme=new.scheme.value,
        historical=new.historical,
        sales=0,
        packages=0,
        created_at=work.now,
        version=1,
    )
    _refuse_known(work, row)
    work.session.add(row)
    work.session.flush()
    kind = MovementKind.MANUFACTURED if maker.kind == PartyKind.MAKER else MovementKind.IMPORTED
    work.session.add(
        Movement(
            lot_id=row.id,
            depth=0,
            first=0,
            last=new.quantity - 1,
            kind=kind.value,
            happened_on=new.produced_on,
            to_id=maker.id,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return queries.lot(work, row.id)


def _refuse_known(work: Work, row: Lot) -> None:
    work.lock(f"lot:{row.maker_id}:{row.code_key}:{row.calibre}:{row.product_code}")
    known = queries.known_lot(work.session, row.maker_id, row.code_key, row.calibre, row.product_code)
    if known is not None:
        raise Conflict(f"This lot is registered as {queries.lot_number(known)}")


@act(May.LOT_REGISTER)
def pack(work: Work, lot_id: int, new: PackNew) -> queries.LotView:
    """Put cartridges of a lot into packages of one size, each with a number of its own.

    Raises Invalid, and Conflict when some of them are in a package of this level already.
    """
    row = _locked(work, lot_id)
    if work.actor.role is Role.TRADER and row.maker_id != work.actor.party_id:
        raise Forbidden("Only its maker packs a lot")
    last = row.quantity - 1 if new.last is None else new.last
    if not new.first <= last < row.quantity:
        raise Invalid.at("last", f"Positions of this lot are 0 to {row.quantity - 1}.")
    tiles = (last - new.first) // new.size + 1
    if tiles > MOST_PACKAGES:
        raise Invalid.at("size", f"That would be {tiles:,} packages; at most {MOST_PACKAGES:,} at a time.")
    work.session.add_all(
        Package(lot_id=row.id, level=new.level.value, first=span.first, last=span.last, n=n)
        for n, span in enumerate(spans.packages(new.first, last, new.size), row.packages + 1)
    )
    row.packages += tiles
    _changed(work, row)
    return queries.lot(work, row.id)


@act(May.SALE_RECORD)
def sell(work: Work, lot_id: int, new: SaleNew) -> queries.SaleView:
    """Write a line of the sales register and move the cartridges.

    Raises Invalid, Refused: a seller hands over only what is held, a date that has come, and a
    lot-and-buyer code goes to one buyer.
    """
    row = _locked(work, lot_id)
    seller = directory.party_by_number(work, new.seller, "seller")
    buyer = directory.party_by_number(work, new.buyer, "buyer")
    _own(work, seller)
    held = _held(work, row, seller, new.package)
    facts = rules.SaleFacts(
        new.sold_on,
        new.invoice_date,
        new.permit_date,
        new.quantity,
        row.produced_on,
        MarkingScheme(row.scheme),
        seller.id,
        buyer.id,
        seller.id == row.maker_id,
        queries.buyers_from_maker(work.session, row),
        spans.total(held),
    )
    refuse_if(rules.unmet_for_sale(facts, work.today))
    row.sales += 1
    work.session.add(_sale(work, row, seller, buyer, new))
    work.session.flush()
    _move(
        work,
        row,
        spans.pick(held, new.quantity),
        MovementKind.SOLD,
        new.sold_on,
        seller,
        buyer,
        new.place,
        new.invoice_number,
        row.sales,
    )
    return queries.sale(work, row.id, row.sales)


@act(May.SALE_RECORD)
def move(work: Work, lot_id: int, new: MovementNew) -> queries.LotView:
    """Record a transfer, issue, return, use, loss, theft, export or destruction of cartridges."""
    row = _locked(work, lot_id)
    giver = directory.party_by_number(work, new.from_party, "from_party")
    taker = directory.party_by_number(work, new.to_party, "to_party") if new.to_party else None
    _own(work, giver)
    held = _held(work, row, giver, new.package)
    given = taker is not None
    refuse_if(
        [
            *rules.unmet_for_movement(new.kind, new.happened_on, given, row.produced_on, work.today),
            *rules.unmet_for_quantity(new.quantity, spans.total(held)),
        ]
    )
    picked = spans.pick(held, new.quantity)
    _move(work, row, picked, new.kind, new.happened_on, giver, taker, new.place, new.document, None)
    return queries.lot(work, row.id)


def _own(work: Work, giver: Party) -> None:
    if work.actor.role is Role.TRADER and giver.id != work.actor.party_id:
        raise Forbidden("You may record what you hand over yourself")


def _locked(work: Work, lot_id: int) -> Lot:
    queries.lot_row(work, lot_id)
    return work.session.get_one(Lot, lot_id, with_for_update=True, populate_existing=True)


def _held(work: Work, row: Lot, party: Party, package: str | None) -> list[spans.Held]:
    held = queries.held_by(work.session, row.id, party.id)
    if package is None:
        return held
    return spans.inside(held, queries.package_of_lot(work, package, row.id, "package"))


def _sale(work: Work, row: Lot, seller: Party, buyer: Party, new: SaleNew) -> Sale:
    return Sale(
        lot_id=row.id,
        n=row.sales,
        seller_id=seller.id,
        buyer_id=buyer.id,
        sold_on=new.sold_on,
        quantity=new.quantity,
        authorization=new.authorization,
        product_code=row.product_code,
        description=row.product,
        invoice_number=new.invoice_number,
        invoice_series=new.invoice_series,
        invoice_date=new.invoice_date,
        permit_number=new.permit_number,
        permit_date=new.permit_date,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )


def _move(
    work: Work,
    row: Lot,
    picked: Sequence[spans.Held],
    kind: MovementKind,
    on: date,
    giver: Party,
    taker: Party | None,
    place: str,
    document: str,
    sale_n: int | None,
) -> None:
    work.session.add_all(
        Movement(
            lot_id=row.id,
            depth=item.depth + 1,
            first=item.span.first,
            last=item.span.last,
            parent_depth=item.depth,
            parent_first=item.parent_first,
            kind=kind.value,
            happened_on=on,
            from_id=giver.id,
            to_id=taker.id if taker else None,
            sale_n=sale_n,
            place=place,
            document=document,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
        for item in picked
    )
    _changed(work, row)


def _changed(work: Work, row: Lot) -> None:
    row.version += 1
    work.session.flush()
