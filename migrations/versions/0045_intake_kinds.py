"""What the rows of an intake tell of.

Revision ID: 0045
Revises: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intake_run", sa.Column("kind", sa.String(12), server_default="firearms", nullable=False))


def downgrade() -> None:
    op.drop_column("intake_run", "kind")
