"""Rows of the web's own: answers kept under their Idempotency-Key, and how far the log was for whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class KeptAnswer(Base):
    """The answer first given to a request, so that a repeated one has no second effect.

    Written in the transaction of the change itself: either both exist or neither.
    """

    __tablename__ = "kept_answer"
    __table_args__ = table_args(info={"journal": False})  # what it repeats is in the journal already

    account_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 over method, path and body
    status: Mapped[int]
    location: Mapped[str] = mapped_column(String(200), default="")
    etag: Mapped[str] = mapped_column(String(80), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)


class LastWritten(Base):
    """Up to where a replica must have the log before an account reads there; written where there are any.

    account_id: 0 for changes by nobody in particular, such as a sign-in; position: bytes of the log.
    """

    __tablename__ = "last_written"
    __table_args__ = table_args(info={"journal": False})  # it says of a change only that there was one

    account_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
