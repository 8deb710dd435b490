"""Rows of retention: terms that laws ask for, and holds on records."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class Term(Base):
    """How long a law has records of a class kept; it is ended, never rewritten."""

    __tablename__ = "retention_term"
    __table_args__ = table_args(
        CheckConstraint("years >= 10", name="years"), CheckConstraint("ends_on >= begins_on", name="days")
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_class: Mapped[str] = mapped_column(String(20))
    counted_from: Mapped[str] = mapped_column(String(20))
    years: Mapped[int]
    law: Mapped[str] = mapped_column(String(120))
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Hold(Base):
    """An order to keep a record, or all records of a case, until it is lifted.

    record_class, record_id: "" and NULL where the order is for a case. ordered_by: the court or authority.
    """

    __tablename__ = "legal_hold"
    __table_args__ = table_args(
        Index(None, "record_class", "record_id"),
        Index(None, "case_number"),
        CheckConstraint("(record_id IS NULL) = (record_class = '')", name="record"),
        CheckConstraint("(record_id IS NULL) = (case_number <> '')", name="subject"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_for = '')", name="lifted"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_class: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int | None] = mapped_column(Key)
    case_number: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(400))
    ordered_by: Mapped[str] = mapped_column(String(200))
    placed_by: Mapped[int] = mapped_column(Key)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    lifted_for: Mapped[str] = mapped_column(String(400), default="")
    lifted_by: Mapped[int | None] = mapped_column(Key)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
