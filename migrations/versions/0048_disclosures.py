"""Disclosures that cannot be kept from anybody: told to the source before, then recorded.

Revision ID: 0048
Revises: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("request_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_us", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("legal_basis", sa.String(400), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("told_by", KEY, nullable=False),
        sa.Column("jti", sa.String(36), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("seen_by", KEY, nullable=True),
        sa.Column("disclosed_on", sa.Date(), nullable=True),
        sa.Column("disclosed_by", KEY, nullable=True),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_disclosure_seen")),
        sa.CheckConstraint("seen_at IS NULL OR NOT by_us", name=op.f("ck_disclosure_seen_by_source")),
        sa.CheckConstraint(
            "(disclosed_on IS NULL) = (disclosed_by IS NULL)", name=op.f("ck_disclosure_disclosed")
        ),
        sa.CheckConstraint(
            "disclosed_on IS NULL OR (by_us AND disclosed_on >= planned_on)",
            name=op.f("ck_disclosure_told_before"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["trace_request.id"], name=op.f("fk_disclosure_request_id_trace_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "n", name=op.f("pk_disclosure")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("disclosure")
