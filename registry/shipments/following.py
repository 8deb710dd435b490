"""What happens after clearance: passages, arrival, receipt (FP 10(4)), and reminders where none comes."""

from __future__ import annotations

from datetime import timedelta

from registry.core.errors import Invalid, refuse_if
from registry.core.work import Work, act
from registry.licensing import facts_queries as licence_facts
from registry.shipments import facts_queries, queries, rules, steps
from registry.shipments.facts import ReceiptFacts
from registry.shipments.tables import Shipment
from registry.shipments.views import ShipmentView
from schemas.shipments import ArrivalNew, PassageNew, Reason, ReceiptNew
from schemas.shipments_vocabulary import ShipmentMove
from schemas.vocabulary import May
from schemas.words import said

M = ShipmentMove
QUIET = timedelta(days=15)
"""After a reminder, so long nobody is reminded again by the list of all that is overdue."""


@act(May.SHIPMENT_FOLLOW)
def passed(work: Work, shipment_id: int, new: PassageNew, version: int) -> ShipmentView:
    """That it passed a transit State; raises NotFound, Stale, Conflict, Invalid, Refused."""
    row = steps.locked(work, shipment_id, version, M.PASS)
    _refuse_day(work, row, new)
    on_the_way = {one.country for one in licence_facts.transits_of(work, row.licence_id)}
    if new.country not in on_the_way:
        named = ", ".join(sorted(on_the_way)) or said("none")
        raise Invalid.at(
            "country", said("The licence names these transit States: %(named)s.", named=named), "FP 10(2)(b)"
        )
    steps.moved(
        work,
        row,
        M.PASS,
        new.happened_on,
        country=new.country,
        reference=new.reference,
        note=new.note,
    )
    return queries.shipment(work, row.id)


@act(May.SHIPMENT_FOLLOW)
def arrived(work: Work, shipment_id: int, new: ArrivalNew, version: int) -> ShipmentView:
    """That it arrived in the importing State. Raises as passed."""
    row = steps.locked(work, shipment_id, version, M.ARRIVE)
    _refuse_day(work, row, new)
    row.arrived_on = new.happened_on
    country = queries.licence_of(work, row).import_country
    steps.moved(work, row, M.ARRIVE, new.happened_on, country=country, reference=new.reference, note=new.note)
    return queries.shipment(work, row.id)


@act(May.SHIPMENT_FOLLOW)
def left(work: Work, shipment_id: int, new: ArrivalNew, version: int) -> ShipmentView:
    """That what passed through us has left us, at the office of whoever says so. Raises as passed."""
    row = steps.locked(work, shipment_id, version, M.LEAVE)
    _refuse_day(work, row, new)
    office = queries.own_office(work)
    steps.moved(work, row, M.LEAVE, new.happened_on, office=office, reference=new.reference, note=new.note)
    return queries.shipment(work, row.id)


def _refuse_day(work: Work, row: Shipment, new: PassageNew | ArrivalNew) -> None:
    refuse_if(rules.unmet_for_day(new.happened_on, row.departed_on, work.today, "happened_on"))


@act(May.SHIPMENT_FOLLOW)
def received(work: Work, shipment_id: int, new: ReceiptNew, version: int) -> ShipmentView:
    """What the importing State says that it received, by line. Raises NotFound, Stale, Conflict, Refused."""
    row = steps.locked(work, shipment_id, version, M.RECEIVE)
    lines = facts_queries.belongings(work, row).lines
    facts = ReceiptFacts(
        row.departed_on or new.received_on,
        new.received_on,
        tuple(line.quantity for line in lines),
        tuple(new.received),
        new.note,
    )
    refuse_if(rules.unmet_for_receipt(facts, work.today))
    for line, count in zip(lines, new.received, strict=True):
        line.received = count
    row.received_on, row.receipt_reference, row.differs = new.received_on, new.reference, facts.differs
    country = queries.licence_of(work, row).import_country
    steps.moved(
        work, row, M.RECEIVE, new.received_on, country=country, reference=new.reference, note=new.note
    )
    return queries.shipment(work, row.id)


@act(May.SHIPMENT_FOLLOW)
def remind(work: Work, shipment_id: int, why: Reason, version: int) -> ShipmentView:
    """That the other State was asked for proof of receipt. Raises NotFound, Stale, Conflict."""
    row = steps.locked(work, shipment_id, version, M.REMIND)
    _reminded(work, row, why.reason)
    return queries.shipment(work, row.id)


@act(May.SHIPMENT_FOLLOW)
def remind_all(work: Work) -> list[str]:
    """Ask for every receipt that is overdue and was not asked for lately; numbers of the shipments."""
    found = []
    for key in queries.to_remind(work, work.today - QUIET):
        row = queries.shipment_row(work, key, locked=True)
        _reminded(work, row, f"Proof of receipt was due on {row.receipt_due_on} (FP 10(4)).")
        found.append(queries.shipment_number(key))
    return found


def _reminded(work: Work, row: Shipment, words: str) -> None:
    row.reminded_on = work.today
    country = queries.licence_of(work, row).import_country
    steps.moved(work, row, M.REMIND, work.today, country=country, note=words)
