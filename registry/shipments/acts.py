"""What holders of licences do: announce a shipment, or take the announcement back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from registry.ammunition.spans import Span
from registry.core.errors import Conflict, Invalid, NotFound, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.firearms import queries as firearms
from registry.licensing import content as licence_content
from registry.licensing import goods_queries
from registry.licensing import queries as licences
from registry.licensing.tables import Item, Licence, Line
from registry.marks.reading import normal_form
from registry.shipments import facts_queries, offices, queries, rules, steps
from registry.shipments.facts_queries import span_of
from registry.shipments.matching import first_free
from registry.shipments.tables import ANNOUNCED, CANCELLED, Shipment, ShipmentItem, ShipmentLine
from registry.shipments.views import ShipmentView
from schemas.licensing_vocabulary import GoodsKind, LicenceKind, LicenceState
from schemas.shipments import GoodsNew, Reason, ShipmentNew, ShippedLine
from schemas.shipments_vocabulary import Direction, ShipmentMove, ShipmentState
from schemas.vocabulary import May
from schemas.words import said, word

M = ShipmentMove


@act(May.SHIPMENT_ANNOUNCE)
def announce(work: Work, licence_id: int, new: ShipmentNew) -> ShipmentView:
    """Say what is to be at which customs office, and when; whether it may go is judged when it is there.

    Raises NotFound, Invalid, Conflict, Refused: only goods of the licence, not more than are left, and in
    no other shipment.
    """
    licence = licences.licence_row(work, licence_id, locked=True)
    offices.known(work, new.office, "office")
    _refuse_state(work, licence)
    refuse_if(licence_content.unmet_for_balance(licences.facts(work, licence)))
    row = Shipment(
        licence_id=licence.id,
        direction=_direction(licence).value,
        state=ShipmentState.ANNOUNCED.value,
        office=new.office,
        carrier=new.carrier,
        waybill=new.waybill,
        expected_on=new.expected_on,
        announced_at=work.now,
        announced_by=work.actor.user_id,
        seal="",
        receipt_reference="",
        differs=False,
        version=0,
    )
    work.session.add(row)
    work.session.flush()
    _load(work, row, licence, new.lines)
    own = facts_queries.belongings(work, row)
    refuse_if(rules.unmet_to_announce(facts_queries.facts_of(work, row, licence, own, announced=True)))
    steps.moved(work, row, M.ANNOUNCE, work.today, office=row.office)
    return queries.shipment(work, row.id)


def _direction(licence: Licence) -> Direction:
    direction = rules.DIRECTIONS.get(LicenceKind(licence.kind))
    if direction is None:
        raise Invalid.at("licence", "Under a brokering licence nothing crosses our border.", "FP 15(1)")
    return direction


def _refuse_state(work: Work, licence: Licence) -> None:
    state = licences.state_of(work, licence)
    if state is not LicenceState.ISSUED:
        number = licences.licence_number(licence.id)
        raise Conflict(
            said(
                "Licence %(number)s is %(state)s: nothing is shipped under it",
                number=number,
                state=word(state.value),
            )
        )


def _load(work: Work, row: Shipment, licence: Licence, told: Sequence[ShippedLine]) -> None:
    """Rows of lines and items; raises Invalid naming what cannot be, or is named twice."""
    if len({line.line for line in told}) < len(told):
        raise Invalid.at("lines", "A line of the licence is named twice.")
    query = select(Item).where(Item.licence_id == licence.id).order_by(Item.line_n, Item.n)
    items = work.session.scalars(query).all()
    for n, new in enumerate(told):
        line = work.session.get(Line, (licence.id, new.line))
        if line is None:
            raise Invalid.at(f"lines.{n}.line", said("The licence has no line %(line)s.", line=new.line))
        work.session.add(
            ShipmentLine(shipment_id=row.id, line_n=line.n, licence_id=licence.id, quantity=new.quantity)
        )
        work.session.flush()
        _items(work, row, line, [item for item in items if item.line_n == line.n], new, f"lines.{n}")


def _items(
    work: Work, row: Shipment, line: Line, licensed: Sequence[Item], new: ShippedLine, path: str
) -> None:
    chosen = new.items or tuple(
        GoodsNew(n, span.first if span else None, span.last if span else None)
        for n, span in first_free(
            [(item.n, span_of(item)) for item in licensed], _taken(work, line), new.quantity
        )
    )
    by_number = {item.n: item for item in licensed}
    names = {(one.line_n, one.view.n): one.view.name for one in goods_queries.named(work, list(licensed))}
    count = len(facts_queries.belongings(work, row).items)
    for m, told in enumerate(chosen):
        item = by_number.get(told.item)
        if item is None:
            raise Invalid.at(f"{path}.items.{m}.item", said("The line names no %(item)s.", item=told.item))
        work.session.add(
            _item(work, row, item, told, count + m + 1, names[line.n, item.n], f"{path}.items.{m}", line)
        )
    _refuse_taken(work, row, line, path)


def _taken(work: Work, line: Line) -> list[tuple[int, Span | None]]:
    """What of a line is in shipments that were not cancelled."""
    query = select(ShipmentItem).where(
        ShipmentItem.licence_id == line.licence_id,
        ShipmentItem.line_n == line.n,
        ShipmentItem.stage != CANCELLED,
    )
    return [(item.licence_item, span_of(item)) for item in work.session.scalars(query)]


def _refuse_taken(work: Work, row: Shipment, line: Line, path: str) -> None:
    """Raise Conflict when something of a line is in two shipments, or twice in this one."""
    work.session.flush()
    seen: list[tuple[int, Span | None]] = []
    for n, span in _taken(work, line):
        twice = any(
            n == other and (span is None or before is None or span.within(before)) for other, before in seen
        )
        if twice:
            raise Conflict("Some of these goods are in another shipment, or named twice")
        seen.append((n, span))


def _item(
    work: Work, row: Shipment, item: Item, told: GoodsNew, n: int, name: str, path: str, line: Line
) -> ShipmentItem:
    span = _span(item, told, f"{path}.first")
    firearm_id = item.firearm_id
    if told.firearm is not None and line.goods != GoodsKind.FIREARM:
        raise Invalid.at(f"{path}.firearm", "This line is not of firearms.")
    if told.firearm is not None and firearm_id is None:
        firearm_id = _record(work, item, told.firearm, f"{path}.firearm")
    elif firearm_id is None and span is None and line.goods == GoodsKind.FIREARM:
        firearm_id = _recorded(work, item)
    return ShipmentItem(
        shipment_id=row.id,
        n=n,
        licence_id=row.licence_id,
        line_n=item.line_n,
        licence_item=item.n,
        firearm_id=firearm_id,
        component_n=item.component_n or 0,
        lot_id=item.lot_id,
        first=span.first if span and item.lot_id is not None else None,
        last=span.last if span and item.lot_id is not None else None,
        share_first=span.first if span and item.lot_id is None else None,
        share_last=span.last if span and item.lot_id is None else None,
        name=name[:200],
        stage=ANNOUNCED,
    )


def _span(item: Item, told: GoodsNew, path: str) -> Span | None:
    """The part of a span that is meant, all of it where none is told."""
    whole = span_of(item)
    if whole is None or told.first is None or told.last is None:
        return whole
    part = Span(told.first, told.last)
    if part.within(whole) != part:
        raise Invalid.at(
            path, said("The licence names %(first)s to %(last)s.", first=whole.first, last=whole.last)
        )
    return part


def _record(work: Work, item: Item, number: str, path: str) -> int:
    """The record of a firearm that the licence names by its serial; one of its marks has to be that."""
    key = parse_registry_number("F", number, path)
    try:
        firearms.firearm_row(work, key)
    except NotFound as error:
        raise Invalid.at(path, error.message) from error
    if normal_form(item.serial) not in facts_queries.mark_keys(work, {key}).get(key, frozenset()):
        raise Invalid.at(
            path, said("No mark of it reads %(serial)s, as the licence says.", serial=item.serial)
        )
    return key


def _recorded(work: Work, item: Item) -> int | None:
    """The one record with a mark that reads as the licence says; None while there is none, or several."""
    found = facts_queries.by_serial(work, normal_form(item.serial), item.country_made)
    return found[0] if len(found) == 1 else None


@act(May.SHIPMENT_ANNOUNCE)
def cancel(work: Work, shipment_id: int, why: Reason, version: int) -> ShipmentView:
    """Take an announcement back: its goods may be announced again. Raises NotFound, Stale, Conflict."""
    row = steps.locked(work, shipment_id, version, M.CANCEL)
    for item in facts_queries.belongings(work, row).items:
        item.stage = CANCELLED
    steps.moved(work, row, M.CANCEL, work.today, note=why.reason)
    return queries.shipment(work, row.id)
