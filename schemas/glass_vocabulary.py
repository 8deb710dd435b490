"""Closed lists of records opened beyond a role."""

from __future__ import annotations

from enum import StrEnum


class GlassReason(StrEnum):
    """Why somebody opens a record beyond their role."""

    DANGER_TO_LIFE = "danger_to_life"
    OPERATION_UNDER_WAY = "operation_under_way"  # an arrest, a pursuit, a search that goes on now
    COURT_ORDER = "court_order"
    AUTHORITY_UNREACHABLE = "authority_unreachable"


class GlassFinding(StrEnum):
    """What a review came to."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class GlassState(StrEnum):
    """Where an opened record stands."""

    OPEN = "open"
    TO_REVIEW = "to_review"
    REVIEWED = "reviewed"
