"""Rows of the journal and of the ledger's log. They are never changed; triggers hold that. Beside them: of
which columns the journal states each table.

An entry is one transaction: who, in which capacity, why, which act. Its changes are written by the
database itself. Its leaves, one or more, are what the Merkle tree is grown from.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

_UNSEQUENCED = text("leaf IS NULL")
NOT_JOURNALED = {"journal": False}


class LedgerEntry(Base):
    """One transaction. tx: PostgreSQL's number of it; leaf: index of its first leaf, on PostgreSQL None
    until the sequencer comes; note: JSON of what else the leaf says (reads, erasures), or empty.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = table_args(
        Index("ix_ledger_entry_tx", "tx", sqlite_where=text("tx IS NOT NULL")),
        Index("ix_ledger_entry_unsequenced", "id", postgresql_where=_UNSEQUENCED, sqlite_where=_UNSEQUENCED),
        Index(None, "actor_id", "id"),
        Index(None, "act", "id"),
        Index(None, "case_number", "id"),
        info=NOT_JOURNALED,
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    tx: Mapped[int | None] = mapped_column(BigInteger)
    leaf: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
    purpose: Mapped[str] = mapped_column(String(40))
    case_number: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)


class LedgerChange(Base):
    """One row inserted (I), updated (U), deleted (D) or, after a migration, stated anew (S).

    The triggers take the entry from its table and no entry with changes is ever removed, so that no foreign
    key needs to look it up for every row once more.
    key: JSON array of the row's key; before, after: JSON of its ordinary columns; salt: 16 bytes or
    more, without which the digest in the leaf cannot be guessed from the values.
    """

    __tablename__ = "ledger_change"
    __table_args__ = table_args(
        Index(None, "entry_id", "id"), Index(None, "subject", "key", "id"), info=NOT_JOURNALED
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    entry_id: Mapped[int] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(String(63))
    op: Mapped[str] = mapped_column(String(1))
    key: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerPersonal(Base):
    """A personal value of a change, apart from the rest so that it can be erased alone.

    name: `before.` or `after.` and the column; value: JSON.
    """

    __tablename__ = "ledger_personal"
    __table_args__ = table_args(info=NOT_JOURNALED)

    change_id: Mapped[int] = mapped_column(Key, ForeignKey("ledger_change.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerLeaf(Base):
    """The exact bytes of a leaf, by its index in the tree from 0."""

    __tablename__ = "ledger_leaf"
    __table_args__ = table_args(Index(None, "entry_id"), info=NOT_JOURNALED)

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Key, ForeignKey("ledger_entry.id"))
    body: Mapped[str] = mapped_column(Text)


class LedgerTile(Base):
    """A full tile of 256 hashes; what lies right of the full ones is computed from the leaves."""

    __tablename__ = "ledger_tile"
    __table_args__ = table_args(info=NOT_JOURNALED)

    level: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerState(Base):
    """How far the tree has grown: one row. peaks: the roots of its perfect subtrees, 32 bytes each."""

    __tablename__ = "ledger_state"
    __table_args__ = table_args(CheckConstraint("id = 1", name="one_row"), info=NOT_JOURNALED)

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerCheckpoint(Base):
    """A signed checkpoint (C2SP) by the size of its tree; witnesses' cosignatures are added to the note."""

    __tablename__ = "ledger_checkpoint"
    __table_args__ = table_args(info=NOT_JOURNALED)

    size: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)


class StatedTable(Base):
    """Which columns of a table its rows have in the journal. columns: names, a space between two; apart:
    those of them that are kept apart.

    An upgrade from before it was there makes it before the first migration: its columns never change.
    """

    __tablename__ = "stated_table"
    __table_args__ = table_args(info=NOT_JOURNALED)

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    columns: Mapped[str] = mapped_column(Text)
    apart: Mapped[str] = mapped_column(Text)
