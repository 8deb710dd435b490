"""Rows of shipments. What belongs to one is keyed (shipment_id, n).

A `Draw` takes goods out of a line of a licence: triggers count it down and refuse more than the line holds,
on both engines, so that clearances at two offices never exceed the licence whatever the code above does.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args

CANCELLED, ANNOUNCED, CLEARED = 0, 1, 2
"""Stages of an item: what was cancelled may be shipped again, what is announced or cleared may not."""
OPEN = text("stage = 1 AND firearm_id IS NOT NULL")
LIVE = text("stage > 0 AND lot_id IS NULL AND share_first IS NULL")


class CustomsOffice(Base):
    """A customs office at which goods are cleared. code: as UN/LOCODE, such as BRSSZ."""

    __tablename__ = "customs_office"
    __table_args__ = table_args()

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120))
    closed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class CustomsPost(Base):
    """At which office somebody of customs works: they clear there and nowhere else."""

    __tablename__ = "customs_post"
    __table_args__ = table_args()

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    office: Mapped[str] = mapped_column(ForeignKey("customs_office.code"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


AWAITED = text("received_on IS NULL")


class Shipment(Base):
    """Goods that move together under one licence. direction: as our State sees it.

    office: where it is cleared. receipt_due_on: until when proof of receipt is expected, NULL where none is.
    differs: whether what came is not what went. reminded_on: when the other State was last asked.
    receipt_message, receipt_sha256: its signed receipt, "" where it was paper.
    """

    __tablename__ = "shipment"
    __table_args__ = table_args(
        Index(None, "licence_id"),
        Index(None, "office", "state"),
        Index(None, "state", "receipt_due_on"),
        Index(None, "state", "id"),
        Index(None, "expected_on", "id"),
        Index(None, "state", "expected_on", "id"),
        Index("ix_shipment_awaited", "receipt_due_on", "id", sqlite_where=AWAITED, postgresql_where=AWAITED),
        CheckConstraint("(cleared_at IS NULL) = (state IN ('announced', 'cancelled'))", name="cleared"),
        CheckConstraint("received_on >= departed_on", name="received"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"))
    direction: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    office: Mapped[str] = mapped_column(ForeignKey("customs_office.code"))
    carrier: Mapped[str] = mapped_column(String(200), default="")
    waybill: Mapped[str] = mapped_column(String(80), default="")
    expected_on: Mapped[date]
    announced_at: Mapped[datetime] = mapped_column(Instant)
    announced_by: Mapped[int] = mapped_column(Key)
    departed_on: Mapped[date | None]  # or, of what comes in, the day of release
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    cleared_by: Mapped[int | None] = mapped_column(Key)
    seal: Mapped[str] = mapped_column(String(80), default="")
    arrived_on: Mapped[date | None]
    receipt_due_on: Mapped[date | None]
    received_on: Mapped[date | None]
    receipt_reference: Mapped[str] = mapped_column(String(120), default="")
    differs: Mapped[bool] = mapped_column(default=False, server_default=false())
    reminded_on: Mapped[date | None]
    receipt_message: Mapped[str] = mapped_column(String(36), default="", server_default="")
    receipt_sha256: Mapped[str] = mapped_column(String(43), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)


class ShipmentLine(Base):
    """How much of a line of the licence is in the shipment. received: what the other side counted.

    counted: by customs, of the parts that bear no serial, which no label tells apart.
    """

    __tablename__ = "shipment_line"
    __table_args__ = table_args(
        ForeignKeyConstraint(["licence_id", "line_n"], ["licence_line.licence_id", "licence_line.n"]),
        Index(None, "licence_id", "line_n"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received >= 0", name="received"),
        sqlite_with_rowid=False,
    )

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    line_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    licence_id: Mapped[int] = mapped_column(Key)
    quantity: Mapped[int] = mapped_column(Key)
    received: Mapped[int | None] = mapped_column(Key)
    counted: Mapped[int | None] = mapped_column(Key)


class ShipmentItem(Base):
    """A firearm, part, span or serial in a shipment. licence_item: which one of the licence's line it is.

    component_n: 0 for the firearm itself. firearm_id: of what comes in, the record of it, where there is one.
    share_first, share_last: of a lot that is not on record, which of the cartridges that the licence names;
    lot_id, first, last: the record that clearance made of them.
    """

    __tablename__ = "shipment_item"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["shipment_id", "line_n"], ["shipment_line.shipment_id", "shipment_line.line_n"]
        ),
        Index(None, "firearm_id"),
        Index(None, "lot_id"),
        Index(None, "licence_id", "line_n"),
        Index(
            "ux_shipment_item_open",
            "firearm_id",
            "component_n",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index(
            "ux_shipment_item_once",
            "licence_id",
            "line_n",
            "licence_item",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        CheckConstraint("stage BETWEEN 0 AND 2", name="stage"),
        CheckConstraint(
            "(lot_id IS NULL AND first IS NULL AND last IS NULL)"
            " OR (lot_id IS NOT NULL AND first >= 0 AND last >= first AND firearm_id IS NULL)",
            name="span",
        ),
        sqlite_with_rowid=False,
    )

    shipment_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    licence_id: Mapped[int] = mapped_column(Key)
    line_n: Mapped[int]
    licence_item: Mapped[int]
    firearm_id: Mapped[int | None] = mapped_column(ForeignKey("firearm.id"))
    component_n: Mapped[int] = mapped_column(default=0)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    first: Mapped[int | None] = mapped_column(Key)
    last: Mapped[int | None] = mapped_column(Key)
    share_first: Mapped[int | None] = mapped_column(Key)
    share_last: Mapped[int | None] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String(200))
    stage: Mapped[int] = mapped_column(default=ANNOUNCED)


class ShipmentLot(Base):
    """What the importer tells of a lot made abroad, for its record; n: of the item in the shipment."""

    __tablename__ = "shipment_lot"
    __table_args__ = table_args(
        ForeignKeyConstraint(["shipment_id", "n"], ["shipment_item.shipment_id", "shipment_item.n"]),
        Index(None, "maker_id"),
        sqlite_with_rowid=False,
    )

    shipment_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    maker_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    calibre: Mapped[str] = mapped_column(ForeignKey("calibre.code"))
    product_code: Mapped[str] = mapped_column(String(40))
    product: Mapped[str] = mapped_column(String(120))
    gtin: Mapped[str] = mapped_column(String(14), default="")
    produced_on: Mapped[date]
    scheme: Mapped[str] = mapped_column(String(20))
    told_at: Mapped[datetime] = mapped_column(Instant)
    told_by: Mapped[int] = mapped_column(Key)


class Draw(Base):
    """What a cleared shipment took out of a line of its licence; never changed, never removed."""

    __tablename__ = "licence_draw"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["shipment_id", "line_n"], ["shipment_line.shipment_id", "shipment_line.line_n"]
        ),
        ForeignKeyConstraint(["licence_id", "line_n"], ["licence_line.licence_id", "licence_line.n"]),
        Index(None, "licence_id", "line_n"),
        CheckConstraint("quantity > 0", name="quantity"),
        sqlite_with_rowid=False,
    )

    shipment_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    line_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    licence_id: Mapped[int] = mapped_column(Key)
    quantity: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(Instant)


class ShipmentScan(Base):
    """What was held against a shipment at the counter. item_n: what it is of it, NULL where it is nothing.

    first, last: the cartridges of a span that it covers.
    """

    __tablename__ = "shipment_scan"
    __table_args__ = table_args(sqlite_with_rowid=False)

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scanned: Mapped[str] = mapped_column(String(200))
    verdict: Mapped[str] = mapped_column(String(16))
    item_n: Mapped[int | None]
    first: Mapped[int | None] = mapped_column(Key)
    last: Mapped[int | None] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(Key)


class ShipmentEvent(Base):
    """Something that happened to a shipment: what, when, where, by which paper, told by whom."""

    __tablename__ = "shipment_event"
    __table_args__ = table_args(sqlite_with_rowid=False)

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    move: Mapped[str] = mapped_column(String(12))
    happened_on: Mapped[date]
    country: Mapped[str | None] = mapped_column(ForeignKey("state.code"))
    office: Mapped[str | None] = mapped_column(ForeignKey("customs_office.code"))
    reference: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(Key)
    role: Mapped[str] = mapped_column(String(30))
