"""The one table of who may do what. Default deny: what is not in a role's row is refused.

Police get answers to traces, not the register; personal data only where the work needs them; auditors
read everything and change nothing; the administrator manages accounts and sees no records.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from schemas.vocabulary import May, Role

_READ = {
    May.DIRECTORY_READ,
    May.FIREARM_READ,
    May.CONFLICT_READ,
    May.LOT_READ,
    May.TRACE_READ,
    May.MARK_READ,
    May.LICENCE_READ,
    May.SHIPMENT_READ,
}
_RECORD = {
    May.DIRECTORY_WRITE,
    May.FIREARM_REGISTER,
    May.MARK_RECORD,
    May.CUSTODY_RECORD,
    May.LOT_REGISTER,
    May.SALE_RECORD,
    May.STOCK_COUNT,
    May.LABEL_PRINT,
}
_LICENSING = {May.LICENCE_APPLY, May.LICENCE_REVIEW, May.SHIPMENT_ANNOUNCE, May.SHIPMENT_FOLLOW}
_PROPOSE = {May.APPROVAL_READ, May.APPROVAL_PROPOSE}
_OFFICER = (
    _READ
    | _RECORD
    | _LICENSING
    | _PROPOSE
    | {May.PERSON_READ, May.TRACE_ASK, May.FIREARM_CORRECT, May.HISTORY_READ, May.CONFLICT_PROPOSE}
)
_OWN = {May.TOKEN_MANAGE, May.ACCESS_OWN}

POLICY: Mapping[Role, frozenset[May]] = {
    Role.AUTHORITY_OFFICER: frozenset(_OFFICER | _OWN),
    Role.AUTHORITY_SUPERVISOR: frozenset(
        _OFFICER
        | {
            May.APPROVAL_DECIDE,
            May.ROLE_APPROVE,
            May.CONFLICT_RESOLVE,
            May.MARK_RULE_WRITE,
            May.RULE_SET,
            May.LICENCE_DECIDE,
            May.LICENCE_RULE_SET,
            May.OFFICE_WRITE,
            May.LEDGER_READ,
        }
        | _OWN
    ),
    Role.POLICE: frozenset(
        {May.TRACE_ASK, May.TRACE_READ, May.PERSON_READ, May.DIRECTORY_READ, May.MARK_READ} | _OWN
    ),
    Role.CUSTOMS: frozenset(
        {
            May.DIRECTORY_READ,
            May.FIREARM_READ,
            May.LOT_READ,
            May.TRACE_ASK,
            May.TRACE_READ,
            May.MARK_RECORD,
            May.MARK_READ,
            May.LABEL_PRINT,
            May.LICENCE_READ,
            May.SHIPMENT_READ,
            May.SHIPMENT_CLEAR,
            May.SHIPMENT_FOLLOW,
        }
        | _OWN
    ),
    Role.TRADER: frozenset(
        {
            May.DIRECTORY_READ,
            May.FIREARM_READ,
            May.FIREARM_REGISTER,
            May.MARK_RECORD,
            May.MARK_READ,
            May.CUSTODY_RECORD,
            May.LOT_READ,
            May.LOT_REGISTER,
            May.SALE_RECORD,
            May.STOCK_COUNT,
            May.LABEL_PRINT,
            May.LICENCE_READ,
            May.LICENCE_APPLY,
            May.SHIPMENT_READ,
            May.SHIPMENT_ANNOUNCE,
        }
        | _OWN
    ),
    Role.AUDITOR: frozenset(
        _READ | {May.PERSON_READ, May.HISTORY_READ, May.LEDGER_READ, May.APPROVAL_READ} | _OWN
    ),
    Role.ADMINISTRATOR: frozenset(
        {May.USER_MANAGE, May.ROLE_APPROVE, May.DIRECTORY_READ, May.APPROVAL_DECIDE} | _PROPOSE | _OWN
    ),
}


def permissions(role: Role) -> frozenset[May]:
    """All that a role may do."""
    return POLICY[role]


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
