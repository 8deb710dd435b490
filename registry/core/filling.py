"""What rows of an earlier version lack is filled some rows at a time, and once for all.

How far that went is kept, so that a filling that was broken off goes on from there, and one that has ended
costs nothing when the registry is set up again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.database import Base, Key, table_args
from registry.core.work import Work


class Filling(Base):
    """How far one filling went. last: the number of the last row that was looked at."""

    __tablename__ = "filling"
    __table_args__ = table_args(info={"journal": False})  # what it fills is in the journal where that belongs

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Key, default=0)
    ended: Mapped[bool] = mapped_column(default=False)


Some: TypeAlias = Callable[[Work, int], int | None]
"""Fills some rows after a number; the number of the last one it looked at, None where there are no more."""


def fill(
    begin: Callable[[], AbstractContextManager[Work]], name: str, some: Some, for_good: bool = True
) -> None:
    """Fill to the end, unless that was done before.

    for_good: whether nobody writes rows any more that lack it; else all are looked at again the next time.
    """
    more = True
    while more:
        with begin() as work:
            more = _filled(work, name, some, for_good)


def _filled(work: Work, name: str, some: Some, for_good: bool) -> bool:
    """Whether there is more to fill after this."""
    row = work.session.get(Filling, name)
    if row is None:
        row = Filling(name=name, last=0, ended=False)
        work.session.add(row)
    if row.ended:
        return False
    last = some(work, row.last)
    row.last, row.ended = (0, for_good) if last is None else (last, False)
    work.session.flush()
    return last is not None


def left_after(session: Session, name: str) -> int | None:
    """After which row a filling has still to look; None where it has ended."""
    row = session.get(Filling, name)
    if row is None:
        return 0
    return None if row.ended else row.last
