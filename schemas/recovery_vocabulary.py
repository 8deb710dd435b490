"""Closed lists of recovery, evidence and disposal (FP art. 6), each stored and published: never renamed."""

from __future__ import annotations

from enum import StrEnum


class RecoveryKind(StrEnum):
    """How firearms come into the hands of the State (FP art. 6)."""

    SEIZED = "seized"
    FOUND = "found"
    SURRENDERED = "surrendered"
    COLLECTED = "collected"  # in a campaign


class CampaignKind(StrEnum):
    AMNESTY = "amnesty"
    VOLUNTARY_SURRENDER = "voluntary_surrender"
    COLLECTION_DRIVE = "collection_drive"


class ItemKind(StrEnum):
    """What is recovered: FP art. 6 speaks of firearms, their parts and components, and ammunition."""

    FIREARM = "firearm"
    PART = "part"
    AMMUNITION = "ammunition"


class ItemCondition(StrEnum):
    SERVICEABLE = "serviceable"
    UNSERVICEABLE = "unserviceable"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


class ItemState(StrEnum):
    """Where what was recovered is in its life (FP art. 6(2))."""

    IN_EVIDENCE = "in_evidence"
    DESTROYED = "destroyed"
    DISPOSED = "disposed"  # otherwise than by destruction, with authorization, mark and method


class DisposalKind(StrEnum):
    """FP art. 6(2): destroyed, unless another disposal has been officially authorized."""

    DESTRUCTION = "destruction"
    STATE_USE = "state_use"
    COLLECTION = "collection"  # museum, training, comparison
    CIVILIAN_USE = "civilian_use"
    RETURN_TO_OWNER = "return_to_owner"


class DisposalMethod(StrEnum):
    """How, FP art. 6(2); the ways of destruction are those of MOSAIC 05.50."""

    SMELTING = "smelting"
    CUTTING = "cutting"
    SHREDDING = "shredding"
    CRUSHING = "crushing"
    BURNING = "burning"
    DETONATION = "detonation"  # of ammunition
    TRANSFER = "transfer"  # handed to a recipient
    OTHER = "other"


class DisposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DONE = "done"
    CANCELLED = "cancelled"


class EvidencePurpose(StrEnum):
    """What evidence changes hands for."""

    RECEIVED = "received"  # the first link: taken from where it was recovered
    STORAGE = "storage"
    EXAMINATION = "examination"
    COURT = "court"
    TRANSPORT = "transport"
    DISPOSAL = "disposal"


class HandoverState(StrEnum):
    OFFERED = "offered"
    SIGNED = "signed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class OriginStatus(StrEnum):
    """How far the illicit origin or context of a recovered firearm is established (SDG indicator 16.4.2)."""

    ESTABLISHED_HERE = "established_here"
    ESTABLISHED_ABROAD = "established_abroad"
    ESTABLISHED_OTHERWISE = "established_otherwise"
    WAITING = "waiting_for_answer"
    TO_ASK = "to_ask_abroad"
    UNDECIDED = "undecided"
    NOT_FOUND = "not_found"
    UNTRACEABLE = "no_legible_mark"


class Described(StrEnum):
    """What the questionnaire on illicit arms flows (UNODC) asks of recovered firearms."""

    MAKER = "maker"
    CALIBRE = "calibre"
    COUNTRY_MADE = "country_made"
    IMPORTED_FROM = "imported_from"  # where it had lawfully come from
    EXPORTED_TO = "exported_to"  # where it had lawfully gone before it was recovered


class OriginBasis(StrEnum):
    """What a competent authority established an origin by, where no trace did."""

    INTELLIGENCE = "intelligence"
    STATEMENT = "statement"
    COURT_FINDING = "court_finding"
    EXAMINATION = "examination"
    OTHER = "other"
