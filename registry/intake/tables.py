"""Rows of intakes. The rows of a file are kept as they were read until it is entered, then taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

UNJOURNALED = {"journal": False}
"""Not in the ledger: what is entered has its own entries, and these rows hold personal data of strangers."""
OFFERED = text("retired_at IS NULL")


class IntakeRun(Base):
    """One file that is brought in.

    kind: what its rows tell of. columns, mapping, constants: JSON of the heading, of field to column, and of
    values for every row. received_id: the records of a company that closed, which the file is a copy of.
    chunks, done: pieces of the file, and how many of them were judged or entered in this state. known: rows
    that an earlier intake, or a line before, brought in already. lost: rows that were good and are wrong when
    they are entered. problem: why it stopped. to_approve: good rows that are entered only once others than
    whoever proposes it approve; approvers: how many of them; approval_id: the proposal that they approved.
    """

    __tablename__ = "intake_run"
    __table_args__ = table_args(
        Index(None, "sha256"),
        Index(None, "state"),
        Index(None, "received_id"),
        CheckConstraint("done BETWEEN 0 AND chunks", name="done"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12), default="firearms", server_default="firearms")
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Key)
    encoding: Mapped[str] = mapped_column(String(20))
    separator: Mapped[str] = mapped_column(String(1))
    sheet: Mapped[str] = mapped_column(String(31), default="", server_default="")
    columns: Mapped[str] = mapped_column(Text)
    mapping: Mapped[str] = mapped_column(Text)
    constants: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(String(20))
    received_id: Mapped[int | None] = mapped_column(ForeignKey("received_records.id"))
    state: Mapped[str] = mapped_column(String(12))
    chunks: Mapped[int]
    done: Mapped[int]
    rows: Mapped[int]
    good: Mapped[int]
    bad: Mapped[int]
    entered: Mapped[int]
    known: Mapped[int]
    doubted: Mapped[int]
    conflicts: Mapped[int]
    lost: Mapped[int]
    problem: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_by: Mapped[int | None] = mapped_column(Key)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[int | None] = mapped_column(Key)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    to_approve: Mapped[int] = mapped_column(default=0, server_default="0")
    approvers: Mapped[int] = mapped_column(default=0, server_default="0")
    approval_id: Mapped[int | None] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class IntakeChunk(Base):
    """Some rows of a file. rows: JSON [[line, [cell, …]], …]."""

    __tablename__ = "intake_chunk"
    __table_args__ = table_args(info=UNJOURNALED, sqlite_with_rowid=False)

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[str] = mapped_column(Text)


class IntakeDigest(Base):
    """Rows of a file that were judged, so that a row that comes twice is known also far behind."""

    __tablename__ = "intake_digest"
    __table_args__ = table_args(info=UNJOURNALED, sqlite_with_rowid=False)

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class IntakeMember(Base):
    """Rows of a file that are one record together, such as a licence with several goods, once judged.

    number, issuer: digests of what the record is known by, "" for none. digest: of the row's cells; told:
    JSON of field to cell. wrong: the line of the first row of its record that is wrong, 0 while none is;
    doubted: whether something in it is in doubt; approvers: as of the intake, by this row alone.
    """

    __tablename__ = "intake_member"
    __table_args__ = table_args(info=UNJOURNALED, sqlite_with_rowid=False)

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issuer: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    told: Mapped[str] = mapped_column(Text)
    wrong: Mapped[int]
    doubted: Mapped[bool]
    approvers: Mapped[int]


class IntakeFault(Base):
    """What is wrong with a cell of a row, so that the row is not entered. reason: a sentence as written."""

    __tablename__ = "intake_fault"
    __table_args__ = table_args(info=UNJOURNALED, sqlite_with_rowid=False)

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(30))
    column: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    suggestion: Mapped[str] = mapped_column(String(200))


class IntakeRow(Base):
    """Which record a row became. digest: of its cells, so that it is entered once; doubts: JSON of
    [field, as it was told, why it is doubted].
    """

    __tablename__ = "intake_row"
    __table_args__ = table_args(
        Index(None, "digest", unique=True),
        Index(None, "firearm_id"),
        info=UNJOURNALED,
        sqlite_with_rowid=False,
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id", ondelete="CASCADE"))
    doubts: Mapped[str] = mapped_column(Text)


class IntakeRecord(Base):
    """Which record a row became that is no firearm's; digest and doubts as of those.

    A sale or packing is (lot_id, n); of a lot, licence, recovery or party its key.
    """

    __tablename__ = "intake_record"
    __table_args__ = table_args(
        Index(None, "digest", unique=True),
        *(Index(None, name) for name in ("party_id", "lot_id", "licence_id", "recovery_id")),
        ForeignKeyConstraint(["lot_id", "sale_n"], ["sale.lot_id", "sale.n"], ondelete="CASCADE"),
        ForeignKeyConstraint(["lot_id", "packing_n"], ["packing.lot_id", "packing.n"], ondelete="CASCADE"),
        info=UNJOURNALED,
        sqlite_with_rowid=False,
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"))
    sale_n: Mapped[int | None]
    packing_n: Mapped[int | None]
    licence_id: Mapped[int | None] = mapped_column(ForeignKey("licence.id", ondelete="CASCADE"))
    recovery_id: Mapped[int | None] = mapped_column(ForeignKey("recovery.id", ondelete="CASCADE"))
    doubts: Mapped[str] = mapped_column(Text)


class IntakeAlias(Base):
    """What a word of old registers stands for, once a person has said so. key: its plain form."""

    __tablename__ = "intake_alias"
    __table_args__ = table_args(sqlite_with_rowid=False)

    field: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(80))
    confirmed_by: Mapped[int] = mapped_column(Key)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)


class IntakeMapping(Base):
    """Which column is which in files of a system, as a person settled it once.

    name: of the system; key: its plain form, which two mappings of a kind never share while they are offered.
    mapping: JSON of field to column.
    """

    __tablename__ = "intake_mapping"
    __table_args__ = table_args(
        Index(
            "ux_intake_mapping_offered",
            "kind",
            "key",
            unique=True,
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        ),
        CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    mapping: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    saved_at: Mapped[datetime] = mapped_column(Instant)
    retired_by: Mapped[int | None] = mapped_column(Key)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
