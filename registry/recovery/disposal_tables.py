"""Rows of disposal: batches with what authorized them, who saw them end, and what was in them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Disposal(Base):
    """A batch that is disposed of together. grams: NULL while it is not done, or where nobody weighed it."""

    __tablename__ = "disposal"
    __table_args__ = table_args(
        Index(None, "state", "id"),
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint(
            "kind = 'destruction' OR (authorization_number <> '' AND recipient_id IS NOT NULL)",
            name="authorized",
        ),
        CheckConstraint("proposed_by <> approved_by", name="two_people"),
        CheckConstraint("state <> 'done' OR (approved_by IS NOT NULL AND done_on IS NOT NULL)", name="done"),
        CheckConstraint("state <> 'done' OR kind <> 'destruction' OR grams IS NOT NULL", name="weighed"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20))
    method_note: Mapped[str] = mapped_column(String(400))
    place: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(400))
    authorization_number: Mapped[str] = mapped_column(String(80))
    authorized_by: Mapped[str] = mapped_column(String(200))
    authorized_on: Mapped[date | None]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    items: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(Key)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    done_on: Mapped[date | None]
    done_by: Mapped[int | None] = mapped_column(Key)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    grams: Mapped[int | None] = mapped_column(Key)
    note: Mapped[str] = mapped_column(String(400))
    version: Mapped[int] = mapped_column(default=1)


class DisposalItem(Base):
    """What is in a batch: an item is in one at most, so that nothing ends twice."""

    __tablename__ = "disposal_item"
    __table_args__ = table_args(Index(None, "disposal_id"), sqlite_with_rowid=False)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("recovered_item.id"), primary_key=True, autoincrement=False
    )
    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"))


class Witness(Base):
    """Somebody who saw a batch end, and in which capacity."""

    __tablename__ = "disposal_witness"
    __table_args__ = table_args(sqlite_with_rowid=False)

    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    capacity: Mapped[str] = mapped_column(String(120))
