"""Until when another State lets us keep what it sent.

Revision ID: 0060
Revises: 0059
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

INDEX = "ix_trace_request_keep_until"


def upgrade() -> None:
    op.add_column("trace_request", sa.Column("keep_until", sa.Date(), nullable=True))
    ends = sa.text("keep_until IS NOT NULL")
    op.create_index(INDEX, "trace_request", ["keep_until"], sqlite_where=ends, postgresql_where=ends)


def downgrade() -> None:
    op.drop_index(INDEX, "trace_request")
    op.drop_column("trace_request", "keep_until")
