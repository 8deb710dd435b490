"""Of which columns each table is in the journal, so that an upgrade that was broken off is known to be.

An upgrade that begins before this revision has made the table already.

Revision ID: 0073
Revises: 0070
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stated_table",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("apart", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stated_table")),
        sqlite_strict=True,
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("stated_table")
