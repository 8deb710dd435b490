"""Rows of marks: the position index, which is derived from the marks and can be made again at any time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Key, table_args


class MarkIndex(Base):
    """The one row of the index. generation: grows whenever blocks are written, so that processes notice."""

    __tablename__ = "mark_index"
    __table_args__ = table_args()

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(Key)


class MarkBlock(Base):
    """Many marks of one length, packed (`shapes.Block`); never changed, and its id never used again."""

    __tablename__ = "mark_block"
    __table_args__ = table_args(sqlite_autoincrement=True)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    length: Mapped[int]
    marks: Mapped[int]
    base: Mapped[int] = mapped_column(Key)
    ids: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[bytes] = mapped_column(LargeBinary)


class MarkChange(Base):
    """A mark that is not in any block as it is now; written by triggers in the transaction of the mark.

    xact: of PostgreSQL, by which a reader knows what was still uncommitted when it looked; 0 on SQLite,
    where rows are committed in the order of seq, which is never used twice.
    """

    __tablename__ = "mark_change"
    __table_args__ = table_args(Index(None, "xact", "seq"), sqlite_autoincrement=True)

    seq: Mapped[int] = mapped_column(Key, primary_key=True)
    xact: Mapped[int] = mapped_column(BigInteger, server_default="0")
    firearm_id: Mapped[int] = mapped_column(Key)
    n: Mapped[int]
