"""What people see of deactivations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from registry.core.errors import Unmet


@dataclass(frozen=True)
class MeasureView:
    part: str
    measure: str
    text: str
    remark: str


@dataclass(frozen=True)
class ResultView:
    part: str
    inoperable: bool
    not_removable: bool
    not_modifiable: bool
    remark: str

    @property
    def passed(self) -> bool:
        """All that FP art. 9(a) asks."""
        return self.inoperable and self.not_removable and self.not_modifiable


@dataclass(frozen=True)
class InspectionView:
    n: int
    body: str
    body_name: str
    inspector: str
    inspected_on: date
    passed: bool
    results: tuple[ResultView, ...]


@dataclass(frozen=True)
class PhotographView:
    n: int
    digest: str
    width: int
    height: int
    caption: str


@dataclass(frozen=True)
class DeactivationView:
    """One deactivation; measures: of the last round of work. parts: those its type has."""

    number: str
    version: int
    firearm: str
    firearm_name: str
    firearm_marks: tuple[str, ...]
    type: str
    state: str
    applied_on: date
    done_by: str
    done_by_name: str
    done_on: date | None
    reason: str
    parts: tuple[str, ...]
    measures: tuple[MeasureView, ...]
    inspections: tuple[InspectionView, ...]
    photographs: tuple[PhotographView, ...]
    mark_form: str
    mark: str
    verified_on: date | None
    ended_on: date | None
    ended_for: str
    proposal: int | None
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True)
class DeactivationRow:
    number: str
    firearm: str
    state: str
    applied_on: date
    done_by_name: str
    body_name: str
    verified_on: date | None


@dataclass(frozen=True)
class VerifyingBodyView:
    """certificates: deactivations in force that it inspected."""

    party: str
    version: int
    name: str
    symbol: str
    country: str
    authorized_on: date
    source: str
    revoked_on: date | None
    revoked_for: str
    certificates: int


@dataclass(frozen=True)
class IncidentView:
    number: str
    version: int
    firearm: str
    deactivation: str
    body: str
    body_name: str
    kind: str
    happened_on: date
    raised_at: datetime
    outcome: str
    reason: str
    decided_at: datetime | None
