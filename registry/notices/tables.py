"""Rows of notices and questions between States about licences and shipments, and their course."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args
from schemas.notices_vocabulary import Matter, NoticeState


def _one_of(codes: type[Matter] | type[NoticeState]) -> str:
    return ", ".join(f"'{code.value}'" for code in codes)


ALARM = text("alarm <> ''")


class Notice(Base):
    """A notice or question, ours to another State or theirs to us.

    licence_id: ours that it is about, NULL where none of ours is; shipment_id: ours, or the one of our
    customs that theirs is. thread, jti, sha256: of the message that began it. asked: JSON of its body;
    answer: of the last answer, "" before; answer_seq: its place in its channel, by which an older one that
    comes later is known. their_number: of the licence or shipment there. again_at: when a machine looks at
    it again, NULL for never. looked: how many shipments customs had cleared under the licence when our record
    was last held against it. alarm: why somebody has to look, "" once they have.
    """

    __tablename__ = "state_notice"
    __table_args__ = table_args(
        UniqueConstraint("peer", "thread"),
        Index(None, "direction", "state", "due_at"),
        Index(None, "licence_id"),
        Index(None, "shipment_id"),
        Index(None, "peer", "their_number"),
        Index(None, "again_at"),
        Index("ix_state_notice_alarm", "id", sqlite_where=ALARM, postgresql_where=ALARM),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint(f"matter IN ({_one_of(Matter)})", name="matter"),
        CheckConstraint(f"state IN ({_one_of(NoticeState)})", name="state"),
        CheckConstraint("(answer = '') = (answer_jti = '')", name="answer"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'denied', 'in_part', 'not_yet') OR answer <> ''", name="answered"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    direction: Mapped[str] = mapped_column(String(3))
    matter: Mapped[str] = mapped_column(String(10))
    peer: Mapped[str] = mapped_column(ForeignKey("state.code"))
    state: Mapped[str] = mapped_column(String(10))
    licence_id: Mapped[int | None] = mapped_column(ForeignKey("licence.id"))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"))
    thread: Mapped[str] = mapped_column(String(36))
    jti: Mapped[str] = mapped_column(String(36))
    sha256: Mapped[str] = mapped_column(String(43))
    their_number: Mapped[str] = mapped_column(String(80), default="")
    asked: Mapped[str] = mapped_column(Text, info=PERSONAL)
    answer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    answer_jti: Mapped[str] = mapped_column(String(36), default="")
    answer_sha256: Mapped[str] = mapped_column(String(43), default="")
    answer_seq: Mapped[int] = mapped_column(Key, default=0)
    alarm: Mapped[str] = mapped_column(String(20), default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int] = mapped_column(Key)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    looked: Mapped[int] = mapped_column(default=0)
    again_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class NoticeStep(Base):
    """What was done. by: an account, 0 the machine, below nought the other State.

    effect: of another State's word here. jti, sha256: of the signed message, the evidence; "" of none.
    """

    __tablename__ = "state_notice_step"
    __table_args__ = table_args(Index(None, "jti"))

    notice_id: Mapped[int] = mapped_column(
        ForeignKey("state_notice.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(String(12))
    by: Mapped[int] = mapped_column(Key)
    effect: Mapped[str] = mapped_column(String(10), default="")
    words: Mapped[str] = mapped_column(String(2000), default="")
    jti: Mapped[str] = mapped_column(String(36), default="")
    sha256: Mapped[str] = mapped_column(String(43), default="")
