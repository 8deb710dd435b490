"""What importers tell of lots made abroad, so that clearance puts the cartridges on record (FP art. 7)."""

from __future__ import annotations

from registry.ammunition import beginnings
from registry.core.errors import Conflict, Invalid, NotFound, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.countries import country_name
from registry.shipments import facts_queries, queries, steps
from registry.shipments.tables import ShipmentLot
from registry.shipments.views import ShipmentView
from schemas.ammunition import LotNew
from schemas.shipments import LotTold
from schemas.shipments_vocabulary import ShipmentMove
from schemas.vocabulary import MarkingScheme, May
from schemas.words import said


@act(May.SHIPMENT_ANNOUNCE)
def tell_lot(work: Work, shipment_id: int, n: int, new: LotTold, version: int) -> ShipmentView:
    """Say of what lot the n-th goods of a shipment are; told anew it takes the place of what was told.

    Raises NotFound, Stale, Conflict, Refused, Invalid where it is not the lot that the licence names.
    """
    row = steps.locked(work, shipment_id, version, ShipmentMove.TELL)
    own = facts_queries.belongings(work, row)
    item = next((one for one in own.items if one.n == n), None)
    span = facts_queries.span_of(item) if item else None
    if item is None:
        raise NotFound(said("Nothing of this shipment has the number %(n)s.", n=n))
    if span is None or item.share_first is None:
        raise Conflict("It is on record, or no cartridges: nothing is told of its lot")
    if queries.licence_of(work, row).purpose:
        raise Conflict("What comes for a time is not put on record")
    if new.scheme is MarkingScheme.SERIALISED:
        words = "Which of the lot's own numbers came is not told: record it by its lot code."
        raise Invalid.at("scheme", words)
    licensed = own.licensed[item.line_n, item.licence_item]
    maker = directory.party_by_number(work, new.maker, "maker")
    if not directory.fits_name(licensed.maker, maker.name, maker.short_name):
        raise Invalid.at("maker", said("The licence names %(maker)s.", maker=licensed.maker), "FP 10(3)")
    if licensed.country_made and maker.country != licensed.country_made:
        country = country_name(licensed.country_made)
        raise Invalid.at("maker", said("The licence names %(maker)s.", maker=country), "FP 10(3)")
    calibre = new.calibre or own.licence_lines[item.line_n].calibre
    if not calibre:
        raise Invalid.at("calibre", "Say of which calibre it is.")
    lot = LotNew(
        new.maker,
        licensed.serial,
        calibre,
        new.product_code,
        new.product,
        span.size,
        new.produced_on,
        new.scheme,
        new.gtin,
    )
    told = beginnings.row_abroad(work, lot, maker)
    licence = queries.licence_of(work, row)
    refuse_if(beginnings.unmet_for_doubled(work, told, licence.holder_id, licence.starts_on or work.today))
    if own.licence_lines[item.line_n].calibre not in (None, told.calibre):
        raise Invalid.at("calibre", "The licence is for another calibre.", "FP 10(3)")
    kept = own.lots.get(n) or ShipmentLot(shipment_id=row.id, n=n)
    for name in ("maker_id", "calibre", "product_code", "product", "gtin", "produced_on", "scheme"):
        setattr(kept, name, getattr(told, name))
    kept.told_at, kept.told_by = work.now, work.actor.user_id
    work.session.add(kept)
    steps.moved(work, row, ShipmentMove.TELL, work.today, note=item.name)
    return queries.shipment(work, row.id)
