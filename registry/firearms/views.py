"""What people see of firearms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.core.errors import Unmet
from registry.directory.queries import PartyName


@dataclass(frozen=True)
class MarkView:
    n: int
    kind: str
    text: str
    symbols: tuple[str, ...]
    component: int | None
    place: str
    technique: str
    height_mm: Decimal | None
    depth_mm: Decimal | None
    condition: str
    country: str | None
    year: int | None
    marked_on: date | None
    marked_by: str


@dataclass(frozen=True)
class ComponentView:
    n: int
    kind: str
    description: str


@dataclass(frozen=True)
class CustodyView:
    n: int
    kind: str
    happened_on: date
    from_party: PartyName | None
    to_party: PartyName | None
    place: str
    country: str | None
    document_kind: str
    document_number: str
    temporary: bool
    recorded_at: datetime


@dataclass(frozen=True)
class ValueChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class CorrectionView:
    """Why a record was corrected; version: the one it led to."""

    version: int
    reason: str
    changed: tuple[ValueChange, ...]
    changed_at: datetime


@dataclass(frozen=True)
class FirearmView:
    """One firearm with all that belongs to it; custody in the order of the chain."""

    number: str
    version: int
    type: str
    action: str
    maker: PartyName
    model: str
    calibre: str
    calibre_name: str
    calibre_text: str
    country_made: str
    year_made: int | None
    out_of_scope: str
    status: str
    holder: PartyName | None
    superseded_by: str | None
    components: tuple[ComponentView, ...]
    marks: tuple[MarkView, ...]
    custody: tuple[CustodyView, ...]
    conflicts: tuple[int, ...]
    unmet: tuple[Unmet, ...]
    remarks: tuple[Unmet, ...]
    corrections: tuple[CorrectionView, ...]
    created_at: datetime


@dataclass(frozen=True)
class FirearmRow:
    number: str
    type: str
    maker: str
    model: str
    calibre: str
    country_made: str
    year_made: int | None
    mark: str
    status: str


@dataclass(frozen=True)
class ConflictView:
    id: int
    version: int
    firearm: str
    other: str
    mark: str
    maker: str
    opened_at: datetime
    decision: str
    reason: str
    decided_at: datetime | None
