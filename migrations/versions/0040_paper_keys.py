"""Keys that sign what the squares of papers say.

Revision ID: 0040
Revises: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "paper_key",
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_for", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_paper_key")),
        sa.UniqueConstraint("public", name=op.f("uq_paper_key_public")),
        sa.CheckConstraint("length(kid) = 16 AND length(public) = 32", name=op.f("ck_paper_key_key")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_paper_key_interval")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_for = '')", name=op.f("ck_paper_key_withdrawn")
        ),
        sa.CheckConstraint("withdrawn_at IS NULL OR sealed IS NULL", name=op.f("ck_paper_key_destroyed")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("paper_key")
