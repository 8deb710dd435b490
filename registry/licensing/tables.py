"""Rows of licences. What belongs to one is keyed (licence_id, n).

A line's `drawn` is what shipments took of it; the database lets nobody take more than the line holds.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args

AWAY = text("returned_on IS NULL")


class Licence(Base):
    """One licence from its draft on; what the applicant asks for and what was decided.

    purpose: of a temporary one, "" else. recipient_*: final recipient. direct: the applicant says that
    no other State is passed. zone: IANA zone in which its last day ends; ends_at: that midnight in UTC.
    due_on, due_at_most_on: until when it is to be decided, NULL while an answer is awaited or it is done.
    reason, appeal_until: of a refusal, suspension or revocation. war_material: on the stricter track.
    """

    __tablename__ = "licence"
    __table_args__ = table_args(
        Index(None, "holder_id"),
        Index(None, "recipient_id"),
        *(Index(None, name, "id") for name in ("kind", "export_country", "import_country")),
        Index(None, "state", "due_on"),
        Index(None, "officer_id", "state"),
        Index(None, "purpose", "return_by"),
        Index("ix_licence_away", "return_by", "id", sqlite_where=AWAY, postgresql_where=AWAY),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'under_review', 'information_asked', 'refused', 'withdrawn')"
            " OR (issued_on IS NOT NULL AND ends_at IS NOT NULL AND place <> '' AND expires_on >= starts_on)",
            name="issued",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(20))
    war_material: Mapped[bool] = mapped_column(default=False, server_default=false())
    holder_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    export_country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    import_country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    direct: Mapped[bool] = mapped_column(default=False, server_default=false())
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    recipient_name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    recipient_address: Mapped[str] = mapped_column(String(400), default="", info=PERSONAL)
    end_use: Mapped[str] = mapped_column(String(400), default="")
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    return_by: Mapped[date | None]
    returned_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(120), default="")
    issued_on: Mapped[date | None]
    zone: Mapped[str] = mapped_column(String(40))
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    conditions: Mapped[str] = mapped_column(Text, default="")
    officer_id: Mapped[int | None] = mapped_column(Key)  # account of whoever took it up
    submitted_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_at_most_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(2000), default="")
    appeal_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Line(Base):
    """Goods of one description. authorised: what the import licence allows of it, as verified; used_before:
    how many of those drawn were used before this registry.
    """

    __tablename__ = "licence_line"
    __table_args__ = table_args(
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("drawn BETWEEN 0 AND quantity", name="drawn"),
        CheckConstraint("authorised >= 0", name="authorised"),
        CheckConstraint("used_before BETWEEN 0 AND drawn", name="used_before"),
        sqlite_with_rowid=False,
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    goods: Mapped[str] = mapped_column(String(12))
    hs: Mapped[str] = mapped_column(String(10))
    description: Mapped[str] = mapped_column(String(200))
    calibre: Mapped[str | None] = mapped_column(ForeignKey("calibre.code"))
    quantity: Mapped[int] = mapped_column(Key)
    authorised: Mapped[int | None] = mapped_column(Key)
    drawn: Mapped[int] = mapped_column(Key, default=0, server_default="0")
    used_before: Mapped[int] = mapped_column(Key, default=0, server_default="0")
    war_material: Mapped[bool] = mapped_column(default=False, server_default=false())


class Item(Base):
    """What a line is made of: a firearm or part of one, a span of a lot, or goods not on record here.

    first, last: positions of cartridges, or NULL. serial, maker, country_made: of goods that no record
    here describes yet, as before their import; of a lot its code, its cartridges counted from 0.
    """

    __tablename__ = "licence_item"
    __table_args__ = table_args(
        ForeignKeyConstraint(["licence_id", "line_n"], ["licence_line.licence_id", "licence_line.n"]),
        Index(None, "firearm_id"),
        Index(None, "lot_id"),
        CheckConstraint("first >= 0 AND last >= first", name="span"),
        CheckConstraint(
            "(firearm_id IS NOT NULL AND lot_id IS NULL AND serial = '')"
            " OR (firearm_id IS NULL AND lot_id IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL)"
            " OR (firearm_id IS NULL AND lot_id IS NULL AND serial <> '')",
            name="what",
        ),
        sqlite_with_rowid=False,
    )

    licence_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    firearm_id: Mapped[int | None] = mapped_column(ForeignKey("firearm.id"))
    component_n: Mapped[int | None]
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    first: Mapped[int | None] = mapped_column(Key)
    last: Mapped[int | None] = mapped_column(Key)
    serial: Mapped[str] = mapped_column(String(64), default="")
    maker: Mapped[str] = mapped_column(String(120), default="")
    country_made: Mapped[str | None] = mapped_column(ForeignKey("state.code"))


class Transit(Base):
    """A State on the way, in the order of the way, and what it said. informed_on: FP 10(3).

    asked_message: our signed notice to it; message, message_sha256: its signed answer. "" where it was paper.
    """

    __tablename__ = "licence_transit"
    __table_args__ = table_args(
        Index("ux_licence_transit_country", "licence_id", "country", unique=True), sqlite_with_rowid=False
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    answer: Mapped[str] = mapped_column(String(16), default="not_asked")
    asked_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(120), default="")  # of the notice or agreement
    valid_until: Mapped[date | None]
    informed_on: Mapped[date | None]
    asked_message: Mapped[str] = mapped_column(String(36), default="", server_default="")
    message: Mapped[str] = mapped_column(String(36), default="", server_default="")
    message_sha256: Mapped[str] = mapped_column(String(43), default="", server_default="")


class Participant(Base):
    """Somebody between holder and final recipient."""

    __tablename__ = "licence_participant"
    __table_args__ = table_args(sqlite_with_rowid=False)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    address: Mapped[str] = mapped_column(String(400), default="", info=PERSONAL)
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))


class ImportLicence(Base):
    """The importing State's licence as told, and how, when and by whom it was verified with that State.

    asked_message: our signed question; message, message_sha256: the signed answer, "" where it was paper.
    denied: how it stands at its issuer, by signed message, where that is not in force; "" else.
    """

    __tablename__ = "licence_import"
    __table_args__ = table_args(
        CheckConstraint("expires_on >= issued_on", name="validity"),
        CheckConstraint("(verified_on IS NULL) = (verified_how = '')", name="verified"),
        CheckConstraint("denied = '' OR (verified_on IS NULL AND message <> '')", name="denied"),
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(80))
    authority: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    verified_on: Mapped[date | None]
    verified_by: Mapped[int | None] = mapped_column(Key)
    verified_how: Mapped[str] = mapped_column(String(200), default="")
    asked_message: Mapped[str] = mapped_column(String(36), default="", server_default="")
    message: Mapped[str] = mapped_column(String(36), default="", server_default="")
    message_sha256: Mapped[str] = mapped_column(String(43), default="", server_default="")
    denied: Mapped[str] = mapped_column(String(20), default="", server_default="")


class EndUserCertificate(Base):
    """The assurance of the end user (OSCE, MOSAIC 03.21), and how it was found to be genuine."""

    __tablename__ = "licence_end_user"
    __table_args__ = table_args(
        CheckConstraint("(verified_on IS NULL) = (verified_how = '')", name="verified")
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(80))
    contract: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    end_user: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    address: Mapped[str] = mapped_column(String(400), info=PERSONAL)
    signed_by: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    position: Mapped[str] = mapped_column(String(120), default="")
    end_use: Mapped[str] = mapped_column(String(400))
    certified_by: Mapped[str] = mapped_column(String(200), default="")  # authority of the final country
    no_re_export: Mapped[bool] = mapped_column(default=False, server_default=false())
    delivery_verification: Mapped[bool] = mapped_column(default=False, server_default=false())
    verified_on: Mapped[date | None]
    verified_by: Mapped[int | None] = mapped_column(Key)
    verified_how: Mapped[str] = mapped_column(String(200), default="")


class Check(Base):
    """An answer to a question of the assessment, as last given."""

    __tablename__ = "licence_check"
    __table_args__ = table_args(sqlite_with_rowid=False)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    answer: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(1000), default="")
    source: Mapped[str] = mapped_column(String(200))
    answered_by: Mapped[int] = mapped_column(Key)
    answered_at: Mapped[datetime] = mapped_column(Instant)


class Evidence(Base):
    """A document of the case. sha256: of the file that was shown, hexadecimal, "" without a file."""

    __tablename__ = "licence_evidence"
    __table_args__ = table_args(
        Index(None, "number"),
        Index("ix_licence_evidence_folded", text("lower(replace(number, ' ', ''))")),
        CheckConstraint("length(sha256) IN (0, 64)", name="sha256"),
        sqlite_with_rowid=False,
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[str] = mapped_column(String(80))
    issued_by: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    added_by: Mapped[int] = mapped_column(Key)
    added_at: Mapped[datetime] = mapped_column(Instant)


class Letter(Base):
    """Correspondence. country: the State it went to or came from, NULL for the applicant and for notes.

    due_on: until when an answer is asked. shown: whether the applicant sees it.
    """

    __tablename__ = "licence_letter"
    __table_args__ = table_args(sqlite_with_rowid=False)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24))
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    text: Mapped[str] = mapped_column(String(4000), info=PERSONAL)
    due_on: Mapped[date | None]
    shown: Mapped[bool]
    written_by: Mapped[int] = mapped_column(Key)
    written_at: Mapped[datetime] = mapped_column(Instant)


class BrokeredDelivery(Base):
    """What went from one State to another under a licence of brokering, as its broker reports it.

    export_licence: of the State it left; proof: of delivery.
    """

    __tablename__ = "brokered_delivery"
    __table_args__ = table_args(
        CheckConstraint("arrived_on >= departed_on", name="days"),
        CheckConstraint("export_licence <> '' AND proof <> ''", name="papers"),
        sqlite_with_rowid=False,
    )

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    departed_on: Mapped[date]
    arrived_on: Mapped[date]
    export_licence: Mapped[str] = mapped_column(String(80))
    proof: Mapped[str] = mapped_column(String(120))
    carrier: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    told_at: Mapped[datetime] = mapped_column(Instant)
    told_by: Mapped[int] = mapped_column(Key)


class BrokeredLine(Base):
    """How much of a line was delivered; the database counts the licence down by it."""

    __tablename__ = "brokered_line"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["licence_id", "delivery_n"], ["brokered_delivery.licence_id", "brokered_delivery.n"]
        ),
        ForeignKeyConstraint(["licence_id", "line_n"], ["licence_line.licence_id", "licence_line.n"]),
        CheckConstraint("quantity > 0", name="quantity"),
        sqlite_with_rowid=False,
    )

    licence_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    delivery_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quantity: Mapped[int] = mapped_column(Key)


class Event(Base):
    """A move of its life: what, from which state to which, who, when and why."""

    __tablename__ = "licence_event"
    __table_args__ = table_args(sqlite_with_rowid=False)

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    move: Mapped[str] = mapped_column(String(20))
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(2000), default="")
    changed: Mapped[str] = mapped_column(Text, default="")  # JSON: [[field, before, after], …]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    role: Mapped[str] = mapped_column(String(30))


class Embargo(Base):
    """A State to or from which nothing may go between two days; ended, never rewritten.

    goods: "" all, else the kind of goods. war_only: war material alone is meant.
    """

    __tablename__ = "embargo"
    __table_args__ = table_args(Index(None, "country"), CheckConstraint("ends_on >= begins_on", name="days"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    goods: Mapped[str] = mapped_column(String(12), default="")
    war_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Term(Base):
    """A time that the law sets, between two days. country: the State it is for, NULL for all."""

    __tablename__ = "licensing_term"
    __table_args__ = table_args(
        CheckConstraint("days > 0", name="days"), CheckConstraint("ends_on >= begins_on", name="in_force")
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    days: Mapped[int]
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Authorisation(Base):
    """That somebody may trade: in which activity, from when to when, and whether in war material."""

    __tablename__ = "trade_authorisation"
    __table_args__ = table_args(Index(None, "party_id"), CheckConstraint("ends_on >= begins_on", name="days"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    activity: Mapped[str] = mapped_column(String(12))
    war_material: Mapped[bool] = mapped_column(default=False, server_default=false())
    number: Mapped[str] = mapped_column(String(80))
    authority: Mapped[str] = mapped_column(String(200))
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)
