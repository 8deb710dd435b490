"""Reading shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from registry.ammunition.spans import Span
from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.numbers import find_registry_number, parse_registry_number, registry_number
from registry.core.paging import AnySelect, Walk, Way, in_order, is_few, of_few, page, sorted_by
from registry.core.work import Work, is_limited_to_office, limited_to
from registry.directory.queries import names, party_number
from registry.licensing import queries as licences
from registry.licensing.tables import Licence
from registry.shipments import facts_queries, life, rules
from registry.shipments.tables import (
    CLEARED,
    CustomsOffice,
    CustomsPost,
    Shipment,
    ShipmentEvent,
    ShipmentItem,
    ShipmentLine,
    ShipmentScan,
)
from registry.shipments.views import Crossing, ScanView, ShipmentRow, ShipmentView
from schemas.paging import Page
from schemas.shipments import ShipmentsAsked
from schemas.shipments_vocabulary import Direction, ShipmentState
from schemas.vocabulary import May
from schemas.words import said

PREFIX = "SH"
MOST_LISTED = 100
_IS_CLEARED = Prepared(
    "SELECT 1 FROM shipment_item WHERE firearm_id = :firearm AND component_n = 0 AND stage = :stage LIMIT 1"
)


def shipment_number(shipment_id: int) -> str:
    """The number people see: SH-…."""
    return registry_number(PREFIX, shipment_id)


def own_office(work: Work) -> str | None:
    """At which office whoever asks works."""
    query = select(CustomsPost.office).where(CustomsPost.account_id == work.actor.user_id)
    return work.session.scalar(query)


def scope(work: Work) -> list[ColumnElement[bool]]:
    """Traders see shipments of their own licences; customs those that are or were at their office."""
    if is_limited_to_office(work.actor, May.SHIPMENT_READ):
        office = own_office(work)
        if office is None:
            return [false()]
        there = exists().where(ShipmentEvent.shipment_id == Shipment.id, ShipmentEvent.office == office)
        return [or_(Shipment.office == office, there)]
    if (party := limited_to(work.actor, May.SHIPMENT_READ)) is not None:
        licence = aliased(Licence)
        return [exists().where(licence.id == Shipment.licence_id, licence.holder_id == party)]
    return []


def shipment_row(work: Work, shipment_id: int, *, locked: bool = False) -> Shipment:
    """The row, if whoever asks may see it; raises NotFound."""
    query = select(Shipment).where(Shipment.id == shipment_id, *scope(work))
    if locked:
        query = query.with_for_update(of=Shipment).execution_options(populate_existing=True)
    row = work.session.scalar(query)
    if row is None:
        raise NotFound(said("No shipment has the number %(number)s", number=shipment_number(shipment_id)))
    return row


def licence_of(work: Work, row: Shipment) -> Licence:
    """The licence it draws on."""
    return work.session.get_one(Licence, row.licence_id)


def shipment(work: Work, shipment_id: int) -> ShipmentView:
    """One shipment with all that belongs to it; raises NotFound."""
    row = shipment_row(work, shipment_id)
    licence = licence_of(work, row)
    own = facts_queries.belongings(work, row)
    office = work.session.get_one(CustomsOffice, row.office)
    state, direction = ShipmentState(row.state), Direction(row.direction)
    unmet: Sequence[Any] = ()
    if state is ShipmentState.ANNOUNCED:
        unmet = rules.unmet_to_clear(facts_queries.facts_of(work, row, licence, own))
    return ShipmentView(
        **vars(_row(work, row, licence, names(work, [licence.holder_id])[licence.holder_id].name)),
        version=row.version,
        office_name=office.name,
        export_country=licence.export_country,
        import_country=licence.import_country,
        carrier=row.carrier,
        waybill=row.waybill,
        seal=row.seal,
        arrived_on=row.arrived_on,
        receipt_reference=row.receipt_reference,
        receipt_message=row.receipt_message,
        receipt_sha256=row.receipt_sha256,
        reminded_on=row.reminded_on,
        lines=facts_queries.line_views(work, own),
        scans=tuple(_scan(scan) for scan in reversed(own.scans)),
        events=events_of(work, row.id),
        moves=tuple(move.value for move in life.possible(state, direction, temporary=bool(licence.purpose))),
        unmet=tuple(unmet),
    )


def _scan(scan: ShipmentScan) -> ScanView:
    return ScanView(scan.n, scan.scanned, scan.verdict, scan.item_n, scan.at)


def events_of(work: Work, shipment_id: int) -> Sequence[ShipmentEvent]:
    """What happened to it, the first first."""
    query = select(ShipmentEvent).where(ShipmentEvent.shipment_id == shipment_id)
    return work.session.scalars(query.order_by(ShipmentEvent.n)).all()


def next_event(work: Work, shipment_id: int) -> int:
    """The number of the next event."""
    query = select(func.max(ShipmentEvent.n)).where(ShipmentEvent.shipment_id == shipment_id)
    return (work.session.scalar(query) or 0) + 1


def _row(work: Work, row: Shipment, licence: Licence, holder_name: str) -> ShipmentRow:
    comes_in = row.direction == Direction.IN
    return ShipmentRow(
        number=shipment_number(row.id),
        licence=licences.licence_number(licence.id),
        direction=row.direction,
        state=row.state,
        holder=party_number(licence.holder_id),
        holder_name=holder_name,
        country=licence.export_country if comes_in else licence.import_country,
        office=row.office,
        expected_on=row.expected_on,
        departed_on=row.departed_on,
        receipt_due_on=row.receipt_due_on,
        received_on=row.received_on,
        overdue=rules.is_overdue(row.receipt_due_on, row.received_on, work.today),
        differs=row.differs,
    )


def shipments(work: Work, asked: ShipmentsAsked) -> Page[ShipmentRow]:
    """Shipments that fit."""
    query: AnySelect = (
        select(Shipment, Licence)
        .join(Licence, Licence.id == Shipment.licence_id)
        .where(*scope(work), *_filters(work, asked))
    )
    sorts = {"number": Shipment.id, "expected_on": Shipment.expected_on, "state": Shipment.state}
    found = page(work.session, query, asked, sorts, Shipment.id, _walk(work, asked, sorts))
    return Page(tuple(_listed(work, [(row.Shipment, row.Licence) for row in found.items])), found.next)


def _walk(work: Work, asked: ShipmentsAsked, sorts: Mapping[str, Any]) -> Walk | None:
    """A trader's own: they are found by its licences, and are few or come among all in the order asked."""
    party = limited_to(work.actor, May.SHIPMENT_READ)
    if party is None or asked.licence or is_limited_to_office(work.actor, May.SHIPMENT_READ):
        return None
    column = sorts[sorted_by(asked, sorts)]
    own = (
        select(Shipment.id).join(Licence, Licence.id == Shipment.licence_id).where(Licence.holder_id == party)
    )
    if is_few(work.session, own):
        return of_few([Way(column, Shipment.id, [Shipment.id.in_(own)], ordered=False)])
    return in_order(asked, [Way(column, Shipment.id)])


