"""Rows of the directory of authorities: what officers entered of each State, and when that is old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class AuthorityEntry(Base):
    """What was entered of a State's authority, or checked and found still right; the newest one stands.

    answers, languages, links, public: separated by spaces.
    """

    __tablename__ = "authority_entry"
    __table_args__ = table_args(
        CheckConstraint("n >= 1", name="n"),
        CheckConstraint("kind IN ('entered', 'confirmed')", name="kind"),
        CheckConstraint("source <> ''", name="source"),
    )

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    authority: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(620))
    answers: Mapped[str] = mapped_column(String(200))
    languages: Mapped[str] = mapped_column(String(100))
    requirements: Mapped[str] = mapped_column(String(2000))
    links: Mapped[str] = mapped_column(String(2000))
    public: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(Key)  # account; 0: the operator


class AuthorityTerm(Base):
    """After how many days without a check a card is old; the newest one holds."""

    __tablename__ = "authority_term"
    __table_args__ = table_args(CheckConstraint("days BETWEEN 1 AND 3650", name="days"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    days: Mapped[int]
    reason: Mapped[str] = mapped_column(String(400))
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[int] = mapped_column(Key)
