"""Closed lists of deactivations (FP art. 9)."""

from __future__ import annotations

from enum import StrEnum


class EssentialPart(StrEnum):
    """Parts that a deactivation makes inoperable (EU 2015/2403, annex I)."""

    BARREL = "barrel"
    FRAME_OR_RECEIVER = "frame_or_receiver"
    SLIDE = "slide"
    CYLINDER = "cylinder"
    BOLT_OR_BREECH_BLOCK = "bolt_or_breech_block"
    TRIGGER_MECHANISM = "trigger_mechanism"
    MAGAZINE = "magazine"


class DeactivationState(StrEnum):
    """Where a deactivation stands; withdrawn and annulled are for good."""

    APPLIED = "applied"
    WORK_DONE = "work_done"
    FAILED = "failed"  # at its last inspection: work is done again, or it is withdrawn
    PASSED = "passed"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"  # its certificate is no longer good


class MarkForm(StrEnum):
    """How a deactivated firearm is marked."""

    EU = "eu"  # EU, country, symbol of the body, year (EU 2015/2403, annex II)
    NATIONAL = "national"  # DEAC, country, symbol of the body, year
    CERTIFICATE_ONLY = "certificate_only"  # FP art. 9(c) asks for a certificate, a record or a mark


class IncidentOutcome(StrEnum):
    """What a deactivated firearm that turned up proved to be."""

    STILL_DEACTIVATED = "still_deactivated"
    REACTIVATED = "reactivated"
    ANOTHER_FIREARM = "another_firearm"  # that bears its mark
