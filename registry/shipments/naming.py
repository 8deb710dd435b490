"""Taking back the names of goods that no shipment holds, so that a line can be named otherwise or reduced."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.errors import Conflict, Invalid
from registry.core.work import Work, act
from registry.licensing import queries as licences
from registry.licensing import steps as licence_steps
from registry.licensing.tables import Item
from registry.licensing.views import LicenceView
from registry.shipments.queries import shipment_number
from registry.shipments.tables import CANCELLED, ShipmentItem
from schemas.licensing_vocabulary import LicenceMove
from schemas.shipments import NamesBack
from schemas.vocabulary import May
from schemas.words import said


@act(May.LICENCE_APPLY)
def take_back(work: Work, licence_id: int, new: NamesBack, version: int) -> LicenceView:
    """Goods of a line of an issued licence are named no more. items: their numbers within the line.

    Raises NotFound, Stale, Invalid for what is not named, Conflict for what a shipment holds.
    """
    row = licence_steps.locked(work, licence_id, version, LicenceMove.NAME_GOODS)
    mine = (Item.licence_id == row.id, Item.line_n == new.line)
    named = {item.n: item for item in work.session.scalars(select(Item).where(*mine))}
    for place, n in enumerate(new.items):
        if n not in named:
            raise Invalid.at(f"items.{place}", said("The line names no %(n)s.", n=n))
    held = held_by_shipments(work, row.id, new.line)
    for n in new.items:
        if n in held:
            raise Conflict(said("Some of these goods are in shipment %(number)s", number=held[n]))
    for n in dict.fromkeys(new.items):
        work.session.delete(named[n])
    work.session.flush()
    gone = str(len(set(new.items)))
    licence_steps.moved(
        work, row, LicenceMove.NAME_GOODS, changed=[(f"lines.{new.line - 1}.items", gone, "")]
    )
    return licences.licence(work, row.id)


def held_by_shipments(work: Work, licence_id: int, line: int) -> dict[int, str]:
    """Numbers of goods of a line that shipments hold or held, each with a shipment."""
    query = select(ShipmentItem.licence_item, ShipmentItem.shipment_id).where(
        ShipmentItem.licence_id == licence_id,
        ShipmentItem.line_n == line,
        ShipmentItem.stage != CANCELLED,
    )
    return {row.licence_item: shipment_number(row.shipment_id) for row in work.session.execute(query)}
