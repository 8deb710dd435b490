"""Rows of the codes on packages: who owns which GS1 prefix, and which numbers were given to which run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class Gs1Party(Base):
    """What GS1 gave a party. prefix: its company prefix; gln: its global location number."""

    __tablename__ = "gs1_party"
    __table_args__ = table_args(
        Index("ux_gs1_party_prefix", "prefix", unique=True),
        Index("ux_gs1_party_gln", "gln", unique=True),
        CheckConstraint("length(prefix) BETWEEN 4 AND 12", name="prefix"),
        CheckConstraint("length(gln) = 13", name="gln"),
        CheckConstraint("prefix IS NOT NULL OR gln IS NOT NULL", name="given"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    prefix: Mapped[str | None] = mapped_column(String(12))
    gln: Mapped[str | None] = mapped_column(String(13))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Gs1Block(Base):
    """Numbers first … last of an issuer, given to the run of packages that begins with number n of a lot.

    issuer: a GTIN-14, whose serial numbers (AI 21) they are, or a company prefix, whose SSCCs (AI 00) they
    are. Triggers keep blocks of one issuer apart and unchanged: no code is ever given twice.
    """

    __tablename__ = "gs1_block"
    __table_args__ = table_args(
        CheckConstraint("0 <= first AND first <= last", name="span"),
        Index("ux_gs1_block_run", "lot_id", "n", unique=True),
        sqlite_with_rowid=False,
    )

    issuer: Mapped[str] = mapped_column(String(14), primary_key=True)
    first: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Key)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    n: Mapped[int]
