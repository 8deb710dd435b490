"""The one table of who may do what: role × act × scope of record × class of field × purpose.

Default deny: what has no cell is refused. Code asks it, tests compute their expectations from it, and
`docs/policy.md` is generated from it. Police get answers to traces, not the register; traders reach the
records of the party they work for; personal data are shown for the purposes named here only; auditors
read everything, review what was opened beyond a role and change no record; the administrator manages
accounts and sees no records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary import May, Purpose, Role


class Scope(StrEnum):
    """Which records a permission reaches."""

    EVERY = "every"
    PARTY = "party"  # those in which the party one works for takes part
    OFFICE = "office"  # those that are or were at the customs office where one works
    SELF = "self"  # one's own account, and what one asked oneself


class Fields(StrEnum):
    """Which columns a permission shows."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"  # columns marked personal, and names of natural persons wherever they stand


@dataclass(frozen=True)
class Grant:
    """One cell. purposes: those it is given for; None where none has to be stated."""

    scope: Scope
    fields: Fields = Fields.ORDINARY
    purposes: frozenset[Purpose] | None = None


Cells = Mapping[Role, Grant]
_OFFICER, _SUPERVISOR, _POLICE, _CUSTOMS, _TRADER, _AUDITOR, _ADMINISTRATOR = Role
_AUTHORITY = (_OFFICER, _SUPERVISOR)
_CASES = frozenset({Purpose.CRIMINAL_INVESTIGATION, Purpose.RECOVERED_FIREARM, Purpose.FOREIGN_REQUEST})
_BORDER = _CASES | {Purpose.BORDER_CONTROL}
_REGISTER = _BORDER | {Purpose.LICENSING, Purpose.REGISTRATION}


def _every(*roles: Role, purposes: frozenset[Purpose] | None = None) -> dict[Role, Grant]:
    return {role: Grant(Scope.EVERY, purposes=purposes) for role in roles}


def _party(*roles: Role) -> dict[Role, Grant]:
    return {role: Grant(Scope.PARTY) for role in roles}


def _office(*roles: Role) -> dict[Role, Grant]:
    return {role: Grant(Scope.OFFICE) for role in roles}


def _self(*roles: Role, purposes: frozenset[Purpose] | None = None) -> dict[Role, Grant]:
    return {role: Grant(Scope.SELF, purposes=purposes) for role in roles}


def _personal(*roles: Role, purposes: frozenset[Purpose]) -> dict[Role, Grant]:
    return {role: Grant(Scope.EVERY, Fields.PERSONAL, purposes) for role in roles}


