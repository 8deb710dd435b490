"""What every act on a shipment begins and ends with: the row as it was read, and the move it makes."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Conflict, Stale
from registry.core.work import Work
from registry.shipments import life, queries
from registry.shipments.tables import Shipment, ShipmentEvent
from schemas.shipments_vocabulary import Direction, ShipmentMove, ShipmentState


def locked(work: Work, shipment_id: int, version: int, move: ShipmentMove) -> Shipment:
    """The row, held until the end, as it was read and in a state that allows the move.

    Raises NotFound, Stale, Conflict with what the table of states says.
    """
    row = queries.shipment_row(work, shipment_id, locked=True)
    if row.version != version:
        raise Stale
    allow_move(row, move)
    return row


def allow_move(row: Shipment, move: ShipmentMove) -> None:
    """Raise Conflict when the shipment does not allow the move."""
    if unmet := life.unmet_for_move(move, ShipmentState(row.state), Direction(row.direction)):
        raise Conflict(unmet=unmet)


def moved(
    work: Work,
    row: Shipment,
    move: ShipmentMove,
    happened_on: date,
    *,
    country: str | None = None,
    office: str | None = None,
    reference: str = "",
    note: str = "",
) -> None:
    """Make the move: state, version, and an event of what, when, where and by which paper."""
    after = life.MOVES[move].to if move in life.MOVES else None
    if after is not None:
        row.state = after.value
    row.version += 1
    work.session.add(
        ShipmentEvent(
            shipment_id=row.id,
            n=queries.next_event(work, row.id),
            move=move.value,
            happened_on=happened_on,
            country=country,
            office=office,
            reference=reference,
            note=note,
            at=work.now,
            by=work.actor.user_id,
            role=work.actor.role.value,
        )
    )
    work.session.flush()
