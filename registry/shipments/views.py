"""What people see of shipments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.core.errors import Unmet
from registry.shipments import tables


@dataclass(frozen=True)
class OfficeView:
    """posts: logins of those who work there, for those who set them."""

    code: str
    name: str
    place: str
    posts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemView:
    """checked: how much of its quantity was compared with labels.

    abroad: cartridges of a lot that no record described before; told: whether what it takes is told of it.
    """

    n: int
    name: str
    item: int
    firearm: str | None
    component: int | None
    lot: str | None
    first: int | None
    last: int | None
    quantity: int
    checked: int
    abroad: bool
    told: bool


@dataclass(frozen=True)
class LineView:
    """unnamed: parts that bear no serial; counted: how many of these customs counted."""

    line: int
    goods: str
    description: str
    quantity: int
    left: int
    received: int | None
    unnamed: int
    counted: int | None
    items: tuple[ItemView, ...]

    @property
    def whole(self) -> int:
        """How much there is to be compared with labels, or to be counted."""
        return self.unnamed + sum(item.quantity for item in self.items)

    @property
    def checked(self) -> int:
        """How much of it was."""
        return min(self.counted or 0, self.unnamed) + sum(item.checked for item in self.items)


@dataclass(frozen=True)
class ScanView:
    n: int
    scanned: str
    verdict: str
    item: int | None
    at: datetime


@dataclass(frozen=True)
class ShipmentRow:
    """country: where it goes, or comes from; overdue: proof of receipt has not come in time."""

    number: str
    licence: str
    direction: str
    state: str
    holder: str
    holder_name: str
    country: str | None
    office: str
    expected_on: date
    departed_on: date | None
    receipt_due_on: date | None
    received_on: date | None
    overdue: bool
    differs: bool


@dataclass(frozen=True)
class ShipmentView(ShipmentRow):
    """One shipment with all that belongs to it. unmet: while announced, what keeps it from being cleared.

    receipt_message, receipt_sha256: the signed receipt of the State it went to, "" where it was paper.
    """

    version: int
    office_name: str
    export_country: str | None
    import_country: str | None
    carrier: str
    waybill: str
    seal: str
    arrived_on: date | None
    receipt_reference: str
    receipt_message: str
    receipt_sha256: str
    reminded_on: date | None
    lines: tuple[LineView, ...]
    scans: tuple[ScanView, ...]
    events: Sequence[tables.ShipmentEvent]
    moves: tuple[str, ...]
    unmet: tuple[Unmet, ...]

    @property
    def whole(self) -> int:
        """How much there is to be compared with labels, or to be counted."""
        return sum(line.whole for line in self.lines)

    @property
    def checked(self) -> int:
        """How much of it was."""
        return sum(line.checked for line in self.lines)


@dataclass(frozen=True)
class ScanAnswer:
    """What the counter says of a scan; name: of what it is, as people call it."""

    verdict: str
    name: str
    checked: int
    whole: int


@dataclass(frozen=True)
class CounterLine:
    line: int
    description: str
    quantity: int
    drawn: int
    left: int


@dataclass(frozen=True)
class CounterView:
    """A licence as customs see it at the counter. authenticity: of the paper scanned, "" for a number."""

    licence: str
    kind: str
    state: str
    holder_name: str
    export_country: str | None
    import_country: str | None
    expires_on: date | None
    authenticity: str
    unmet: tuple[Unmet, ...]
    lines: tuple[CounterLine, ...]
    shipments: tuple[ShipmentRow, ...]

    @property
    def usable(self) -> bool:
        """Whether goods may leave under it today."""
        return not self.unmet


@dataclass(frozen=True)
class Crossing:
    """A shipment as a trace tells of it."""

    direction: str
    country: str | None
    licence: str
    shipment: str
    departed_on: date | None
    received_on: date | None
    receipt_due_on: date | None
    differs: bool
