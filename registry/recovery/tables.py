"""Rows of recovery: campaigns and their posts, what was recovered, and the chain of evidence.

What the public handed in stays apart from who handed it in: name and document are personal data, and a
campaign may allow that nobody is asked for them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args


class Campaign(Base):
    """An amnesty or a drive to collect firearms. target: items, NULL where none was set."""

    __tablename__ = "campaign"
    __table_args__ = table_args(CheckConstraint("ends_on >= starts_on", name="days"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    legal_basis: Mapped[str] = mapped_column(String(200))
    agency_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    anonymous: Mapped[bool]
    traced: Mapped[bool]
    target: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Post(Base):
    """A place where a campaign takes firearms."""

    __tablename__ = "campaign_post"
    __table_args__ = table_args()

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120))
    target: Mapped[int | None]


OPEN = text("firearm_id IS NULL")


class Recovery(Base):
    """One occasion: what one person handed in, or what was seized or found together."""

    __tablename__ = "recovery"
    __table_args__ = table_args(
        Index(None, "campaign_id", "id"),
        Index(None, "recorded_by", "id"),
        Index(None, "case_number", "id"),
        Index(None, "recovered_on", "id"),
        Index(None, "kind", "id"),
        CheckConstraint("(campaign_id IS NULL) = (post_n IS NULL)", name="post"),
        CheckConstraint("NOT anonymous OR (person_name = '' AND person_document = '')", name="anonymous"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    recovered_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(120))
    circumstances: Mapped[str] = mapped_column(String(2000), default="")
    case_number: Mapped[str] = mapped_column(String(80), default="")
    agency_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    post_n: Mapped[int | None]
    anonymous: Mapped[bool]
    person_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    person_document: Mapped[str] = mapped_column(String(80), info=PERSONAL)
    items: Mapped[int]
    recorded_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Item(Base):
    """One thing recovered. `custodian_id`, `handover_id` and `steps` repeat the end of its evidence chain.

    key: the normal form of its mark as read, to find it again; numbered: whether it bears the number the
    authority gave it; custody_n: the step of the matched firearm's chain; held_for: why it must stay.
    """

    __tablename__ = "recovered_item"
    __table_args__ = table_args(
        Index(None, "recovery_id", "n", unique=True),
        Index(None, "key"),
        Index(None, "custodian_id", "id"),
        Index(
            "ux_recovered_item_firearm",
            "firearm_id",
            unique=True,
            sqlite_where=text("state = 'in_evidence'"),
            postgresql_where=text("state = 'in_evidence'"),
        ),
        Index(None, "firearm_id"),
        Index(None, "trace_id"),
        Index("ix_recovered_item_undecided", "outcome", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("kind <> 'firearm' OR quantity = 1", name="one_firearm"),
        CheckConstraint("state = 'in_evidence' OR handover_id IS NULL", name="handover"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    recovery_id: Mapped[int] = mapped_column(ForeignKey("recovery.id"))
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(20))
    maker: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(80))
    calibre: Mapped[str] = mapped_column(String(80))
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    mark: Mapped[str] = mapped_column(String(128))
    key: Mapped[str] = mapped_column(String(64, collation="C").with_variant(String(64), "sqlite"))
    mark_condition: Mapped[str] = mapped_column(String(20))
    condition: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int]
    bag: Mapped[str | None] = mapped_column(String(40), unique=True)
    note: Mapped[str] = mapped_column(String(400))
    numbered: Mapped[bool]
    trace_id: Mapped[int | None] = mapped_column(ForeignKey("trace.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(12))
    firearm_id: Mapped[int | None] = mapped_column(ForeignKey("firearm.id"))
    custody_n: Mapped[int | None]
    held_for: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(20))
    custodian_id: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handover.id"))
    steps: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class ItemOrigin(Base):
    """What a competent authority established of an item's origin, where no trace did. source: who says so."""

    __tablename__ = "item_origin"
    __table_args__ = table_args(CheckConstraint("length(origin) > 0 AND length(source) > 0", name="told"))

    item_id: Mapped[int] = mapped_column(
        ForeignKey("recovered_item.id"), primary_key=True, autoincrement=False
    )
    basis: Mapped[str] = mapped_column(String(20))
    established_on: Mapped[date]
    origin: Mapped[str] = mapped_column(String(400))
    source: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Handover(Base):
    """Evidence offered by one person to another, who has not signed for it, or has, or did not want to.

    given_in, decided_in: the sign-ins in which each showed who they are, which is how they sign.
    """

    __tablename__ = "handover"
    __table_args__ = table_args(
        Index(None, "taker_id", "state", "id"),
        Index(None, "giver_id", "state", "id"),
        CheckConstraint("giver_id <> taker_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    giver_id: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    taker_id: Mapped[int] = mapped_column(Key)
    purpose: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(400))
    items: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(400))
    offered_at: Mapped[datetime] = mapped_column(Instant)
    given_in: Mapped[int] = mapped_column(Key)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_in: Mapped[int | None] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class HandoverItem(Base):
    """What a hand-over is about."""

    __tablename__ = "handover_item"
    __table_args__ = table_args(Index(None, "item_id"), sqlite_with_rowid=False)

    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("recovered_item.id"), primary_key=True, autoincrement=False
    )


class EvidenceStep(Base):
    """One link of the chain of evidence; never changed, never removed: the database refuses both.

    digest: SHA-256 over the digest before and what this link says.
    """

    __tablename__ = "evidence_step"
    __table_args__ = table_args(
        CheckConstraint("(n = 1) = (giver_id IS NULL)", name="first"), sqlite_with_rowid=False
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("recovered_item.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    giver_id: Mapped[int | None] = mapped_column(Key)
    taker_id: Mapped[int] = mapped_column(Key)
    given_at: Mapped[datetime] = mapped_column(Instant)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    purpose: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(120))
    bag: Mapped[str] = mapped_column(String(40))
    intact: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
