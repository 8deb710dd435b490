"""Custody follows: what a cleared shipment means for the firearms and cartridges in it."""

from __future__ import annotations

from datetime import date

from registry.ammunition import acts as ammunition
from registry.ammunition import beginnings
from registry.core.errors import Unmet, refuse_if
from registry.core.work import Work
from registry.directory.queries import party_number
from registry.directory.tables import Party
from registry.firearms import chain
from registry.firearms import queries as firearm_queries
from registry.licensing import queries as licences
from registry.licensing.tables import Licence
from registry.shipments.facts_queries import Belongings, span_of
from registry.shipments.tables import Shipment, ShipmentItem
from schemas.ammunition import LotNew, MovementNew
from schemas.firearms import CustodyNew
from schemas.shipments_vocabulary import Direction
from schemas.vocabulary import CustodyKind, DocumentKind, MarkingScheme, MovementKind
from schemas.words import said


def write(work: Work, row: Shipment, licence: Licence, own: Belongings, day: date) -> None:
    """Steps of firearms and movements of spans that left us or came to us; none of what passes through.

    A part that is sent without its firearm leaves the firearm where it is. Raises Refused where the chain
    of one cannot be so.
    """
    beginnings.lock_all(
        work,
        (
            (lot.maker_id, own.licensed[item.line_n, item.licence_item].serial, lot.calibre, lot.product_code)
            for item in own.items
            if (lot := own.lots.get(item.n)) is not None
        ),
    )
    for item in own.items:
        if row.direction == Direction.OUT:
            _goes(work, item, licence, row, day)
        elif row.direction == Direction.IN:
            _comes(work, item, licence, row, day)
            if item.n in own.lots and item.lot_id is None:
                _lot_comes(work, item, licence, row, own, day)


def _goes(work: Work, item: ShipmentItem, licence: Licence, row: Shipment, day: date) -> None:
    number = licences.licence_number(licence.id)
    span = span_of(item)
    if span is not None and item.lot_id is not None:
        leaves = MovementNew(
            kind=MovementKind.EXPORTED,
            happened_on=day,
            from_party=party_number(licence.holder_id),
            to_party=party_number(licence.recipient_id) if licence.recipient_id else None,
            first=span.first,
            last=span.last,
            place=_place(row),
            document=number,
        )
        ammunition.follow(work, item.lot_id, leaves)
    elif item.firearm_id is not None and item.component_n == 0:
        step = CustodyNew(
            kind=CustodyKind.EXPORTED,
            happened_on=day,
            from_party=party_number(licence.holder_id),
            to_party=party_number(licence.recipient_id) if licence.recipient_id else None,
            place=_place(row),
            country=licence.import_country,
            document_kind=DocumentKind.EXPORT_LICENCE,
            document_number=number,
        )
        _step(work, item, step, from_id=licence.holder_id, to_id=licence.recipient_id)


def _comes(work: Work, item: ShipmentItem, licence: Licence, row: Shipment, day: date) -> None:
    """The first step of a firearm made abroad."""
    if item.firearm_id is None or item.component_n != 0:
        return
    gun = firearm_queries.firearm_row(work, item.firearm_id, locked=True)
    if gun.status == CustodyKind.IMPORTED and gun.holder_id == licence.holder_id:
        return  # its importer told it with the record
    step = CustodyNew(
        kind=CustodyKind.IMPORTED,
        happened_on=day,
        to_party=party_number(licence.holder_id),
        place=_place(row),
        country=licence.export_country,
        document_kind=DocumentKind.IMPORT_LICENCE,
        document_number=licences.licence_number(licence.id),
        temporary=bool(licence.purpose),
    )
    _step(work, item, step, to_id=licence.holder_id)


def _lot_comes(
    work: Work, item: ShipmentItem, licence: Licence, row: Shipment, own: Belongings, day: date
) -> None:
    """A consignment of a lot made abroad comes on record, with its importer."""
    told, span = own.lots[item.n], span_of(item)
    if span is None:
        return
    new = LotNew(
        maker=party_number(told.maker_id),
        code=own.licensed[item.line_n, item.licence_item].serial,
        calibre=told.calibre,
        product_code=told.product_code,
        product=told.product,
        quantity=span.size,
        produced_on=told.produced_on,
        scheme=MarkingScheme(told.scheme),
        gtin=told.gtin,
        imported_on=day,
    )
    maker, importer = (work.session.get_one(Party, key) for key in (told.maker_id, licence.holder_id))
    number = licences.licence_number(licence.id)
    doubled = beginnings.unmet_for_doubled(
        work, beginnings.row_of(work, new, maker), importer.id, licence.starts_on or day
    )
    refuse_if([Unmet(_of(item, one), "", one.article) for one in doubled])
    item.lot_id = beginnings.bring_in(work, new, maker, importer, _place(row), number)
    item.first, item.last = 0, span.size - 1


def _step(
    work: Work, item: ShipmentItem, step: CustodyNew, from_id: int | None = None, to_id: int | None = None
) -> None:
    if item.firearm_id is not None:
        _, unmet = chain.take(work, item.firearm_id, step, from_id, to_id)
        refuse_if([Unmet(_of(item, one), "", one.article) for one in unmet])


def _of(item: ShipmentItem, unmet: Unmet) -> str:
    return said("%(name)s: %(why)s", name=item.name, why=unmet.message)


def _place(row: Shipment) -> str:
    return f"Customs {row.office}"
