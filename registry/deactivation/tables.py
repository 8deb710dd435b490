"""Rows of deactivations. What belongs to one is keyed (deactivation_id, n)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

UNDER_WAY = text("state NOT IN ('withdrawn', 'annulled')")


class VerifyingBody(Base):
    """Who may verify deactivations, since when and until when."""

    __tablename__ = "verifying_body"
    __table_args__ = table_args(
        CheckConstraint("(revoked_on IS NULL) = (revoked_for = '')", name="revoked"),
        CheckConstraint("revoked_on >= authorized_on", name="term"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    symbol: Mapped[str] = mapped_column(String(8), unique=True)
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    authorized_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    revoked_on: Mapped[date | None]
    revoked_for: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Deactivation(Base):
    """One deactivation of a firearm. A firearm has at most one that is not withdrawn or annulled.

    rounds: how often work was reported; body_id: who inspected last. mark_n: its mark on the firearm.
    """

    __tablename__ = "deactivation"
    __table_args__ = table_args(
        Index(None, "state", "id"),
        Index(None, "body_id"),
        Index(None, "applicant_id"),
        Index(None, "done_by_id"),
        Index(
            "ux_deactivation_under_way",
            "firearm_id",
            unique=True,
            sqlite_where=UNDER_WAY,
            postgresql_where=UNDER_WAY,
        ),
        CheckConstraint("(state IN ('verified', 'annulled')) = (verified_on IS NOT NULL)", name="verified"),
        CheckConstraint("(state IN ('withdrawn', 'annulled')) = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint("body_id <> done_by_id", name="another_body"),
        CheckConstraint("state <> 'verified' OR approved_by <> proposed_by", name="two"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    firearm_id: Mapped[int] = mapped_column(ForeignKey("firearm.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    applied_on: Mapped[date]
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))  # who held it
    done_by_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    done_on: Mapped[date | None]
    rounds: Mapped[int] = mapped_column(default=0)
    inspections: Mapped[int] = mapped_column(default=0)
    photographs: Mapped[int] = mapped_column(default=0)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("verifying_body.party_id"))
    mark_form: Mapped[str] = mapped_column(String(16), default="")
    mark_n: Mapped[int | None]
    verified_on: Mapped[date | None]
    proposed_by: Mapped[int | None] = mapped_column(Key)
    approved_by: Mapped[int | None] = mapped_column(Key)
    ended_on: Mapped[date | None]
    ended_for: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class DeactivationMeasure(Base):
    """What was done to a part, in which round of work."""

    __tablename__ = "deactivation_measure"
    __table_args__ = table_args(sqlite_with_rowid=False)

    deactivation_id: Mapped[int] = mapped_column(
        ForeignKey("deactivation.id"), primary_key=True, autoincrement=False
    )
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(30))
    measure: Mapped[str] = mapped_column(String(52))
    remark: Mapped[str] = mapped_column(String(400), default="")


class DeactivationInspection(Base):
    """An inspection of a round of work."""

    __tablename__ = "deactivation_inspection"
    __table_args__ = table_args(sqlite_with_rowid=False)

    deactivation_id: Mapped[int] = mapped_column(
        ForeignKey("deactivation.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round: Mapped[int]
    body_id: Mapped[int] = mapped_column(ForeignKey("verifying_body.party_id"))
    inspector: Mapped[str] = mapped_column(String(120))
    inspected_on: Mapped[date]
    passed: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class DeactivationResult(Base):
    """What an inspection found of a part: the three things that FP art. 9(a) asks."""

    __tablename__ = "deactivation_result"
    __table_args__ = table_args(sqlite_with_rowid=False)

    deactivation_id: Mapped[int] = mapped_column(
        ForeignKey("deactivation.id"), primary_key=True, autoincrement=False
    )
    inspection: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(30), primary_key=True)
    inoperable: Mapped[bool]
    not_removable: Mapped[bool]
    not_modifiable: Mapped[bool]
    remark: Mapped[str] = mapped_column(String(400), default="")


class DeactivationPhotograph(Base):
    """A photograph of a deactivation; digest: SHA-256 of the picture that is kept."""

    __tablename__ = "deactivation_photograph"
    __table_args__ = table_args(
        CheckConstraint("length(digest) = 32", name="digest"), sqlite_with_rowid=False
    )

    deactivation_id: Mapped[int] = mapped_column(
        ForeignKey("deactivation.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    caption: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class Photograph(Base):
    """A picture by the digest of its bytes, which the ledger has from whoever shows it; kept once."""

    __tablename__ = "photograph"
    __table_args__ = table_args(
        CheckConstraint("length(digest) = 32", name="digest"), info={"journal": False}
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)  # JPEG


class DeactivationIncident(Base):
    """A deactivated firearm that was recovered, or handed on as if it were live."""

    __tablename__ = "deactivation_incident"
    __table_args__ = table_args(
        Index(None, "outcome", "id"),
        CheckConstraint("(decided_at IS NULL) = (outcome = '')", name="decided"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    deactivation_id: Mapped[int] = mapped_column(ForeignKey("deactivation.id"), index=True)
    custody_n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    raised_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    decided_by: Mapped[int | None] = mapped_column(Key)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
