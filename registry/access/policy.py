"""The one table of who may do what. Default deny: what is not in a role's row is refused.

Police get answers to traces, not the register; personal data only where the work needs them; auditors
read everything and change nothing; the administrator manages accounts and sees no records.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.vocabulary import May, Role

_READ = {May.DIRECTORY_READ, May.FIREARM_READ, May.CONFLICT_READ, May.LOT_READ, May.TRACE_READ}
_RECORD = {
    May.DIRECTORY_WRITE,
    May.FIREARM_REGISTER,
    May.MARK_RECORD,
    May.CUSTODY_RECORD,
    May.LOT_REGISTER,
    May.SALE_RECORD,
    May.LABEL_PRINT,
}
_OFFICER = _READ | _RECORD | {May.PERSON_READ, May.TRACE_ASK, May.FIREARM_CORRECT}
_OWN = {May.TOKEN_MANAGE}

POLICY: Mapping[Role, frozenset[May]] = {
    Role.AUTHORITY_OFFICER: frozenset(_OFFICER | _OWN),
    Role.AUTHORITY_SUPERVISOR: frozenset(_OFFICER | {May.CONFLICT_RESOLVE, May.RULE_SET} | _OWN),
    Role.POLICE: frozenset({May.TRACE_ASK, May.TRACE_READ, May.PERSON_READ, May.DIRECTORY_READ} | _OWN),
    Role.CUSTOMS: frozenset(
        {
            May.DIRECTORY_READ,
            May.FIREARM_READ,
            May.LOT_READ,
            May.TRACE_ASK,
            May.TRACE_READ,
            May.MARK_RECORD,
            May.LABEL_PRINT,
        }
        | _OWN
    ),
    Role.TRADER: frozenset(
        {
            May.DIRECTORY_READ,
            May.FIREARM_READ,
            May.FIREARM_REGISTER,
            May.MARK_RECORD,
            May.CUSTODY_RECORD,
            May.LOT_READ,
            May.LOT_REGISTER,
            May.SALE_RECORD,
            May.LABEL_PRINT,
        }
        | _OWN
    ),
    Role.AUDITOR: frozenset(_READ | {May.PERSON_READ} | _OWN),
    Role.ADMINISTRATOR: frozenset({May.USER_MANAGE, May.DIRECTORY_READ} | _OWN),
}


def permissions(role: Role) -> frozenset[May]:
    """All that a role may do."""
    return POLICY[role]
