"""Rows of ammunition. Cartridges are positions 0 … quantity - 1 of their lot, never rows of their own.

Packages and movements are closed intervals [first, last]. A movement of depth d takes its span out of one
movement of depth d - 1, from that movement's holder; movements of one depth never overlap. Triggers in
the migrations hold this on both engines: nothing comes from nowhere and nothing is sold twice.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, Instant, Key, table_args


class Lot(Base):
    """A lot is (maker, code, calibre, product): UZZ18 exists in 9 mm and in 7.62.

    historical: made before the registry's limit could be refused; recorded and flagged, not refused.
    consignment: of a lot made abroad that customs let in, each by itself; 0 of a lot recorded whole.
    sales, movements, packages: how many rows belong to it (the next row takes the next number).
    """

    __tablename__ = "lot"
    __table_args__ = table_args(
        Index(None, "code_folded"),
        Index(
            "ux_lot_identity", "code_key", "maker_id", "calibre", "product_code", "consignment", unique=True
        ),
        Index(None, "maker_id", "id"),
        Index(None, "gtin"),
        *(Index(None, name, "id") for name in ("code_key", "calibre", "scheme", "produced_on", "quantity")),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    maker_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    code: Mapped[str] = mapped_column(String(40))
    code_key: Mapped[str] = mapped_column(String(40, collation="C").with_variant(String(40), "sqlite"))
    code_folded: Mapped[str] = mapped_column(
        String(40, collation="C").with_variant(String(40), "sqlite"), server_default=""
    )
    calibre: Mapped[str] = mapped_column(ForeignKey("calibre.code"))
    product_code: Mapped[str] = mapped_column(String(40))
    product: Mapped[str] = mapped_column(String(120))
    gtin: Mapped[str] = mapped_column(String(14), default="")
    quantity: Mapped[int] = mapped_column(Key)
    produced_on: Mapped[date]
    scheme: Mapped[str] = mapped_column(String(20))
    historical: Mapped[bool] = mapped_column(default=False)
    consignment: Mapped[int] = mapped_column(default=0, server_default="0")
    sales: Mapped[int] = mapped_column(default=0)
    packages: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Rule(Base):
    """What the State asks of ammunition while it is in force; a rule is ended, never rewritten.

    calibre, buyer_kind: what it is for, NULL and "" for all. quantity: cartridges, or years for an age.
    scheme: the least marking. ends_on: the last day, NULL while no end is known.
    """

    __tablename__ = "ammunition_rule"
    __table_args__ = table_args(
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("ends_on >= begins_on", name="days"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    calibre: Mapped[str | None] = mapped_column(ForeignKey("calibre.code"))
    buyer_kind: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int | None] = mapped_column(Key)
    scheme: Mapped[str] = mapped_column(String(20))
    exceeding: Mapped[str] = mapped_column(String(12))
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class RuleException(Base):
    """A lot or sale recorded although a rule does not allow it: what was unmet, and who let it pass, why.

    unmet: JSON [[field, message, article], …].
    """

    __tablename__ = "ammunition_exception"
    __table_args__ = table_args(CheckConstraint("length(reason) > 0", name="reason"))

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sale_n: Mapped[int | None]
    unmet: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(400))
    approved_by: Mapped[int] = mapped_column(Key)
    approved_at: Mapped[datetime] = mapped_column(Instant)


class Packing(Base):
    """A run of packages of one size, laid end to end: boxes, cartons, cases or pallets of a lot.

    size: cartridges in each; the last package may hold fewer. n: number of the first, the others follow.
    round: 0, and one more each time these cartridges are packed anew: the highest round counts.
    """

    __tablename__ = "packing"
    __table_args__ = table_args(
        CheckConstraint("0 <= first AND first <= last", name="span"),
        CheckConstraint("size > 0", name="size"),
        Index("ux_packing_number", "lot_id", "n", unique=True),
        sqlite_with_rowid=False,
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(12), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Key)
    size: Mapped[int] = mapped_column(Key)
    n: Mapped[int]
    packed_on: Mapped[date | None]


SALE_KEY = text("(lot_id * 1000000 + n)")
"""One number for a sale, by which its list is told apart; in these words in its indexes and queries."""


class Sale(Base):
    """One line of the sales register with what ordinance 16 D LOG asks, as it was first reported."""

    __tablename__ = "sale"
    __table_args__ = table_args(
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_sale_buyer_id_sold_on", "buyer_id", "sold_on", SALE_KEY),
        Index("ix_sale_seller_id_sold_on", "seller_id", "sold_on", SALE_KEY),
        Index("ix_sale_sold_on_key", "sold_on", SALE_KEY),
        Index("ix_sale_quantity_key", "quantity", SALE_KEY),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seller_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    sold_on: Mapped[date]
    quantity: Mapped[int] = mapped_column(Key)
    authorization: Mapped[str] = mapped_column(String(60))
    product_code: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(String(120))
    invoice_number: Mapped[str] = mapped_column(String(40))
    invoice_series: Mapped[str] = mapped_column(String(20))
    invoice_date: Mapped[date]
    permit_number: Mapped[str] = mapped_column(String(40))  # transport permit
    permit_date: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class SaleCorrection(Base):
    """What the papers of a sale really say, and why; the first report stays.

    changed: JSON [[field, before, after]].
    """

    __tablename__ = "sale_correction"
    __table_args__ = table_args(
        ForeignKeyConstraint(["lot_id", "sale_n"], ["sale.lot_id", "sale.n"]),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    lot_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    sale_n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(400))
    changed: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(Key)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class SaleReport(Base):
    """Many sales sent at once. digest: SHA-256 of what was sent; refused: how many lines."""

    __tablename__ = "sale_report"
    __table_args__ = table_args(Index(None, "party_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    lines: Mapped[int]
    refused: Mapped[int]
    reported_by: Mapped[int] = mapped_column(Key)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    reported_at: Mapped[datetime] = mapped_column(Instant)


class SaleReportLine(Base):
    """A line that was refused, and what is unmet: JSON [[field, message, article]]."""

    __tablename__ = "sale_report_line"
    __table_args__ = table_args()

    report_id: Mapped[int] = mapped_column(
        ForeignKey("sale_report.id"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unmet: Mapped[str] = mapped_column(Text)


class StockCount(Base):
    """What somebody really had on a day, held against the book; a count is never changed, only repeated.

    unit: of the holder, "" for all its units. whole: whether what was not named counts as not there.
    differing: how many lots do not add up.
    """

    __tablename__ = "stock_count"
    __table_args__ = table_args(Index(None, "party_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    unit: Mapped[str] = mapped_column(String(80))
    counted_on: Mapped[date]
    whole: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400))
    lots: Mapped[int]
    differing: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class StockCountLine(Base):
    """One lot in a count. booked: what the register said of it at the end of that day, when counted."""

    __tablename__ = "stock_count_line"
    __table_args__ = table_args(
        CheckConstraint("booked >= 0 AND counted >= 0", name="quantities"), Index(None, "lot_id", "count_id")
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"), primary_key=True, autoincrement=False)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    booked: Mapped[int] = mapped_column(Key)
    counted: Mapped[int] = mapped_column(Key)


WHOLE = text("depth = 0")
"""Who gave a whole lot; of what is taken out of a movement, its taker is the giver."""


class Movement(Base):
    """A span of cartridges that changed hands. Depth 0 is the lot itself, at its maker.

    unit: of the taker, where a body issues cartridges within itself.
    """

    __tablename__ = "movement"
    __table_args__ = table_args(
        CheckConstraint("0 <= first AND first <= last", name="span"),
        CheckConstraint("(depth = 0) = (parent_depth IS NULL)", name="parent"),
        CheckConstraint("parent_depth IS NULL OR parent_depth = depth - 1", name="parent_depth"),
        ForeignKeyConstraint(
            ["lot_id", "parent_depth", "parent_first"],
            ["movement.lot_id", "movement.depth", "movement.first"],
        ),
        ForeignKeyConstraint(["lot_id", "sale_n"], ["sale.lot_id", "sale.n"]),
        Index(None, "to_id", "lot_id"),
        Index("ix_movement_given_whole", "from_id", sqlite_where=WHOLE, postgresql_where=WHOLE),
        sqlite_with_rowid=False,
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    depth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Key)
    parent_depth: Mapped[int | None]
    parent_first: Mapped[int | None] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    sale_n: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(120), default="")
    document: Mapped[str] = mapped_column(String(80), default="")
    unit: Mapped[str] = mapped_column(String(80), default="", server_default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)
