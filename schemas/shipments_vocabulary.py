"""Closed lists of shipments, each with its source. Values are stored and published: never renamed."""

from __future__ import annotations

from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a shipment stands; `registry/shipments/life.py` says what leads from one to another."""

    ANNOUNCED = "announced"
    CLEARED = "cleared"  # released by customs: on its way, or let into transit
    ARRIVED = "arrived"
    LEFT = "left"  # what passed through us has left us
    RECEIVED = "received"
    CANCELLED = "cancelled"


class ShipmentMove(StrEnum):
    """What can happen to a shipment."""

    ANNOUNCE = "announce"
    TELL = "tell"  # of what lot cartridges are that no record describes yet
    SCAN = "scan"
    CLEAR = "clear"
    PASS = "pass"  # noqa: S105 - through a transit State
    ARRIVE = "arrive"
    LEAVE = "leave"
    RECEIVE = "receive"  # FP 10(4)
    REMIND = "remind"
    CANCEL = "cancel"


class Verdict(StrEnum):
    """What a scan at the counter says."""

    MATCHES = "matches"
    AGAIN = "again"  # it was scanned before
    NOT_ANNOUNCED = "not_announced"  # of the licence, not of this shipment
    NOT_OF_LICENCE = "not_of_licence"
    UNKNOWN = "unknown"  # nothing on record is called so


class Direction(StrEnum):
    """Which way the goods go, as the State sees it whose registry this is."""

    OUT = "out"
    IN = "in"
    THROUGH = "through"
