"""Rows of tracing: each question that was asked, by whom and why, with the answer given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Trace(Base):
    """A question and its answer as they were at that moment, for the report a court reads.

    question, answer: JSON as it went over the API. sentences: those of the answer, with what they were made
    of, to be said in the reader's language.
    """

    __tablename__ = "trace"
    __table_args__ = table_args(
        *(Index(None, name, "id") for name in ("asked_by", "kind", "outcome")), Index(None, "case_number")
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, info=PERSONAL)
    sentences: Mapped[str] = mapped_column(Text, info=PERSONAL, server_default="{}")
    outcome: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
    purpose: Mapped[str] = mapped_column(String(30))
    case_number: Mapped[str] = mapped_column(String(80))
    request_id: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(Instant)


class TraceFirearm(Base):
    """That a trace's answer names a firearm among its candidates; written and removed by triggers of `trace`,
    for those of before them by `filling`.
    """

    __tablename__ = "trace_firearm"
    __table_args__ = table_args(sqlite_with_rowid=False, info={"journal": False})  # made of traces

    firearm_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    trace_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)


class Scene(Base):
    """Cartridges recovered together, and the answer given, kept as that of a trace.

    latitude, longitude: in millionths of a degree, NULL where nobody measured.
    """

    __tablename__ = "scene"
    __table_args__ = table_args(
        Index(None, "recorded_by", "id"),
        Index(None, "case_number", "id"),
        CheckConstraint("latitude BETWEEN -90000000 AND 90000000", name="latitude"),
        CheckConstraint("longitude BETWEEN -180000000 AND 180000000", name="longitude"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_number: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(30))
    found_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(120))
    latitude: Mapped[int | None] = mapped_column(Key)
    longitude: Mapped[int | None] = mapped_column(Key)
    answer: Mapped[str] = mapped_column(Text, info=PERSONAL)
    sentences: Mapped[str] = mapped_column(Text, info=PERSONAL, server_default="{}")
    recorded_by: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class SceneCartridge(Base):
    """What was read on cartridges of a scene that are alike. lot_id: the one lot it leads to, if one."""

    __tablename__ = "scene_cartridge"
    __table_args__ = table_args(Index(None, "lot_id"), CheckConstraint("count > 0", name="count"))

    scene_id: Mapped[int] = mapped_column(ForeignKey("scene.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40))
    maker: Mapped[str] = mapped_column(String(200))
    calibre: Mapped[str] = mapped_column(String(80))
    position: Mapped[int | None] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(12))
    count: Mapped[int]
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    headstamp: Mapped[str] = mapped_column(String(64), default="", server_default="")
