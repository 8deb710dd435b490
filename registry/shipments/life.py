"""The life of a shipment: one table of what may happen in which state, and where it leads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.core.errors import Unmet
from schemas.shipments_vocabulary import Direction, ShipmentMove, ShipmentState
from schemas.words import said

S, M, D = ShipmentState, ShipmentMove, Direction


@dataclass(frozen=True)
class Move:
    """after: the states in which it may happen; to: where it leads, None where the state stays."""

    after: frozenset[ShipmentState]
    to: ShipmentState | None
    directions: frozenset[Direction] = frozenset(Direction)


def _move(
    to: ShipmentState | None, *after: ShipmentState, only: tuple[Direction, ...] = tuple(Direction)
) -> Move:
    return Move(frozenset(after), to, frozenset(only))


MOVES: Mapping[ShipmentMove, Move] = {
    M.TELL: _move(None, S.ANNOUNCED, only=(D.IN,)),
    M.SCAN: _move(None, S.ANNOUNCED),
    M.CLEAR: _move(S.CLEARED, S.ANNOUNCED),
    M.CANCEL: _move(S.CANCELLED, S.ANNOUNCED),
    M.PASS: _move(None, S.CLEARED, only=(D.OUT,)),
    M.ARRIVE: _move(S.ARRIVED, S.CLEARED, only=(D.OUT,)),
    M.LEAVE: _move(S.LEFT, S.CLEARED, only=(D.THROUGH,)),
    M.RECEIVE: _move(S.RECEIVED, S.CLEARED, S.ARRIVED, only=(D.OUT, D.IN)),
    M.REMIND: _move(None, S.CLEARED, S.ARRIVED, only=(D.OUT,)),
}

ON_THE_WAY = frozenset({S.CLEARED, S.ARRIVED})
"""Cleared, and nobody has confirmed yet that all came where it should."""
GONE = frozenset({S.CLEARED, S.ARRIVED, S.LEFT, S.RECEIVED})
"""States of shipments that customs cleared."""


def unmet_for_move(move: ShipmentMove, state: ShipmentState, direction: Direction) -> list[Unmet]:
    """Why this cannot happen to the shipment."""
    row = MOVES[move]
    if state in row.after and direction in row.directions:
        return []
    words = said(
        "A shipment (%(direction)s) that is %(state)s does not allow this (%(move)s).",
        direction=direction.value,
        state=state.value,
        move=move.value,
    )
    return [Unmet(words, "state", "FP 10(1)")]


def possible(state: ShipmentState, direction: Direction, *, temporary: bool) -> list[ShipmentMove]:
    """What may happen to a shipment, in the order of the table.

    temporary: whether it comes for a time (FP 10(6)): nothing of it is put on record.
    """
    return [
        name
        for name, row in MOVES.items()
        if state in row.after and direction in row.directions and not (temporary and name is M.TELL)
    ]
