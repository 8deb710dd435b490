"""What waits for a State is found at once, however much waits for others.

Revision ID: 0046
Revises: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

NAME = "ix_exchange_out_peer_next_at_seq"
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_index(
        NAME,
        "exchange_out",
        ["peer", "next_at", "seq"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index(NAME, "exchange_out")
