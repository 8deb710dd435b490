"""What decides how long a licence's record is kept: its life, and that of its shipments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.core.paging import AnySelect
from registry.licensing.tables import BrokeredDelivery, Licence
from registry.licensing.tables import Event as LicenceEvent
from registry.notices import life
from registry.notices.tables import Notice
from registry.retention.gathering import Gathered
from registry.retention.rules import Event, Hold
from registry.shipments.tables import Shipment
from schemas.licensing_vocabulary import LicenceState
from schemas.retention_vocabulary import CountedFrom, HoldKind
from schemas.shipments_vocabulary import ShipmentState

ENDED = [
    state.value
    for state in (
        LicenceState.REVOKED,
        LicenceState.EXPIRED,
        LicenceState.EXHAUSTED,
        LicenceState.RETURNED,
        LicenceState.REFUSED,
        LicenceState.WITHDRAWN,
    )
]
_TIMED = [LicenceState.ISSUED.value, LicenceState.SUSPENDED.value]
_AWAITED = [state.value for state in life.WAITS]
_ARRIVED = [s.value for s in (ShipmentState.LEFT, ShipmentState.RECEIVED, ShipmentState.CANCELLED)]


def old(day: date) -> AnySelect:
    """Keys of licences asked for by a day, and not in force after it."""
    entered = datetime.combine(day, time.max, UTC)
    over = or_(Licence.expires_on.is_(None), Licence.expires_on <= day)
    return select(Licence.id).where(Licence.created_at <= entered, over)


def events(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Event]]:
    """Its application, its days, every move, every day of its shipments, and notices about it."""
    days = (
        Licence.created_at, Licence.submitted_on, Licence.issued_on, Licence.expires_on, Licence.return_by,
        Licence.returned_on, Licence.appeal_until,
    )  # fmt: skip
    told = BrokeredDelivery
    shipped = Shipment.departed_on, Shipment.arrived_on, Shipment.received_on
    return (
        Gathered(session)
        .dated(select(Licence.id, *days).where(Licence.id.in_(keys)))
        .dated(select(LicenceEvent.licence_id, LicenceEvent.at).where(LicenceEvent.licence_id.in_(keys)))
        .dated(
            select(Shipment.licence_id, *shipped).where(Shipment.licence_id.in_(keys)), CountedFrom.TRANSFER
        )
        .dated(
            select(Notice.licence_id, Notice.made_at, Notice.answered_at).where(Notice.licence_id.in_(keys))
        )
        .dated(select(Shipment.licence_id, Shipment.announced_at).where(Shipment.licence_id.in_(keys)))
        .dated(
            select(told.licence_id, told.departed_on, told.arrived_on, told.told_at).where(
                told.licence_id.in_(keys)
            ),
            CountedFrom.TRANSFER,
        )
        .events
    )


def holds(session: Session, keys: Sequence[int]) -> Mapping[int, Sequence[Hold]]:
    """A licence that has not ended, shipments that are under way, answers that are awaited.

    One in force ends by itself on a day that its term is counted from.
    """
    open_ = select(Licence.id).where(Licence.id.in_(keys), Licence.state.not_in([*ENDED, *_TIMED]))
    under_way = select(Shipment.licence_id).where(
        Shipment.licence_id.in_(keys), Shipment.state.not_in(_ARRIVED)
    )
    asked = select(Notice.licence_id).where(Notice.licence_id.in_(keys), Notice.state.in_(_AWAITED))
    return (
        Gathered(session)
        .held(open_, HoldKind.LICENCE, "The licence has not ended.")
        .held(asked, HoldKind.LICENCE, "Another State or we wait for an answer about it.")
        .held(under_way, HoldKind.SHIPMENT, "A shipment under it is not received.")
        .holds
    )