TABLE: Mapping[May, Cells] = {
    May.DIRECTORY_READ: _every(*Role),
    May.DIRECTORY_WRITE: _every(*_AUTHORITY),
    May.AUTHORITY_READ: _every(*_AUTHORITY, _POLICE, _CUSTOMS, _AUDITOR),
    May.AUTHORITY_TERM_SET: _every(_SUPERVISOR),
    May.PERSON_READ: (
        _personal(*_AUTHORITY, purposes=_REGISTER)
        | _personal(_POLICE, purposes=_BORDER)
        | _personal(_AUDITOR, purposes=frozenset({Purpose.AUDIT}))
    ),
    May.FIREARM_READ: _every(*_AUTHORITY, _CUSTOMS, _AUDITOR) | _party(_TRADER),
    May.FIREARM_REGISTER: _every(*_AUTHORITY) | _party(_TRADER),
    May.FIREARM_CORRECT: _every(*_AUTHORITY),
    May.MARK_RECORD: _every(*_AUTHORITY, _CUSTOMS) | _party(_TRADER),
    May.MARK_CORRECT: _every(_SUPERVISOR),
    May.MARK_READ: _every(*_AUTHORITY, _POLICE, _CUSTOMS, _TRADER, _AUDITOR),
    May.MARK_RULE_WRITE: _every(_SUPERVISOR),
    May.CUSTODY_RECORD: _every(*_AUTHORITY) | _party(_TRADER),
    May.CONFLICT_READ: _every(*_AUTHORITY, _AUDITOR),
    May.CONFLICT_PROPOSE: _every(*_AUTHORITY),
    May.CONFLICT_RESOLVE: _every(_SUPERVISOR),
    May.LOT_READ: _every(*_AUTHORITY, _CUSTOMS, _AUDITOR) | _party(_TRADER),
    May.LOT_REGISTER: _every(*_AUTHORITY) | _party(_TRADER),
    May.SALE_RECORD: _every(*_AUTHORITY) | _party(_TRADER),
    May.STOCK_COUNT: _every(*_AUTHORITY) | _party(_TRADER),
    May.RULE_SET: _every(_SUPERVISOR),
    May.LICENCE_READ: _every(*_AUTHORITY, _CUSTOMS, _AUDITOR) | _party(_TRADER),
    May.LICENCE_CASE: _every(*_AUTHORITY, _AUDITOR) | _party(_TRADER),
    May.LICENCE_APPLY: _every(*_AUTHORITY) | _party(_TRADER),
    May.LICENCE_REVIEW: _every(*_AUTHORITY),
    May.LICENCE_DECIDE: _every(_SUPERVISOR),
    May.LICENCE_RULE_SET: _every(_SUPERVISOR),
    May.SHIPMENT_READ: _every(*_AUTHORITY, _AUDITOR) | _office(_CUSTOMS) | _party(_TRADER),
    May.SHIPMENT_ANNOUNCE: _every(*_AUTHORITY) | _party(_TRADER),
    May.SHIPMENT_CLEAR: _office(_CUSTOMS),
    May.SHIPMENT_FOLLOW: _every(*_AUTHORITY) | _office(_CUSTOMS),
    May.NOTICE_READ: _every(*_AUTHORITY, _AUDITOR),
    May.NOTICE_ASK: _every(*_AUTHORITY),
    May.NOTICE_ANSWER: _every(*_AUTHORITY),
    May.EXPECTED_READ: _every(*_AUTHORITY, _CUSTOMS, _AUDITOR),
    May.OFFICE_WRITE: _every(_SUPERVISOR),
    May.DEACTIVATION_READ: _every(*_AUTHORITY, _POLICE, _CUSTOMS, _AUDITOR) | _party(_TRADER),
    May.DEACTIVATION_RECORD: _every(*_AUTHORITY) | _party(_TRADER),
    May.DEACTIVATION_INSPECT: _every(*_AUTHORITY),
    May.DEACTIVATION_PROPOSE: _every(*_AUTHORITY),
    May.DEACTIVATION_VERIFY: _every(_SUPERVISOR),
    May.VERIFYING_BODY_SET: _every(_SUPERVISOR),
    May.TRACE_ASK: _every(*_AUTHORITY, purposes=_REGISTER) | _every(_POLICE, _CUSTOMS, purposes=_BORDER),
    May.TRACE_READ: _every(*_AUTHORITY, _AUDITOR) | _self(_POLICE, _CUSTOMS),
    May.REQUEST_READ: _every(*_AUTHORITY, _AUDITOR) | _self(_POLICE, _CUSTOMS),
    May.REQUEST_WRITE: _every(*_AUTHORITY, purposes=_REGISTER) | _self(_POLICE, _CUSTOMS, purposes=_BORDER),
    May.REQUEST_SEND: _every(*_AUTHORITY),
    May.REQUEST_ANSWER: _every(*_AUTHORITY),
    May.REQUEST_RULE_SET: _every(_SUPERVISOR),
    May.LABEL_PRINT: _every(*_AUTHORITY, _POLICE, _CUSTOMS) | _party(_TRADER),
    May.LABEL_SET: _every(*_AUTHORITY),
    May.PRINTER_SET: _every(*_AUTHORITY, _POLICE, _CUSTOMS),
    May.RECOVERY_READ: _every(*_AUTHORITY, _POLICE, _CUSTOMS, _AUDITOR),
    May.RECOVERY_RECORD: _every(*_AUTHORITY, _POLICE, _CUSTOMS),
    May.CAMPAIGN_WRITE: _every(*_AUTHORITY),
    May.DISPOSAL_PROPOSE: _every(*_AUTHORITY),
    May.DISPOSAL_APPROVE: _every(_SUPERVISOR),
    May.EVIDENCE_HAND: _every(*_AUTHORITY) | _self(_POLICE, _CUSTOMS),
    May.RETENTION_READ: _every(*_AUTHORITY, _AUDITOR),
    May.RETENTION_SET: _every(_SUPERVISOR),
    May.HOLD_PLACE: _every(*_AUTHORITY),
    May.HOLD_LIFT: _every(_SUPERVISOR),
    May.RECORDS_RECEIVE: _every(*_AUTHORITY),
    May.INTAKE_RUN: _every(*_AUTHORITY),
    May.INTAKE_UNDO: _every(_SUPERVISOR),
    May.RECORDS_DISPOSE: _every(*_AUTHORITY),
    May.RECORDS_DISPOSAL_APPROVE: _every(_SUPERVISOR),
    May.LEDGER_ERASE: _every(_SUPERVISOR),
    May.HISTORY_READ: _every(*_AUTHORITY, _AUDITOR),
    May.LEDGER_READ: _every(_SUPERVISOR, _AUDITOR),
    May.OPERATIONS_READ: _every(_AUDITOR, _ADMINISTRATOR),
    May.DOCUMENT_KEYS: _every(_SUPERVISOR, _ADMINISTRATOR),
    May.EXCHANGE_READ: _every(*_AUTHORITY, _AUDITOR),
    May.EXCHANGE_CARRY: _every(*_AUTHORITY),
    May.EXCHANGE_MANAGE: _every(_SUPERVISOR),
    May.GLASS_READ: _every(_SUPERVISOR, _AUDITOR) | _self(_POLICE, _CUSTOMS),
    May.GLASS_BREAK: _self(_POLICE, _CUSTOMS, purposes=_BORDER),
    May.GLASS_REVIEW: _every(_SUPERVISOR, _AUDITOR),
    May.USER_MANAGE: _every(_ADMINISTRATOR),
    May.ROLE_APPROVE: _every(_SUPERVISOR, _ADMINISTRATOR),
    May.APPROVAL_READ: _every(*_AUTHORITY, _AUDITOR, _ADMINISTRATOR),
    May.APPROVAL_PROPOSE: _every(*_AUTHORITY, _ADMINISTRATOR),
    May.APPROVAL_DECIDE: _every(_SUPERVISOR, _ADMINISTRATOR),
    May.TOKEN_MANAGE: _self(*Role),
    May.ACCESS_OWN: _self(*Role),
}

