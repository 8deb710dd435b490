"""Answers keep what their sentences were made of.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("trace", "scene")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("sentences", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "sentences")
