"""Rows of marks: patterns of serials that the authority adds, and the position index.

The index is derived from the marks and can be made again at any time.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

DERIVED = {"journal": False}  # made of marks, which are journaled


class MarkRuleRow(Base):
    """A pattern of serials that the authority knows of (`catalogue.MarkRule`); withdrawn, never removed."""

    __tablename__ = "mark_rule"
    __table_args__ = table_args(CheckConstraint("first_year <= last_year", name="years"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    maker: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    pattern: Mapped[str] = mapped_column(String(80))
    model: Mapped[str] = mapped_column(String(80), default="")
    symbol: Mapped[str] = mapped_column(String(30), default="")
    first_year: Mapped[int | None]
    last_year: Mapped[int | None]
    tells: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    added_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(Key)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_for: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)


class MarkIndex(Base):
    """The one row of the index. generation: grows whenever blocks are written, so that processes notice."""

    __tablename__ = "mark_index"
    __table_args__ = table_args(info=DERIVED)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(Key)


class MarkBlock(Base):
    """Many marks of one length, packed (`packing.Block`); never changed, and its id never used again."""

    __tablename__ = "mark_block"
    __table_args__ = table_args(sqlite_autoincrement=True, info=DERIVED)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    length: Mapped[int]
    marks: Mapped[int]
    base: Mapped[int] = mapped_column(Key)
    ids: Mapped[bytes] = mapped_column(LargeBinary)
    planes: Mapped[bytes] = mapped_column(LargeBinary)


class MarkChange(Base):
    """A mark that is not in any block as it is now; written by triggers in the transaction of the mark.

    xact: of PostgreSQL, by which a reader knows what was still uncommitted when it looked; 0 on SQLite,
    where rows are committed in the order of seq, which is never used twice.
    """

    __tablename__ = "mark_change"
    __table_args__ = table_args(Index(None, "xact", "seq"), sqlite_autoincrement=True, info=DERIVED)

    seq: Mapped[int] = mapped_column(Key, primary_key=True)
    xact: Mapped[int] = mapped_column(BigInteger, server_default="0")
    firearm_id: Mapped[int] = mapped_column(Key)
    n: Mapped[int]
