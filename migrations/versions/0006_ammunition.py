"""Rules of the State for ammunition, and the exceptions from them.

Revision ID: 0006
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _rules()


def _rules() -> None:
    op.create_table(
        "ammunition_rule",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("calibre", sa.String(40), sa.ForeignKey("calibre.code", name="fk_ammunition_rule_calibre_calibre")),
        sa.Column("buyer_kind", sa.String(20), nullable=False),
        sa.Column("quantity", KEY),
        sa.Column("scheme", sa.String(20), nullable=False),
        sa.Column("exceeding", sa.String(12), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_ammunition_rule_quantity")),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_ammunition_rule_days")),
        sqlite_strict=True,
    )
    op.create_table(
        "ammunition_exception",
        sa.Column(
            "lot_id", KEY, sa.ForeignKey("lot.id", name="fk_ammunition_exception_lot_id_lot"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sale_n", sa.Integer()),
        sa.Column("unmet", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("approved_by", KEY, nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_ammunition_exception_reason")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("ammunition_exception")
    op.drop_table("ammunition_rule")
