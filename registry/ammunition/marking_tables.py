"""Rows of what stands on cartridges and packages of a lot beside its code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class LotMarking(Base):
    """headstamp: all that stands on the base, as read; the parts as they stand in it.

    ring: the headstamp with look-alikes made one, twice over, since it is round and read from anywhere.
    package: what the smallest package bears, values of MarkedItem separated by spaces. reason: of the last
    correction.
    """

    __tablename__ = "lot_marking"
    __table_args__ = table_args(
        CheckConstraint("(control_mark = '') = (control_country IS NULL)", name="control")
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    headstamp: Mapped[str] = mapped_column(String(64))
    ring: Mapped[str] = mapped_column(String(256, collation="C").with_variant(String(256), "sqlite"))
    maker_mark: Mapped[str] = mapped_column(String(20))
    calibre_mark: Mapped[str] = mapped_column(String(30))
    year_mark: Mapped[str] = mapped_column(String(10))
    country_mark: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    control_mark: Mapped[str] = mapped_column(String(60))
    control_country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    package: Mapped[str] = mapped_column(String(200))
    destination: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(400))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
