"""Rows of access: accounts, sign-ins, bearer tokens. Secrets are kept as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Account(Base):
    """A person who signs in, in one role; a trader's account belongs to a party."""

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
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class SignIn(Base):
    """A session: the cookie holds a random token, the row its SHA-256."""

    __tablename__ = "sign_in"
    # a session comes and goes with each visit: the ledger says who signed in, not the token
    __table_args__ = table_args(Index(None, "account_id"), info={"journal": False})

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


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
