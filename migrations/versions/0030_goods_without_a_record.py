"""Goods that come in without a record: cartridges of lots made abroad, and parts that bear no serial.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IDENTITY = ["code_key", "maker_id", "calibre", "product_code"]
ONCE = ["licence_id", "line_n", "licence_item"]
LIVE = "stage > 0 AND lot_id IS NULL"


def upgrade() -> None:
    op.add_column("lot", sa.Column("consignment", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ux_lot_identity", "lot")
    op.create_index("ux_lot_identity", "lot", [*IDENTITY, "consignment"], unique=True)
    op.add_column("shipment_line", sa.Column("counted", KEY, nullable=True))
    op.add_column("shipment_item", sa.Column("share_first", KEY, nullable=True))
    op.add_column("shipment_item", sa.Column("share_last", KEY, nullable=True))
    _once(f"{LIVE} AND share_first IS NULL")
    op.create_table(
        "shipment_lot",
        sa.Column("shipment_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("maker_id", KEY, nullable=False),
        sa.Column("calibre", sa.String(40), nullable=False),
        sa.Column("product_code", sa.String(40), nullable=False),
        sa.Column("product", sa.String(120), nullable=False),
        sa.Column("gtin", sa.String(14), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=False),
        sa.Column("scheme", sa.String(20), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id", "n"],
            ["shipment_item.shipment_id", "shipment_item.n"],
            name=op.f("fk_shipment_lot_shipment_id_n_shipment_item"),
        ),
        sa.ForeignKeyConstraint(["maker_id"], ["party.id"], name=op.f("fk_shipment_lot_maker_id_party")),
        sa.ForeignKeyConstraint(
            ["calibre"], ["calibre.code"], name=op.f("fk_shipment_lot_calibre_calibre")
        ),
        sa.PrimaryKeyConstraint("shipment_id", "n", name=op.f("pk_shipment_lot")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shipment_lot_maker_id"), "shipment_lot", ["maker_id"])


def downgrade() -> None:
    """Raises RuntimeError where the older tables cannot hold what is on record."""
    held = op.get_bind().exec_driver_sql(
        "SELECT (SELECT count(*) FROM lot WHERE consignment > 0)"
        " + (SELECT count(*) FROM shipment_item WHERE share_first IS NOT NULL)"
    )
    if held.scalar():
        raise RuntimeError("Lots made abroad are on record, which the tables before 0030 cannot hold")
    op.drop_table("shipment_lot")
    _once(LIVE)
    for table, column in (
        ("shipment_item", "share_last"),
        ("shipment_item", "share_first"),
        ("shipment_line", "counted"),
    ):
        op.drop_column(table, column)
    op.drop_index("ux_lot_identity", "lot")
    op.create_index("ux_lot_identity", "lot", IDENTITY, unique=True)
    op.drop_column("lot", "consignment")


def _once(where: str) -> None:
    """A piece that the licence names is in one shipment; cartridges may be in several."""
    op.drop_index("ux_shipment_item_once", "shipment_item")
    op.create_index(
        "ux_shipment_item_once",
        "shipment_item",
        ONCE,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
