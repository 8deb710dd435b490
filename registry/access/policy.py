"""How somebody comes in before the policy's table counts: second factors, steps, confirmation anew.

Who may do what stands in `registry/core/policy.py`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from schemas.vocabulary import May, Role

SECOND_FACTOR_ROLES = frozenset({Role.AUTHORITY_SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})
"""Roles that do nothing without a second factor; the others may have one (ASVS 5.0, 6.3.3)."""

RECENT = timedelta(minutes=10)
"""How lately somebody must have shown who they are, before what a stolen session must not be able to do."""


class Step(StrEnum):
    """What a sign-in still waits for."""

    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - a one-time password has to be changed
    ENROLMENT = "enrolment"


def step_left(role: Role, has_factor: bool, gave_factor: bool, one_time_password: bool) -> Step | None:
    """What a sign-in waits for next: the factor one has, a password of one's own, a factor to enrol."""
    if has_factor and not gave_factor:
        return Step.FACTOR
    if one_time_password:
        return Step.PASSWORD
    if role in SECOND_FACTOR_ROLES and not has_factor:
        return Step.ENROLMENT
    return None


def permissions_at(step: Step) -> frozenset[May]:
    """All that may be done while a step is left: nothing before the factor one has."""
    return frozenset() if step is Step.FACTOR else frozenset({May.ACCESS_OWN})
