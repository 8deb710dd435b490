"""What importers tell of lots made abroad, so that clearance puts the cartridges on record (FP art. 7)."""

from __future__ import annotations

from registry.ammunition import beginnings
from registry.ammunition.tables import Lot
from registry.core.errors import Conflict, Invalid, NotFound, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.licensing.tables import Licence
from registry.shipments import facts_queries, queries, rules, steps
from registry.shipments.facts import LotFacts
from registry.shipments.facts_queries import Belongings
from registry.shipments.tables import ShipmentItem, ShipmentLot
from registry.shipments.views import ShipmentView
from schemas.ammunition import LotNew
from schemas.shipments import LotTold
from schemas.shipments_vocabulary import ShipmentMove
from schemas.vocabulary import May
from schemas.words import said

KEPT = ("maker_id", "calibre", "product_code", "product", "gtin", "produced_on", "scheme")
"""What is kept of it until clearance; the rest the licence says."""


@act(May.SHIPMENT_ANNOUNCE)
def tell_lot(work: Work, shipment_id: int, n: int, new: LotTold, version: int) -> ShipmentView:
    """Say of what lot the n-th goods of a shipment are; told anew it takes the place of what was told.

    Raises NotFound, Stale, Conflict, Invalid, Refused where it is not the lot that the licence names.
    """
    row = steps.locked(work, shipment_id, version, ShipmentMove.TELL)
    own, licence = facts_queries.belongings(work, row), queries.licence_of(work, row)
    item = next((one for one in own.items if one.n == n), None)
    if item is None:
        raise NotFound(said("Nothing of this shipment has the number %(n)s.", n=n))
    if item.share_first is None:
        raise Conflict("It is on record, or no cartridges: nothing is told of its lot")
    if licence.purpose:
        raise Conflict("What comes for a time is not put on record")
    told = _told(work, licence, own, item, new)
    kept = own.lots.get(n) or ShipmentLot(shipment_id=row.id, n=n)
    for name in KEPT:
        setattr(kept, name, getattr(told, name))
    kept.told_at, kept.told_by = work.now, work.actor.user_id
    work.session.add(kept)
    steps.moved(work, row, ShipmentMove.TELL, work.today, note=item.name)
    return queries.shipment(work, row.id)


def _told(work: Work, licence: Licence, own: Belongings, item: ShipmentItem, new: LotTold) -> Lot:
    """The lot as it would come on record, if it may."""
    named, line = own.licensed[item.line_n, item.licence_item], own.licence_lines[item.line_n]
    maker = directory.party_by_number(work, new.maker, "maker")
    calibre, span = new.calibre or line.calibre, facts_queries.span_of(item)
    if not calibre:
        raise Invalid.at("calibre", "Say of which calibre it is.")
    told = beginnings.row_abroad(
        work,
        LotNew(
            maker=new.maker,
            code=named.serial,
            calibre=calibre,
            product_code=new.product_code,
            product=new.product,
            quantity=span.size if span else 0,
            produced_on=new.produced_on,
            scheme=new.scheme,
            gtin=new.gtin,
        ),
        maker,
    )
    facts = LotFacts(
        new.scheme,
        directory.fits_name(named.maker, maker.name, maker.short_name),
        maker.country,
        told.calibre,
        named.maker,
        named.country_made or "",
        line.calibre,
    )
    since = licence.starts_on or work.today
    refuse_if(
        [
            *rules.unmet_for_told_lot(facts),
            *beginnings.unmet_for_doubled(work, told, licence.holder_id, since),
        ]
    )
    return told