BEHIND_GLASS: Mapping[Role, frozenset[May]] = {
    _POLICE: frozenset({May.FIREARM_READ, May.LOT_READ, May.LICENCE_READ, May.LICENCE_CASE}),
    _CUSTOMS: frozenset({May.LICENCE_CASE}),
}
"""What a role may read of one record that somebody opened beyond it, and of no other: never a change."""

STANDING: Mapping[Role, Purpose] = {
    _OFFICER: Purpose.REGISTRATION,
    _SUPERVISOR: Purpose.REGISTRATION,
    _AUDITOR: Purpose.AUDIT,
}
"""For what a role reads records when nothing is stated; the others have to state a purpose."""

POLICY: Mapping[Role, frozenset[May]] = {
    role: frozenset(may for may, cells in TABLE.items() if role in cells) for role in Role
}


def permissions(role: Role) -> frozenset[May]:
    """All that a role may do."""
    return POLICY[role]


def grant(role: Role, may: May) -> Grant | None:
    """The cell, or None, which is a refusal."""
    return TABLE[may].get(role)


def purposes(role: Role, may: May) -> tuple[Purpose, ...]:
    """What a permission may be used for, in the order of the list; everything where none has to be said."""
    cell = grant(role, may)
    if cell is None:
        return ()
    return tuple(purpose for purpose in Purpose if cell.purposes is None or purpose in cell.purposes)


def serves(role: Role, may: May, purpose: Purpose | None) -> bool:
    """Whether the permission is given for a purpose, by default for the role's standing one."""
    cell = grant(role, may)
    if cell is None:
        return False
    return cell.purposes is None or (purpose or STANDING.get(role)) in cell.purposes
