"""What the rules look at: one licence with all that belongs to it, as it is known now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.core.errors import Unmet
from registry.licensing.law import Authorisation, Embargo
from schemas.licensing_vocabulary import (
    Assessed,
    EvidenceKind,
    GoodsKind,
    Intermediary,
    LicenceKind,
    LicenceState,
    TemporaryPurpose,
    TransitAnswer,
)


@dataclass(frozen=True)
class ItemFacts:
    """name: as people call it; quantity: pieces, or cartridges of a span; unmet: what FP 8 asks of it
    and is not there; held: whether the licence's holder has it, where that matters."""

    name: str
    quantity: int = 1
    unmet: tuple[Unmet, ...] = ()
    war_material: bool = False
    held: bool = True


@dataclass(frozen=True)
class LineFacts:
    """authorised: how many the import licence allows, None while not compared. drawn: shipped already;
    used_before: how many of these before this registry, which nobody names here.
    """

    goods: GoodsKind
    hs: str
    description: str
    quantity: int
    authorised: int | None = None
    drawn: int = 0
    items: tuple[ItemFacts, ...] = ()
    war_material: bool = False
    used_before: int = 0

    @property
    def named(self) -> int:
        """How much of the line is named by serials or spans."""
        return sum(item.quantity for item in self.items)

    @property
    def is_war_material(self) -> bool:
        """Said so, by its heading (HS 9301), or by what it is made of."""
        return self.war_material or self.hs.startswith("9301") or any(i.war_material for i in self.items)


@dataclass(frozen=True)
class ImportFacts:
    """denied: how it stands at its issuer by that State's signed word, "" where it was not denied."""

    number: str
    authority: str
    country: str
    issued_on: date
    expires_on: date
    verified_on: date | None = None
    denied: str = ""


@dataclass(frozen=True)
class TransitFacts:
    """tacit_from: the first day on which silence counts as consent, None where it never does.

    unknown_years: on the way to that day, whose holidays in that State are not on record.
    """

    country: str
    answer: TransitAnswer = TransitAnswer.NOT_ASKED
    asked_on: date | None = None
    answered_on: date | None = None
    reference: str = ""
    valid_until: date | None = None
    informed_on: date | None = None
    tacit_from: date | None = None
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class CertificateFacts:
    country: str
    issued_on: date
    expires_on: date | None = None
    certified_by: str = ""
    no_re_export: bool = False
    delivery_verification: bool = False
    verified_on: date | None = None


@dataclass(frozen=True)
class EvidenceFacts:
    kind: EvidenceKind
    expires_on: date | None = None


@dataclass(frozen=True)
class LicenceFacts:
    """direct: the applicant says that no other State is passed. home: the State whose registry this is.

    holder_died_on: of a natural person; holder_closed_on: of a company. returned_on: of what went for a time.
    """

    kind: LicenceKind
    home: str
    state: LicenceState = LicenceState.UNDER_REVIEW
    purpose: TemporaryPurpose | None = None
    export_country: str = ""
    import_country: str = ""
    direct: bool = False
    recipient_name: str = ""
    recipient_address: str = ""
    end_use: str = ""
    place: str = ""
    starts_on: date | None = None
    expires_on: date | None = None
    return_by: date | None = None
    returned_on: date | None = None
    longest_stay: int | None = None
    issued_on: date | None = None
    holder_died_on: date | None = None
    holder_closed_on: date | None = None
    authorisations: tuple[Authorisation, ...] = ()
    not_back: tuple[tuple[str, date], ...] = ()
    """Other temporary licences of the holder whose goods should be back, with the day."""
    lines: tuple[LineFacts, ...] = ()
    participants: tuple[tuple[Intermediary, str], ...] = ()
    """Capacity and State of each intermediary."""
    import_licence: ImportFacts | None = None
    transits: tuple[TransitFacts, ...] = ()
    certificate: CertificateFacts | None = None
    checks: Mapping[str, Assessed] = field(default_factory=dict)
    evidence: tuple[EvidenceFacts, ...] = ()
    embargoes: tuple[Embargo, ...] = ()
    earlier: bool = False
    """Whether it is of before this registry."""
    taken_over: bool = False
    """Whether what was used of such a one before is said."""

    @property
    def war_material(self) -> bool:
        """Whether it is on the stricter track: one line is enough."""
        return any(line.is_war_material for line in self.lines)

    def has(self, kind: EvidenceKind, on: date) -> bool:
        """Whether a document of this kind is among the evidence and still valid on a day."""
        return any(
            one.kind is kind and (one.expires_on is None or on <= one.expires_on) for one in self.evidence
        )
