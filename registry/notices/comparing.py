"""Our own records held against what another State tells: which shipment of ours theirs is, how much came."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.numbers import key_of
from registry.core.work import Work
from registry.exchange import queries as exchange
from registry.licensing import facts_queries
from registry.licensing import queries as licences
from registry.licensing.tables import Licence
from registry.marks.reading import normal_form
from registry.notices import rules
from registry.notices.rules import OwnLine
from registry.notices.tables import Notice
from registry.shipments import facts_queries as shipment_facts
from registry.shipments.tables import Shipment
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.notice_messages import GoodsTold, ShipmentTold
from schemas.shipments_vocabulary import Direction, ShipmentState


def nodes(work: Work) -> list[str]:
    """States that can be told and asked by message."""
    return exchange.trusted_states(work)


def import_licence(work: Work, told: ShipmentTold, peer: str) -> Licence | None:
    """The import licence of ours under which another State says that a shipment comes; None for none."""
    key = key_of(licences.PREFIX, told.import_licence)
    row = work.session.get(Licence, key) if key is not None else None
    if row is None or row.issued_on is None or row.kind != LicenceKind.IMPORT:
        return None
    return row if row.export_country == peer else None


def shipment_of(work: Work, licence_id: int, told: ShipmentTold, notice_id: int) -> int | None:
    """The shipment of ours that theirs is: by its waybill, else by every serial and span in it.

    One that another notice of the other State is about already is not it.
    """
    others = select(Notice.shipment_id).where(
        Notice.licence_id == licence_id,
        Notice.direction == "in",
        Notice.id != notice_id,
        Notice.their_number != told.shipment,
        Notice.shipment_id.is_not(None),
    )
    query = select(Shipment).where(
        Shipment.licence_id == licence_id,
        Shipment.direction == Direction.IN.value,
        Shipment.state != ShipmentState.CANCELLED.value,
        Shipment.id.not_in(others),
    )
    found = work.session.scalars(query.order_by(Shipment.id)).all()
    by_waybill = [row.id for row in found if told.waybill and _same(row.waybill, told.waybill)]
    if by_waybill:
        return by_waybill[0] if len(by_waybill) == 1 else None
    by_serials = [row.id for row in found if named_alike(work, told, row)]
    return by_serials[0] if len(by_serials) == 1 else None


def _same(one: str, other: str) -> bool:
    return normal_form(one) == normal_form(other)


def _serials(told: ShipmentTold) -> set[str]:
    """Plain forms of the firearms that the other State names; lots of cartridges have no common name."""
    firearms = (line for line in told.lines if line.goods is GoodsKind.FIREARM)
    return {normal_form(name) for line in firearms for name in line.names}


def named_alike(work: Work, told: ShipmentTold, row: Shipment) -> bool:
    """Whether the firearms in a shipment of ours are those that the other State names, all of them."""
    own = shipment_facts.belongings(work, row)
    keys = shipment_facts.mark_keys(work, {item.firearm_id for item in own.items if item.firearm_id})
    lines = {item.n: own.licence_lines[item.line_n].goods for item in own.items}
    called = [one.keys for one in shipment_facts.goods_of(own, keys) if lines[one.n] == GoodsKind.FIREARM]
    wanted = _serials(told)
    found = {name for name in wanted if any(name in names for names in called)}
    return bool(wanted) and found == wanted and len(wanted) == len(called)


def came(work: Work, told: ShipmentTold, shipment_id: int) -> list[int] | None:
    """How much came of each line that is asked about, by our customs' clearance; None where it says not."""
    row = work.session.get(Shipment, shipment_id)
    if row is None or row.state != ShipmentState.RECEIVED:
        return None
    own = shipment_facts.belongings(work, row)
    lines = [
        OwnLine(licensed.goods, licensed.hs, licensed.calibre or "", line.received or 0)
        for line in own.lines
        if (licensed := own.licence_lines[line.line_n])
    ]
    return rules.came(told.lines, lines)


def differs(work: Work, told: ShipmentTold, shipment_id: int) -> bool:
    """Whether other firearms are in a shipment of ours than the other State names."""
    row = work.session.get_one(Shipment, shipment_id)
    return bool(_serials(told)) and not named_alike(work, told, row)


def allowed(work: Work, licence_id: int, told: tuple[GoodsTold, ...]) -> list[int | None]:
    """How many of each line of a licence of ours another State's licence allows."""
    lines = [
        OwnLine(line.goods, line.hs, line.calibre or "", line.quantity, line.drawn)
        for line in facts_queries.lines_of(work, licence_id)
    ]
    return rules.allowed(lines, told)