def _filters(work: Work, asked: ShipmentsAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.licence:
        key = parse_registry_number(licences.PREFIX, asked.licence, "licence")
        found.append(Shipment.licence_id == key)
    if asked.state is not None:
        found.append(Shipment.state == asked.state.value)
    if asked.office:
        found.append(Shipment.office == asked.office)
    if asked.overdue:
        found += overdue_at(work.today)
    return found


def overdue_at(today: date) -> list[ColumnElement[bool]]:
    """That proof of receipt should have come and has not."""
    on_the_way = [state.value for state in life.ON_THE_WAY]
    return [Shipment.receipt_due_on < today, Shipment.received_on.is_(None), Shipment.state.in_(on_the_way)]


def _listed(work: Work, rows: Sequence[tuple[Shipment, Licence]]) -> list[ShipmentRow]:
    known = names(work, [licence.holder_id for _, licence in rows])
    return [_row(work, row, licence, known[licence.holder_id].name) for row, licence in rows]


def some(work: Work, *conditions: ColumnElement[bool], order: Any = Shipment.id) -> list[ShipmentRow]:
    """The first shipments under conditions, for lists at a glance."""
    query = (
        select(Shipment, Licence)
        .join(Licence, Licence.id == Shipment.licence_id)
        .where(*scope(work), *conditions)
        .order_by(order, Shipment.id)
        .limit(MOST_LISTED)
    )
    return _listed(work, [(row.Shipment, row.Licence) for row in work.session.execute(query)])


def overdue(work: Work) -> list[ShipmentRow]:
    """Shipments whose proof of receipt is overdue, the longest first."""
    return some(work, *overdue_at(work.today), order=Shipment.receipt_due_on)


def waiting(work: Work) -> list[ShipmentRow]:
    """Shipments that wait to be cleared, the one expected first at the head."""
    return some(work, Shipment.state == ShipmentState.ANNOUNCED.value, order=Shipment.expected_on)


def due_soon(work: Work, until: date) -> list[ShipmentRow]:
    """Shipments on the way whose proof of receipt is expected until a day."""
    on_the_way = [state.value for state in life.ON_THE_WAY]
    return some(
        work,
        Shipment.receipt_due_on.between(work.today, until),
        Shipment.state.in_(on_the_way),
        order=Shipment.receipt_due_on,
    )


def to_remind(work: Work, before: date) -> list[int]:
    """Keys of overdue shipments of which nobody reminded since a day."""
    quiet = or_(Shipment.reminded_on.is_(None), Shipment.reminded_on <= before)
    query = select(Shipment.id).where(*scope(work), *overdue_at(work.today), quiet)
    return list(work.session.scalars(query.order_by(Shipment.id)))


def shipment_key(text: str) -> int:
    """The key behind a number in an address; raises NotFound."""
    return find_registry_number(PREFIX, text)


def crossings(work: Work, firearm_id: int) -> list[Crossing]:
    """Cleared shipments that a firearm was in, in their order; for traces, which tell what is committed."""
    if not work.rows(_IS_CLEARED, firearm=firearm_id, stage=CLEARED):
        return []
    query = _cleared(ShipmentItem.firearm_id == firearm_id, ShipmentItem.component_n == 0)
    return [_crossing(row.Shipment, row.Licence) for row in work.session.execute(query)]


def crossings_of_span(work: Work, lot_id: int, span: Span) -> list[Crossing]:
    """Cleared shipments that every cartridge of a span was in, in their order; for traces."""
    touched = (ShipmentItem.first <= span.last, ShipmentItem.last >= span.first)
    shared: dict[int, int] = defaultdict(int)
    found = {}
    for row in work.session.execute(_cleared(ShipmentItem.lot_id == lot_id, *touched)):
        part = span.within(Span(row.first, row.last))
        shared[row.Shipment.id] += part.size if part else 0
        found[row.Shipment.id] = _crossing(row.Shipment, row.Licence)
    return [crossing for key, crossing in found.items() if shared[key] == span.size]


def _cleared(*what: ColumnElement[bool]) -> AnySelect:
    return (
        select(Shipment, Licence, ShipmentItem.first, ShipmentItem.last)
        .join(Licence, Licence.id == Shipment.licence_id)
        .join(ShipmentItem, ShipmentItem.shipment_id == Shipment.id)
        .where(*what, ShipmentItem.stage == CLEARED)
        .order_by(Shipment.cleared_at, Shipment.id)
    )


def _crossing(row: Shipment, licence: Licence) -> Crossing:
    return Crossing(
        row.direction,
        licence.export_country if row.direction == Direction.IN else licence.import_country,
        licences.licence_number(licence.id),
        shipment_number(row.id),
        row.departed_on,
        row.received_on,
        row.receipt_due_on,
        row.differs,
    )


def announced_of(work: Work, licence_id: int) -> dict[int, int]:
    """How much of each line of a licence is announced and not drawn yet, by the number of the line."""
    query = (
        select(ShipmentLine.line_n, func.sum(ShipmentLine.quantity))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(ShipmentLine.licence_id == licence_id, Shipment.state == ShipmentState.ANNOUNCED.value)
        .group_by(ShipmentLine.line_n)
    )
    return {line_n: int(many) for line_n, many in work.session.execute(query)}


ANNOUNCED = {"shipments": announced_of}
"""Who knows what of a licence waits to be cleared."""
