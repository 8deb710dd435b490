"""Rows of records that a company handed over when it closed, and where they have been kept since."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class ReceivedRecords(Base):
    """One book, box or file of a company's own records. steps: how many there are of its custody."""

    __tablename__ = "received_records"
    __table_args__ = table_args(
        Index(None, "party_id", "id"),
        CheckConstraint("first_on <= last_on AND last_on <= received_on", name="days"),
        CheckConstraint("entries > 0", name="entries"),
        CheckConstraint("digest = '' OR length(digest) = 64", name="digest"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    closed_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(String(400))
    first_on: Mapped[date]
    last_on: Mapped[date]
    entries: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    giver: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    kept_at: Mapped[str] = mapped_column(String(200))
    received_on: Mapped[date]
    received_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    received_at: Mapped[datetime] = mapped_column(Instant)
    steps: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class ReceivedStep(Base):
    """Where they were kept from a day on; never changed, never removed: the database refuses both."""

    __tablename__ = "received_step"
    __table_args__ = table_args(sqlite_with_rowid=False)

    received_id: Mapped[int] = mapped_column(
        ForeignKey("received_records.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kept_at: Mapped[str] = mapped_column(String(200))
    moved_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(400))
    moved_by: Mapped[int] = mapped_column(Key)
    moved_at: Mapped[datetime] = mapped_column(Instant)
