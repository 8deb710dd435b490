"""Reading one cartridge of a serialised lot: what it is packed in, and every holder to the last."""

from __future__ import annotations

import re

from registry.ammunition import package_queries, queries, spans, whereabouts
from registry.ammunition.tables import Lot
from registry.ammunition.views import CartridgeView, PackageRow
from registry.core.errors import NotFound
from registry.core.work import Work, limited_to
from registry.directory.queries import names
from schemas.ammunition import LotsAsked
from schemas.vocabulary import MarkingScheme, May
from schemas.words import amount, said

_CODE_AND_NUMBER = re.compile(r"(.{1,60}?)(?:\s*[/#]\s*|\s+)([0-9]{1,12})")


def cartridge(work: Work, lot_id: int, n: int) -> CartridgeView:
    """A cartridge by its own number, counted from 1.

    Raises NotFound: for a lot out of reach, one whose cartridges bear no number, a number beyond it, and
    for a trader who never had the cartridge.
    """
    lot = queries.lot(work, lot_id)
    row = work.session.get_one(Lot, lot_id)
    if row.scheme != MarkingScheme.SERIALISED:
        raise NotFound(said("Cartridges of lot %(lot)s bear no number of their own.", lot=row.code))
    if not 1 <= n <= row.quantity:
        raise NotFound(
            said("Lot %(lot)s has %(count)s cartridges.", lot=row.code, count=amount(row.quantity))
        )
    moved = whereabouts.chain(work.session, lot_id, n - 1)
    own = limited_to(work.actor, May.LOT_READ)
    seen = [one for one in moved if own is None or own in (one.from_id, one.to_id)]
    if not seen:
        raise NotFound(said("Lot %(lot)s has no such cartridge.", lot=row.code))
    last = seen[-1]
    return CartridgeView(
        lot.number,
        row.code,
        n,
        row.quantity,
        lot.maker,
        lot.calibre_name,
        row.product,
        row.produced_on,
        _packages(work, lot_id, n - 1),
        whereabouts.movement_views(work, seen),
        names(work, [last.to_id]).get(last.to_id or 0),
        last.unit,
        last.kind,
    )


def _packages(work: Work, lot_id: int, position: int) -> tuple[PackageRow, ...]:
    """Packages that a position lies in and that are closed, the largest first."""
    rows = package_queries.around(work, lot_id, spans.Span(position, position))
    return tuple(row for row in rows if not row.opened)


def named(work: Work, text: str) -> tuple[str, int] | None:
    """The lot and number that a text such as "UZZ18 000123" or "UZZ18/123" names, where it names one."""
    found = _CODE_AND_NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    lots = [
        row
        for row in queries.lots(work, LotsAsked(q=found[1], limit=10)).items
        if row.scheme == MarkingScheme.SERIALISED and 1 <= int(found[2]) <= row.quantity
    ]
    return (lots[0].number, int(found[2])) if len(lots) == 1 else None
