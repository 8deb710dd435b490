"""What is told of disposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.directory.queries import PartyName
from registry.recovery.views import ItemRow


@dataclass(frozen=True)
class DisposalRow:
    """A disposal as lists show it."""

    number: str
    version: int
    kind: str
    method: str
    place: str
    count: int
    state: str
    proposed_at: datetime
    done_on: date | None


@dataclass(frozen=True)
class WitnessView:
    """name: "" for whoever may not see it."""

    name: str
    capacity: str


@dataclass(frozen=True)
class DisposalView(DisposalRow):
    """A disposal with all that its certificate says. proposal: what waits for a second person."""

    method_note: str
    reason: str
    authorization: str
    authorized_by: str
    authorized_on: date | None
    recipient: PartyName | None
    proposal: int | None
    proposed_by: str
    approved_by: str
    done_by: str
    weight_kg: Decimal | None
    witnesses: tuple[WitnessView, ...]
    note: str
    rows: tuple[ItemRow, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Numbers of what is in it."""
        return tuple(row.number for row in self.rows)
