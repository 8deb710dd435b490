"""What customs do at the counter: hold goods against the shipment, and clear it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from registry.core.days import day_in
from registry.core.errors import Invalid, refuse_if
from registry.core.work import Work, act
from registry.licensing import law, law_queries
from registry.licensing import queries as licences
from registry.licensing import steps as licence_steps
from registry.licensing.tables import Licence, Line
from registry.shipments import custody, facts_queries, matching, queries, rules, scan_queries, steps
from registry.shipments.facts_queries import Belongings
from registry.shipments.tables import CLEARED, Draw, Shipment, ShipmentLine, ShipmentScan
from registry.shipments.views import ScanAnswer, ShipmentView
from schemas.licensing_vocabulary import LicenceMove, TermKind
from schemas.shipments import ClearanceNew, PartsCounted, ScanNew
from schemas.shipments_vocabulary import Direction, ShipmentMove, ShipmentState
from schemas.vocabulary import May

M = ShipmentMove


@act(May.SHIPMENT_CLEAR)
def scan(work: Work, shipment_id: int, new: ScanNew) -> ScanAnswer:
    """Hold something against a shipment; what does not belong stays on record. Raises NotFound, Conflict."""
    row = queries.shipment_row(work, shipment_id, locked=True)
    steps.allow_move(row, M.SCAN)
    refuse_if(rules.unmet_for_office(queries.own_office(work), row.office))
    own = facts_queries.belongings(work, row)
    keys = facts_queries.mark_keys(work, {item.firearm_id for item in own.items if item.firearm_id})
    shipped = facts_queries.goods_of(own, keys)
    licensed = facts_queries.licensed_goods(work, row.licence_id)
    found = matching.judge(scan_queries.thing(work, new.code), shipped, licensed)
    work.session.add(
        ShipmentScan(
            shipment_id=row.id,
            n=len(own.scans) + 1,
            scanned=new.code,
            verdict=found.verdict.value,
            item_n=found.n,
            first=found.span.first if found.span else None,
            last=found.span.last if found.span else None,
            at=work.now,
            by=work.actor.user_id,
        )
    )
    work.session.flush()
    return _answer(work, row, found, own)


def _answer(work: Work, row: Shipment, found: matching.Found, own: Belongings) -> ScanAnswer:
    name = next((item.name for item in own.items if item.n == found.n), "")
    lines = facts_queries.line_views(work, facts_queries.belongings(work, row))
    checked, whole = sum(line.checked for line in lines), sum(line.whole for line in lines)
    return ScanAnswer(found.verdict.value, name, checked, whole)


@act(May.SHIPMENT_CLEAR)
def count(work: Work, shipment_id: int, new: PartsCounted) -> ShipmentView:
    """Say how many parts without a serial there are of a line. Raises NotFound, Conflict, Invalid."""
    row = queries.shipment_row(work, shipment_id, locked=True)
    steps.allow_move(row, M.SCAN)
    refuse_if(rules.unmet_for_office(queries.own_office(work), row.office))
    lines = facts_queries.line_views(work, facts_queries.belongings(work, row))
    if not any(line.line == new.line and line.unnamed for line in lines):
        raise Invalid.at("line", "Nothing of this line is counted: every piece of it is named.")
    work.session.get_one(ShipmentLine, (row.id, new.line)).counted = new.quantity
    work.session.flush()
    return queries.shipment(work, row.id)


@act(May.SHIPMENT_CLEAR)
def clear(work: Work, shipment_id: int, new: ClearanceNew, version: int) -> ShipmentView:
    """Let it out, in or through: the licence is drawn down, custody is written, and the receipt falls due.

    Raises NotFound, Stale, Conflict (also where another clearance took what was left of the licence),
    Refused with every condition that is not met.
    """
    row = queries.shipment_row(work, shipment_id)
    licence = licences.licence_row(work, row.licence_id, locked=True)
    row = steps.locked(work, shipment_id, version, M.CLEAR)
    own = facts_queries.belongings(work, row)
    facts = facts_queries.facts_of(work, row, licence, own, explained=bool(new.note))
    refuse_if([*rules.unmet_for_office(queries.own_office(work), row.office), *rules.unmet_to_clear(facts)])
    day = day_in(licence.zone, work.now)
    row.departed_on, row.cleared_at, row.cleared_by = day, work.now, work.actor.user_id
    row.seal, row.state = new.seal, ShipmentState.CLEARED.value
    _draw(work, row, own)
    custody.write(work, row, licence, own, day)
    for item in own.items:
        item.stage = CLEARED
    if row.direction == Direction.OUT:
        row.receipt_due_on = rules.receipt_due_on(day, _receipt_days(work, licence))
    steps.moved(work, row, M.CLEAR, day, office=row.office, reference=new.seal, note=new.note)
    if row.direction == Direction.IN:
        _received_here(work, row, own)
    _tell_licence(work, licence)
    return queries.shipment(work, row.id)


def _draw(work: Work, row: Shipment, own: Belongings) -> None:
    """Count the licence down; the database refuses more than it holds."""
    work.session.flush()  # the shipment is cleared before anything is drawn
    work.session.add_all(
        Draw(
            shipment_id=row.id,
            line_n=line.line_n,
            licence_id=line.licence_id,
            quantity=line.quantity,
            at=work.now,
        )
        for line in own.lines
    )
    work.session.flush()
    for line in own.licence_lines.values():
        work.session.refresh(line)


def _receipt_days(work: Work, licence: Licence) -> int | None:
    """Days until proof of receipt, by the term in force for the State it goes to."""
    terms = law_queries.terms_of(work.session)
    found = law.term(terms, TermKind.RECEIPT, work.today, licence.import_country)
    return found.days if found else None


def _received_here(work: Work, row: Shipment, own: Belongings) -> None:
    """What customs release here is received here: they counted it."""
    for line in own.lines:
        line.received = line.quantity
    day = row.departed_on or work.today
    row.received_on, row.receipt_reference = day, queries.shipment_number(row.id)
    steps.moved(work, row, M.RECEIVE, day, office=row.office, reference=row.receipt_reference)


def _tell_licence(work: Work, licence: Licence) -> None:
    """The licence's own story; when every line is shipped it is exhausted."""
    lines: Sequence[Line] = work.session.scalars(select(Line).where(Line.licence_id == licence.id)).all()
    empty = all(line.drawn == line.quantity for line in lines)
    licence_steps.moved(work, licence, LicenceMove.EXHAUST if empty else LicenceMove.SHIP)
