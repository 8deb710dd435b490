"""Rows of access: accounts, second factors, sign-ins, wrong tries, bearer tokens, and what happened to them.

Passwords, codes and tokens are kept as hashes; a TOTP secret, which is needed again, is kept sealed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Account(Base):
    """A person who signs in, in one role; a trader's account belongs to a party.

    one_time_until: until when the password, which somebody else chose, may be used to choose one's own.
    """

    __tablename__ = "account"
    __table_args__ = table_args(
        CheckConstraint("role <> 'trader' OR party_id IS NOT NULL", name="trader_party")
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True, info=PERSONAL)  # casefolded
    full_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    role: Mapped[str] = mapped_column(String(30))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    password_hash: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    language: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    one_time_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Totp(Base):
    """The secret of an account's authenticator app. last_step: the time step of the last code taken."""

    __tablename__ = "totp"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Passkey(Base):
    """A WebAuthn credential of an account; site: the name of the registry's host it was made for."""

    __tablename__ = "passkey"
    __table_args__ = table_args(Index(None, "account_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    site: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCode(Base):
    """A code for the day the factor is lost, good once; its SHA-256."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SignIn(Base):
    """A session: the cookie holds a random token, the row its SHA-256.

    factor: the second factor it was completed with, "" while it was not; confirmed_at: when its holder last
    showed who they are; agent: family of the browser; challenge: what a passkey signs next, once;
    offered: a TOTP secret on offer, sealed, until a code shows that the app has it.
    """

    __tablename__ = "sign_in"
    # a session comes and goes with each visit: the ledger says who signed in, not the token
    __table_args__ = table_args(Index(None, "account_id"), info={"journal": False})

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    factor: Mapped[str] = mapped_column(String(12), default="")
    agent: Mapped[str] = mapped_column(String(60), default="")
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    offered: Mapped[bytes | None] = mapped_column(LargeBinary)


class WrongTries(Base):
    """Wrong passwords and codes for a login, an account or from an address, known by keyed hashes only."""

    __tablename__ = "wrong_tries"
    __table_args__ = table_args(Index(None, "last_at"), info={"journal": False})  # counted, then forgotten

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)


class AccessEvent(Base):
    """What happened to an account's ways in, by whom and why."""

    __tablename__ = "access_event"
    __table_args__ = table_args(Index(None, "account_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(String(400), default="")
    by_id: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(Instant)


_OPEN = "state = 'open'"


class Proposal(Base):
    """What one person proposes and others approve; triggers refuse any change but the one decision.

    document: the exact bytes proposed, JSON in UTF-8; digest: their SHA-256; role: in which capacity it was
    proposed; approvers: how many others approve it; result: what came of it, such as the number of a record
    it made; decided_by: NULL where nobody decided in time or the records went on without it.
    """

    __tablename__ = "proposal"
    __table_args__ = table_args(
        CheckConstraint(f"({_OPEN}) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state IN ('open', 'expired', 'overtaken')) = (decided_by IS NULL)", name="decider"),
        CheckConstraint("state <> 'approved' OR decided_by <> proposed_by", name="two"),
        CheckConstraint("state <> 'approved' OR decided_by > 0", name="a_person"),
        CheckConstraint("state <> 'approved' OR decided_at < expires_at", name="in_time"),
        CheckConstraint("state <> 'withdrawn' OR decided_by = proposed_by", name="withdrawn"),
        CheckConstraint("length(subject) > 0", name="subject"),
        CheckConstraint("approvers > 0", name="approvers"),
        UniqueConstraint("id", "proposed_by", "digest"),
        Index(None, "state", "id"),
        Index(None, "state", "expires_at"),
        Index(None, "subject"),
        Index(
            "ux_proposal_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    document: Mapped[str] = mapped_column(Text, info=PERSONAL)
    digest: Mapped[str] = mapped_column(String(64))
    approvers: Mapped[int] = mapped_column(default=1)
    proposed_by: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(12), default="open")
    decided_by: Mapped[int | None] = mapped_column(Key)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_reason: Mapped[str] = mapped_column(String(400), default="")
    result: Mapped[str] = mapped_column(String(80), default="")


class ProposalApproval(Base):
    """One person's approval of exactly this content: never the proposer's, never twice, never taken back."""

    __tablename__ = "proposal_approval"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["proposal_id", "proposed_by", "digest"],
            ["proposal.id", "proposal.proposed_by", "proposal.digest"],
        ),
        CheckConstraint("approved_by <> proposed_by", name="two"),
        CheckConstraint("approved_by > 0", name="a_person"),
        sqlite_with_rowid=False,
    )

    proposal_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    approved_by: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    proposed_by: Mapped[int] = mapped_column(Key)
    digest: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(Instant)


class BreakGlass(Base):
    """One record that somebody opened beyond their role; it stays as it was opened, and is reviewed once.

    record: its number. minutes: for how long; ended_at: when it was ended before that.
    """

    __tablename__ = "break_glass"
    __table_args__ = table_args(
        CheckConstraint("minutes BETWEEN 1 AND 60", name="minutes"),
        CheckConstraint("record <> '' AND words <> '' AND case_number <> ''", name="stated"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed"),
        CheckConstraint("(reviewed_at IS NULL) = (finding = '')", name="found"),
        CheckConstraint("finding IN ('', 'justified', 'not_justified')", name="finding"),
        CheckConstraint("reviewed_by <> opened_by", name="two"),
        Index(None, "opened_by", "record", "ends_at"),
        Index(None, "reviewed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(400), info=PERSONAL)
    purpose: Mapped[str] = mapped_column(String(30))
    case_number: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(30))
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(Key)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    finding: Mapped[str] = mapped_column(String(16), default="")
    review: Mapped[str] = mapped_column(String(400), default="", info=PERSONAL)
    reviewed_by: Mapped[int | None] = mapped_column(Key)
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Base):
    """A bearer token for the API: shown once, kept as SHA-256, with scopes and an end."""

    __tablename__ = "api_token"
    __table_args__ = table_args(Index(None, "account_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[str] = mapped_column(Text)  # May values, separated by spaces
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
