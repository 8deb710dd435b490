"""When people were told that a message waits too long, and when a held one was given up.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("exchange_out", sa.Column("alerted_at", INSTANT, nullable=True))
    op.add_column("exchange_in", sa.Column("refused_at", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("exchange_in", "refused_at")
    op.drop_column("exchange_out", "alerted_at")
