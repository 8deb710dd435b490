"""What is told of campaigns, recoveries and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.directory.queries import PartyName


@dataclass(frozen=True)
class Tally:
    """What was brought. ammunition: cartridges."""

    firearms: int = 0
    parts: int = 0
    ammunition: int = 0


@dataclass(frozen=True)
class PostView:
    """A post with what it took so far."""

    n: int
    name: str
    place: str
    target: int | None
    firearms: int
    parts: int
    ammunition: int


@dataclass(frozen=True)
class CampaignPlaces:
    """A campaign for whoever enters what it takes. agency: a number; posts: (n, name, place)."""

    number: str
    name: str
    agency: str
    posts: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class CampaignView:
    """A campaign with what it took so far."""

    number: str
    version: int
    kind: str
    name: str
    legal_basis: str
    agency: PartyName
    starts_on: date
    ends_on: date
    anonymous: bool
    traced: bool
    target: int | None
    firearms: int
    parts: int
    ammunition: int
    posts: tuple[PostView, ...]
    closed_at: datetime | None


@dataclass(frozen=True)
class LinkView:
    """A link of the chain of evidence, with the names of who gave and who took."""

    n: int
    giver: str | None
    taker: str
    given_at: datetime
    taken_at: datetime
    purpose: str
    place: str
    bag: str
    intact: bool
    note: str
    digest: str


@dataclass(frozen=True)
class OriginView:
    """What a competent authority established, where no trace did."""

    basis: str
    established_on: date
    origin: str
    source: str


@dataclass(frozen=True)
class ItemRow:
    """An item as lists show it. authority_number: "" where it has none."""

    number: str
    recovery: str
    version: int
    kind: str
    type: str
    maker: str
    model: str
    calibre: str
    mark: str
    mark_condition: str
    condition: str
    quantity: int
    bag: str
    authority_number: str
    outcome: str
    severity: str
    firearm: str | None
    held_for: str
    state: str
    custodian: str

    @property
    def described(self) -> str:
        """Maker, model and calibre as far as they are known."""
        return " ".join(filter(None, (self.maker, self.model, self.calibre)))


@dataclass(frozen=True)
class ItemView(ItemRow):
    """An item with its findings and its chain. fits: records that its trace found, while it is unmatched."""

    country: str | None
    note: str
    trace: str | None
    custody_step: int | None
    findings: tuple[dict[str, Any], ...]
    fits: tuple[str, ...]
    chain: tuple[LinkView, ...]
    chain_is_whole: bool
    handover: str | None
    recovered_on: date
    place: str
    recovery_kind: str
    origin: OriginView | None


@dataclass(frozen=True)
class RecoveryRow:
    """A recovery as lists show it."""

    number: str
    kind: str
    recovered_on: date
    place: str
    case_number: str
    campaign: str | None
    anonymous: bool
    items: int


@dataclass(frozen=True)
class RecoveryView:
    """A recovery with what was recovered. person_*: "" where nobody is named or the reader may not see it."""

    number: str
    kind: str
    recovered_on: date
    place: str
    circumstances: str
    case_number: str
    agency: PartyName
    campaign: str | None
    campaign_name: str
    post: int | None
    anonymous: bool
    person_name: str
    person_document: str
    items: tuple[ItemRow, ...]
    recorded_at: datetime


@dataclass(frozen=True)
class HandoverView:
    """Evidence on its way from one person to another. items: numbers of evidence."""

    number: str
    version: int
    giver: str
    taker: str
    giver_id: int
    taker_id: int
    purpose: str
    place: str
    note: str
    state: str
    reason: str
    items: tuple[str, ...]
    offered_at: datetime
    decided_at: datetime | None
