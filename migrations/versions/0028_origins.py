"""What a competent authority established of the origin of what was recovered.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "item_origin",
        sa.Column("item_id", KEY, autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        sa.Column("established_on", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(400), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(origin) > 0 AND length(source) > 0", name=op.f("ck_item_origin_told")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["recovered_item.id"], name=op.f("fk_item_origin_item_id_recovered_item")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_origin")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("item_origin")
