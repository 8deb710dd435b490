"""Rows of firearms. What belongs to a firearm is keyed (firearm_id, n), so that a trace reads neighbours.

The identity at manufacture (maker, country, serial, model, year) is deliberately not unique: claims to
the same identity are conflicts that a supervisor settles (`IdentityConflict`).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

SOUGHT = ("type", "model", "calibre", "country_made", "status")
SUPERSEDED = text("superseded_by IS NOT NULL")


class Firearm(Base):
    """One firearm. `holder_id`, `status` and `steps` repeat the end of its chain of custody.

    status: the kind of the last custody step, "" before the first. superseded_by: the record that a
    supervisor decided is the same firearm. out_of_scope: why FP art. 3(a) does not cover it, "" if it does.
    deactivation_id: the verified deactivation whose certificate it has (FP art. 9), None while it is live.
    """

    __tablename__ = "firearm"
    __table_args__ = table_args(
        Index(None, "maker_id", "id"),
        Index(None, "holder_id", "id"),
        *(Index(None, name, "id") for name in SOUGHT),
        Index("ix_firearm_year", text("coalesce(year_made, 0)"), "id"),
        Index(None, "superseded_by", sqlite_where=SUPERSEDED, postgresql_where=SUPERSEDED),
        CheckConstraint("year_made BETWEEN 1300 AND 2200", name="year_made"),
        CheckConstraint("superseded_by <> id", name="superseded_by"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    maker_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    model: Mapped[str] = mapped_column(String(80), default="")
    calibre: Mapped[str] = mapped_column(ForeignKey("calibre.code"))
    calibre_text: Mapped[str] = mapped_column(String(80))  # as marked or typed
    country_made: Mapped[str] = mapped_column(ForeignKey("state.code"))
    year_made: Mapped[int | None]
    out_of_scope: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    marks: Mapped[int] = mapped_column(default=0)
    components: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    superseded_by: Mapped[int | None] = mapped_column(Key)
    deactivation_id: Mapped[int | None] = mapped_column(Key)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Component(Base):
    """A part of a firearm that can carry marks of its own (FP art. 3(b))."""

    __tablename__ = "component"
    __table_args__ = table_args(sqlite_with_rowid=False)

    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(String(120), default="")


class Mark(Base):
    """A mark as it was seen. `key` is its normal form, `folded` that with look-alikes made one.

    component_n: the part that bears it, NULL when only the firearm as a whole is known.
    """

    __tablename__ = "mark"
    __table_args__ = table_args(
        Index(None, "key", "firearm_id", "n"),
        Index(None, "folded", "firearm_id", "n"),
        CheckConstraint("height_um > 0", name="height_um"),
        CheckConstraint("depth_um > 0", name="depth_um"),
        sqlite_with_rowid=False,
    )

    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(String(64))
    symbols: Mapped[str] = mapped_column(String(120), default="")  # names separated by spaces
    key: Mapped[str] = mapped_column(String(64, collation="C").with_variant(String(64), "sqlite"))
    folded: Mapped[str] = mapped_column(String(64, collation="C").with_variant(String(64), "sqlite"))
    component_n: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(80), default="")  # where on the firearm
    technique: Mapped[str] = mapped_column(String(20), default="unknown")
    height_um: Mapped[int | None]  # of the characters, in micrometres
    depth_um: Mapped[int | None]
    condition: Mapped[str] = mapped_column(String(20), default="intact")
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    year: Mapped[int | None]
    marked_on: Mapped[date | None]
    marked_by: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)


GIVEN = text("from_id IS NOT NULL")


class Custody(Base):
    """One step of the chain of custody. The order of the chain is (happened_on, n).

    temporary: imported for a time and a lawful purpose, so that no mark of import is asked (FP 8(1)(b)).
    """

    __tablename__ = "custody"
    __table_args__ = table_args(
        Index(None, "to_id", "firearm_id"),
        Index("ix_custody_given", "from_id", sqlite_where=GIVEN, postgresql_where=GIVEN),
        sqlite_with_rowid=False,
    )

    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    place: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))  # imported from, exported to
    document_kind: Mapped[str] = mapped_column(String(30), default="")
    document_number: Mapped[str] = mapped_column(String(80), default="")
    temporary: Mapped[bool] = mapped_column(default=False, server_default=false())
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator


class Correction(Base):
    """Why a record was corrected, by whom and when; `version` is the one it led to."""

    __tablename__ = "firearm_correction"
    __table_args__ = table_args(sqlite_with_rowid=False)

    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(400))
    changed: Mapped[str] = mapped_column(Text)  # JSON: [[field, before, after], …]
    changed_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    changed_at: Mapped[datetime] = mapped_column(Instant)


class IdentityConflict(Base):
    """Two records that claim the same identity; both live until a supervisor decides."""

    __tablename__ = "identity_conflict"
    __table_args__ = table_args(
        Index(None, "decision", "id"),
        Index(None, "firearm_id"),
        Index(None, "other_id"),
        CheckConstraint("firearm_id < other_id", name="pair"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    decided_by: Mapped[int | None] = mapped_column(Key)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
