"""What people see of licences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from registry.core.errors import Unmet
from registry.licensing import tables
from registry.licensing.rules import Condition
from schemas.licensing_vocabulary import LicenceCondition
from schemas.words import said


@dataclass(frozen=True)
class ConditionView:
    key: str
    article: str
    met: bool
    waits_for: str
    unmet: tuple[Unmet, ...]

    @classmethod
    def of(cls, condition: Condition, internal: bool) -> ConditionView:
        """A condition as it is shown; nobody is waited for where it is met.

        internal: to the authority; applicants do not learn which risk it sees.
        """
        waits_for, unmet = "" if condition.met else condition.waits_for.value, condition.unmet
        if unmet and condition.key is LicenceCondition.ASSESSMENT and not internal:
            unmet = (Unmet(said("The authority's assessment is not finished."), "checks", "FP 10(1)"),)
        return cls(condition.key.value, condition.article, condition.met, waits_for, unmet)


@dataclass(frozen=True)
class ItemView:
    """name: the mark or span as people call it."""

    n: int
    firearm: str | None
    component: int | None
    lot: str | None
    first: int | None
    last: int | None
    serial: str
    maker: str
    country_made: str | None
    name: str
    quantity: int


@dataclass(frozen=True)
class LineView:
    n: int
    goods: str
    hs: str
    description: str
    calibre: str | None
    quantity: int
    authorised: int | None
    drawn: int
    used_before: int
    war_material: bool
    items: tuple[ItemView, ...]


@dataclass(frozen=True)
class TransitView:
    """message, message_sha256: its signed answer, "" where it answered on paper or not yet."""

    country: str
    answer: str
    asked_on: date | None
    answered_on: date | None
    reference: str
    valid_until: date | None
    informed_on: date | None
    tacit_from: date | None
    message: str = ""
    message_sha256: str = ""


@dataclass(frozen=True)
class DeliveredView:
    line: int
    quantity: int


@dataclass(frozen=True)
class DeliveryView:
    """A delivery that a broker reported."""

    n: int
    departed_on: date
    arrived_on: date
    export_licence: str
    proof: str
    carrier: str
    note: str
    told_at: datetime
    lines: tuple[DeliveredView, ...]


@dataclass(frozen=True)
class LicenceRow:
    """age: days since it was submitted; overdue: not decided, or not back, in time."""

    number: str
    kind: str
    purpose: str
    state: str
    war_material: bool
    holder: str
    holder_name: str
    export_country: str | None
    import_country: str | None
    expires_on: date | None
    return_by: date | None
    submitted_on: date | None
    due_on: date | None
    age: int | None
    overdue: bool
    officer: str = ""


@dataclass(frozen=True)
class LicenceView:
    """One licence with all that belongs to it. officer: who took it up; moves: what may happen now."""

    number: str
    version: int
    kind: str
    purpose: str
    state: str
    war_material: bool
    holder: str
    holder_name: str
    export_country: str | None
    import_country: str | None
    direct: bool
    recipient: str | None
    recipient_name: str
    recipient_address: str
    end_use: str
    starts_on: date | None
    expires_on: date | None
    return_by: date | None
    returned_on: date | None
    place: str
    issued_on: date | None
    zone: str
    ends_at: datetime | None
    conditions: str
    officer: str
    submitted_on: date | None
    due_on: date | None
    due_at_most_on: date | None
    overdue: bool
    reason: str
    appeal_until: date | None
    lines: tuple[LineView, ...]
    transits: tuple[TransitView, ...]
    participants: Sequence[tables.Participant]
    import_licence: tables.ImportLicence | None
    end_user: tables.EndUserCertificate | None
    checks: Sequence[tables.Check]
    evidence: Sequence[tables.Evidence]
    deliveries: Sequence[DeliveryView]
    letters: Sequence[tables.Letter]
    events: Sequence[tables.Event]
    moves: tuple[str, ...]
    to_issue: tuple[ConditionView, ...]
    to_ship: tuple[ConditionView, ...] = field(default=())
    proposal: int | None = None
