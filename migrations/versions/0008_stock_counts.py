"""Counts of a stock, kept beside what the register said.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = "registry: a count is never changed or removed; count again"
TABLES = ("stock_count", "stock_count_line")


def upgrade() -> None:
    op.create_table(
        "stock_count",
        sa.Column("id", KEY, primary_key=True),
        sa.Column(
            "party_id", KEY, sa.ForeignKey("party.id", name="fk_stock_count_party_id_party"), nullable=False
        ),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_stock_count_party_id_id"), "stock_count", ["party_id", "id"])
    op.create_table(
        "stock_count_line",
        sa.Column(
            "count_id", KEY, sa.ForeignKey("stock_count.id", name="fk_stock_count_line_count_id_stock_count"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column(
            "lot_id", KEY, sa.ForeignKey("lot.id", name="fk_stock_count_line_lot_id_lot"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("booked", KEY, nullable=False),
        sa.Column("counted", KEY, nullable=False),
        sa.CheckConstraint("booked >= 0 AND counted >= 0", name=op.f("ck_stock_count_line_quantities")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_stock_count_line_lot_id_count_id"), "stock_count_line", ["lot_id", "count_id"])
    _kept()


def _kept() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(f"""
CREATE FUNCTION stock_count_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$;
""")
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION stock_count_kept()"
            )
        return
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION stock_count_kept()")
