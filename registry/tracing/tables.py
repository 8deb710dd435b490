"""Rows of tracing: each question that was asked, by whom and why, with the answer given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Trace(Base):
    """A question and its answer as they were at that moment, for the report a court reads.

    question, answer: JSON as it went over the API.
    """

    __tablename__ = "trace"
    __table_args__ = table_args(Index(None, "asked_by", "id"), Index(None, "case_number"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, info=PERSONAL)
    outcome: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
    purpose: Mapped[str] = mapped_column(String(30))
    case_number: Mapped[str] = mapped_column(String(80))
    request_id: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(Instant)
