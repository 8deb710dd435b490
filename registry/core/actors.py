"""Who acts, and in which capacity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from schemas.vocabulary import May, Purpose, Role


@dataclass(frozen=True)
class Proof:
    """How somebody showed who they are in this session.

    sign_in: the session's key; second_factor: whether one was given; at: when they last showed it.
    """

    sign_in: int
    second_factor: bool
    at: datetime


@dataclass(frozen=True)
class Glass:
    """What somebody opened beyond their role, for the length of one request that reads it.

    number: of the opening, for the ledger; may: what is read by it; purpose, case: as they were stated.
    """

    number: str
    may: May
    purpose: Purpose
    case: str


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which capacity.

    user_id: 0 for the operator at the command line; party_id: the trader someone works for, or None.
    may: what the policy and the token's scopes allow. proof: of a session on pages; None for bearer tokens
    and at the command line. glass: what they opened beyond their role, None but where it is needed.
    """

    user_id: int
    name: str
    role: Role
    may: frozenset[May]
    party_id: int | None = None
    language: str = "en"
    proof: Proof | None = None
    glass: Glass | None = None

    @property
    def themselves(self) -> Actor:
        """With what their role alone may do."""
        return self if self.glass is None else replace(self, may=self.may - {self.glass.may}, glass=None)


OPERATOR = Actor(
    0,
    "operator",
    Role.AUTHORITY_SUPERVISOR,
    frozenset(May),
    proof=Proof(0, second_factor=True, at=datetime.max.replace(tzinfo=UTC)),
)
"""Whoever may run commands on the machine; records show it as account 0."""
