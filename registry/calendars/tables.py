"""Rows of calendars: which days of the week are free since when, and which days of a year."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class WorkingWeek(Base):
    """Which days are free in each week from a day on, until the next row of the State.

    free_days: ISO numbers of days of the week in their order, "67" for Saturday and Sunday.
    """

    __tablename__ = "working_week"
    __table_args__ = table_args(CheckConstraint("length(free_days) < 7", name="free_days"))

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    begins_on: Mapped[date] = mapped_column(primary_key=True)
    free_days: Mapped[str] = mapped_column(String(6))
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class Holiday(Base):
    """A day on which a State's authorities do not work. withdrawn: why it counts no more, else ""."""

    __tablename__ = "holiday"
    __table_args__ = table_args()

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(200))
    withdrawn: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class CalendarYear(Base):
    """That all holidays of a State's year are on record: without it a deadline in that year is uncertain."""

    __tablename__ = "calendar_year"
    __table_args__ = table_args()

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
