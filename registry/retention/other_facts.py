"""What decides how long records of lots, recoveries and traces are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from registry.ammunition.tables import Lot, Movement, Sale, StockCountLine
from registry.core.paging import AnySelect
from registry.licensing.tables import Item as LicenceItem
from registry.recovery.disposal_tables import Disposal, DisposalItem
from registry.recovery.tables import EvidenceStep, Item, Recovery
from registry.requests.tables import TraceRequestRow
from registry.retention.gathering import Gathered
from registry.retention.rules import Event, Hold
from registry.shipments.tables import ShipmentItem
from registry.tracing.tables import SceneCartridge, Trace
from schemas.recovery_vocabulary import ItemState
from schemas.retention_vocabulary import CountedFrom, HoldKind

Events = Mapping[int, Sequence[Event]]
Holds = Mapping[int, Sequence[Hold]]
Cases = Mapping[int, Sequence[str]]


def old_lots(day: date) -> AnySelect:
    """Keys of lots of which nothing moved after a day."""
    later = exists().where(Movement.lot_id == Lot.id, Movement.happened_on > day)
    return select(Lot.id).where(Lot.produced_on <= day, ~later)


def lot_events(session: Session, keys: Sequence[int]) -> Events:
    """Its production, sales and movements."""
    return (
        Gathered(session)
        .dated(select(Lot.id, Lot.produced_on).where(Lot.id.in_(keys)), CountedFrom.MANUFACTURE)
        .dated(select(Sale.lot_id, Sale.sold_on).where(Sale.lot_id.in_(keys)), CountedFrom.TRANSFER)
        .dated(
            select(Movement.lot_id, Movement.happened_on)
            .where(Movement.lot_id.in_(keys), Movement.depth > 0)
            .distinct(),
            CountedFrom.TRANSFER,
        )
        .events
    )


def lot_holds(session: Session, keys: Sequence[int]) -> Holds:
    """Other records that rest on a lot's."""
    return (
        Gathered(session)
        .held(
            select(LicenceItem.lot_id).where(LicenceItem.lot_id.in_(keys)),
            HoldKind.LICENCE,
            "The record of a licence names it.",
        )
        .held(
            select(ShipmentItem.lot_id).where(ShipmentItem.lot_id.in_(keys)),
            HoldKind.SHIPMENT,
            "The record of a shipment names it.",
        )
        .held(
            select(SceneCartridge.lot_id).where(SceneCartridge.lot_id.in_(keys)),
            HoldKind.TRACE,
            "Cartridges of it were found at a scene on record.",
        )
        .held(
            select(StockCountLine.lot_id).where(StockCountLine.lot_id.in_(keys)),
            HoldKind.REFERENCE,
            "A count of stock names it.",
        )
        .holds
    )


def old_recoveries(day: date) -> AnySelect:
    """Keys of recoveries of a day or before."""
    return select(Recovery.id).where(Recovery.recovered_on <= day)


def recovery_events(session: Session, keys: Sequence[int]) -> Events:
    """The day, every link of the chain of evidence, and the disposal of its items."""
    disposed = (
        select(Item.recovery_id, Disposal.done_on)
        .join(DisposalItem, DisposalItem.item_id == Item.id)
        .join(Disposal, Disposal.id == DisposalItem.disposal_id)
        .where(Item.recovery_id.in_(keys), Disposal.done_on.is_not(None))
    )
    links = (
        select(Item.recovery_id, EvidenceStep.taken_at)
        .join(EvidenceStep, EvidenceStep.item_id == Item.id)
        .where(Item.recovery_id.in_(keys))
    )
    return (
        Gathered(session)
        .dated(select(Recovery.id, Recovery.recovered_on).where(Recovery.id.in_(keys)))
        .dated(links)
        .dated(disposed, CountedFrom.DESTRUCTION)
        .events
    )


def recovery_holds(session: Session, keys: Sequence[int]) -> Holds:
    """Items that are still in evidence."""
    kept = select(Item.recovery_id).where(Item.recovery_id.in_(keys), Item.state == ItemState.IN_EVIDENCE)
    return Gathered(session).held(kept, HoldKind.EVIDENCE, "Something of it is in evidence.").holds


def recovery_cases(session: Session, keys: Sequence[int]) -> Cases:
    """The case of each recovery."""
    return _cases(session, select(Recovery.id, Recovery.case_number).where(Recovery.id.in_(keys)))


def old_traces(day: date) -> AnySelect:
    """Keys of traces asked by a day."""
    return select(Trace.id).where(Trace.asked_at <= datetime.combine(day, time.max, UTC))


def trace_events(session: Session, keys: Sequence[int]) -> Events:
    """When it was asked."""
    return Gathered(session).dated(select(Trace.id, Trace.asked_at).where(Trace.id.in_(keys))).events


def trace_holds(session: Session, keys: Sequence[int]) -> Holds:
    """The record of a recovery, or a request between States, that rests on it."""
    recovered = select(Item.trace_id).where(Item.trace_id.in_(keys))
    asked = select(TraceRequestRow.trace_id).where(TraceRequestRow.trace_id.in_(keys))
    return (
        Gathered(session)
        .held(recovered, HoldKind.REFERENCE, "The record of a recovery rests on it.")
        .held(asked, HoldKind.TRACE, "A request between States rests on it.")
        .holds
    )


def trace_cases(session: Session, keys: Sequence[int]) -> Cases:
    """The case of each trace."""
    return _cases(session, select(Trace.id, Trace.case_number).where(Trace.id.in_(keys)))


def _cases(session: Session, query: AnySelect) -> Cases:
    found: dict[int, list[str]] = defaultdict(list)
    for key, case in session.execute(query):
        if case:
            found[key].append(case)
    return found
