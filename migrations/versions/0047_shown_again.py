"""Who asked that an expired message be shown again, and sent anew if it never came.

Revision ID: 0047
Revises: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("exchange_out", sa.Column("renew_by", KEY, nullable=True))


def downgrade() -> None:
    op.drop_column("exchange_out", "renew_by")
