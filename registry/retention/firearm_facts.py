"""What decides how long a firearm's record is kept: its chain of custody, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from registry.core.filling import left_after
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect
from registry.deactivation.tables import Deactivation, DeactivationIncident
from registry.firearms.tables import Custody, Firearm, IdentityConflict, Mark
from registry.licensing.tables import Item as LicenceItem
from registry.recovery.tables import Item as RecoveredItem
from registry.retention.gathering import Gathered
from registry.retention.rules import Event, Hold
from registry.shipments.tables import ShipmentItem
from registry.tracing import filling
from registry.tracing.tables import Trace, TraceFirearm
from schemas.deactivation_vocabulary import DeactivationState
from schemas.recovery_vocabulary import ItemState
from schemas.retention_vocabulary import CountedFrom, HoldKind
from schemas.vocabulary import CustodyKind

_HANDED = [
    kind.value for kind in CustodyKind if kind not in (CustodyKind.MANUFACTURED, CustodyKind.DESTROYED)
]
_DEACTIVATING = [
    state.value for state in DeactivationState if state not in (
        DeactivationState.VERIFIED, DeactivationState.WITHDRAWN, DeactivationState.ANNULLED
    )
]  # fmt: skip


def old(day: date) -> AnySelect:
    """Keys of firearms with no step of custody after a day; those without any step, by their entry."""
    later = exists().where(Custody.firearm_id == Firearm.id, Custody.happened_on > day)
    entered = datetime.combine(day, time.max, UTC)
    return select(Firearm.id).where(~later, or_(Firearm.steps > 0, Firearm.created_at <= entered))


def events(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Event]]:
    """Steps of custody, marks, deactivations; the entry, where nothing else has a day."""
    mine = Custody.firearm_id.in_(keys)
    steps = select(Custody.firearm_id, Custody.happened_on).where(mine)
    found = (
        Gathered(session)
        .dated(steps.where(Custody.kind == CustodyKind.MANUFACTURED), CountedFrom.MANUFACTURE)
        .dated(steps.where(Custody.kind.in_(_HANDED)), CountedFrom.TRANSFER)
        .dated(steps.where(Custody.kind == CustodyKind.DESTROYED), CountedFrom.DESTRUCTION)
        .dated(select(Mark.firearm_id, Mark.marked_on).where(Mark.firearm_id.in_(keys)))
        .dated(
            select(
                Deactivation.firearm_id,
                Deactivation.applied_on,
                Deactivation.verified_on,
                Deactivation.ended_on,
            ).where(Deactivation.firearm_id.in_(keys))
        )
        .dated(
            select(Deactivation.firearm_id, DeactivationIncident.happened_on, DeactivationIncident.decided_at)
            .join(Deactivation, Deactivation.id == DeactivationIncident.deactivation_id)
            .where(Deactivation.firearm_id.in_(keys))
        )
    )
    bare = [key for key in keys if key not in found.events]
    return found.dated(select(Firearm.id, Firearm.created_at).where(Firearm.id.in_(bare))).events


def holds(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Hold]]:
    """What is open about a firearm, and other records that rest on its."""
    found = Gathered(session)
    _held_by_matters(found, keys)
    _held_by_records(found, keys)
    return found.holds


def _held_by_matters(found: Gathered, keys: Sequence[int]) -> None:
    """What is added to a state keeps SQLite from looking through all that is open instead of these."""
    seized = RecoveredItem.firearm_id.in_(keys), RecoveredItem.state == ItemState.IN_EVIDENCE
    found.held(select(RecoveredItem.firearm_id).where(*seized), HoldKind.EVIDENCE, "It is in evidence.")
    under_way = Deactivation.firearm_id.in_(keys), (Deactivation.state + "").in_(_DEACTIVATING)
    found.held(
        select(Deactivation.firearm_id).where(*under_way),
        HoldKind.DEACTIVATION,
        "Its deactivation is under way.",
    )
    found.held(
        select(Deactivation.firearm_id)
        .join(DeactivationIncident, DeactivationIncident.deactivation_id == Deactivation.id)
        .where(Deactivation.firearm_id.in_(keys), DeactivationIncident.outcome + "" == ""),
        HoldKind.INCIDENT,
        "An incident with it is open.",
    )
    for side in (IdentityConflict.firearm_id, IdentityConflict.other_id):
        found.held(
            select(side).where(side.in_(keys), IdentityConflict.decision == ""),
            HoldKind.CONFLICT,
            "Its identity is claimed twice, and nobody has decided yet.",
        )


def _held_by_records(found: Gathered, keys: Sequence[int]) -> None:
    found.held(
        select(LicenceItem.firearm_id).where(LicenceItem.firearm_id.in_(keys)),
        HoldKind.LICENCE,
        "The record of a licence names it.",
    )
    found.held(
        select(ShipmentItem.firearm_id).where(ShipmentItem.firearm_id.in_(keys)),
        HoldKind.SHIPMENT,
        "The record of a shipment names it.",
    )
    found.held(
        select(RecoveredItem.firearm_id).where(RecoveredItem.firearm_id.in_(keys)),
        HoldKind.REFERENCE,
        "The record of a recovery names it.",
    )
    found.held(
        select(Firearm.superseded_by).where(Firearm.superseded_by.in_(keys)),
        HoldKind.REFERENCE,
        "Another record of the same firearm points to it.",
    )


def traced(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Hold]]:
    """Firearms that a trace on record names: asked only of those that nothing else keeps, as the answers are
    read themselves where it is not filled yet which firearms they name.
    """
    found = Gathered(session)
    reason = HoldKind.TRACE, "The record of a trace names it."
    found.held(select(TraceFirearm.firearm_id).where(TraceFirearm.firearm_id.in_(keys)), *reason)
    after = left_after(session, filling.NAME)
    for key in keys if after is not None else ():
        said_in = Trace.id > after, Trace.answer.like(f"%{registry_number('F', key)}%")
        if key not in found.holds:
            found.held(select(Firearm.id).where(Firearm.id == key, exists().where(*said_in)), *reason)
    return found.holds
