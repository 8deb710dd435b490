"""Rows of formats, printers, print jobs and printings. Lengths in micrometres."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class LabelMedium(Base):
    """A format of the authority's own, beside those that everyone sells. Of a roll the page is 0."""

    __tablename__ = "label_medium"
    __table_args__ = table_args(
        CheckConstraint("width > 0 AND height > 0 AND columns > 0 AND rows > 0", name="some"),
        sqlite_with_rowid=False,
    )

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    width: Mapped[int]
    height: Mapped[int]
    page_width: Mapped[int]
    page_height: Mapped[int]
    columns: Mapped[int]
    rows: Mapped[int]
    left: Mapped[int]
    top: Mapped[int]
    across: Mapped[int]
    down: Mapped[int]
    created_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    created_at: Mapped[datetime] = mapped_column(Instant)


class LabelPrinter(Base):
    """A printer. right, down: by how much it prints too far left and up; resolution: dots to an inch."""

    __tablename__ = "label_printer"
    __table_args__ = table_args(
        CheckConstraint("resolution IN (203, 300, 600)", name="resolution"), sqlite_with_rowid=False
    )

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(4))
    resolution: Mapped[int]
    right: Mapped[int]
    down: Mapped[int]
    changed_by: Mapped[int] = mapped_column(Key)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class LabelJob(Base):
    """What is to be printed. source: the list it came from, a shipment's number say, or ""; sent: labels that
    went to the printer, from the first on; party_id: the trader whoever made it works for.
    """

    __tablename__ = "label_job"
    __table_args__ = table_args(
        Index(None, "created_by"),
        Index(None, "party_id"),
        CheckConstraint("sent BETWEEN 0 AND labels", name="sent"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    design: Mapped[str] = mapped_column(String(16))
    medium: Mapped[str] = mapped_column(String(40))
    printer: Mapped[str | None] = mapped_column(ForeignKey("label_printer.name"))
    output: Mapped[str] = mapped_column(String(4))
    resolution: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))
    source: Mapped[str] = mapped_column(String(40))
    labels: Mapped[int]
    sent: Mapped[int]
    runs: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    created_by: Mapped[int] = mapped_column(Key)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class LabelItem(Base):
    """A label of a job, by its place from 1. content: JSON of what it says."""

    __tablename__ = "label_item"
    __table_args__ = table_args(sqlite_with_rowid=False)

    job_id: Mapped[int] = mapped_column(ForeignKey("label_job.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(Text)


class LabelRun(Base):
    """One time that labels of a job went to the printer, first to last."""

    __tablename__ = "label_run"
    __table_args__ = table_args(
        CheckConstraint("first BETWEEN 1 AND last", name="span"),
        CheckConstraint("kind <> 'reprint' OR length(reason) > 2", name="reason"),
        sqlite_with_rowid=False,
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("label_job.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    first: Mapped[int]
    last: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    sent_by: Mapped[int] = mapped_column(Key)
    sent_at: Mapped[datetime] = mapped_column(Instant)


class LabelPrinting(Base):
    """One label on paper: its issue is its own, so that two of a number are told apart."""

    __tablename__ = "label_printing"
    __table_args__ = table_args(
        ForeignKeyConstraint(["job_id", "item_n"], ["label_item.job_id", "label_item.n"]),
        ForeignKeyConstraint(["job_id", "run_n"], ["label_run.job_id", "label_run.n"]),
        Index(None, "job_id", "run_n"),
        CheckConstraint("issue > 0", name="issue"),
        sqlite_with_rowid=False,
    )

    number: Mapped[str] = mapped_column(String(60), primary_key=True)
    design: Mapped[str] = mapped_column(String(16), primary_key=True)
    issue: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(Key)
    item_n: Mapped[int]
    run_n: Mapped[int]
