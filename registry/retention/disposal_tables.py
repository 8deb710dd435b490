"""Rows of what was disposed of: each record with the term that was over. They outlive the records."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class RecordsDisposal(Base):
    """Records that two people disposed of together. removed: rows of all tables that went with them."""

    __tablename__ = "records_disposal"
    __table_args__ = table_args(CheckConstraint("proposed_by <> approved_by", name="two_people"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record_class: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400))
    records: Mapped[int]
    removed: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(Key, unique=True)
    proposed_by: Mapped[int] = mapped_column(Key)
    approved_by: Mapped[int] = mapped_column(Key)
    done_at: Mapped[datetime] = mapped_column(Instant)


class DisposedRecord(Base):
    """One record: by which law it was kept, counted from when, until when. The database removes no other.

    kept_until: the last day; n: its place in the disposal.
    """

    __tablename__ = "disposed_record"
    __table_args__ = table_args(
        Index(None, "disposal_id", "n", unique=True),
        CheckConstraint("kept_until >= counted", name="days"),
        sqlite_with_rowid=False,
    )

    record_class: Mapped[str] = mapped_column(String(20), primary_key=True)
    record_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    disposal_id: Mapped[int] = mapped_column(ForeignKey("records_disposal.id"))
    n: Mapped[int]
    law: Mapped[str] = mapped_column(String(120))
    years: Mapped[int]
    counted_from: Mapped[str] = mapped_column(String(20))
    counted: Mapped[date]
    kept_until: Mapped[date]
    removed: Mapped[int]
