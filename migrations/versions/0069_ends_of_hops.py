"""Until when the answer of a State that was asked on our behalf may be kept, and how long word of it is awaited.

Revision ID: 0069
Revises: 0068
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

COLUMNS = (
    ("trace_hop", "keep_until", sa.Date()),
    ("trace_request", "onward_due_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
        given = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_{table}_{name}", table, [name], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for table, name, _ in COLUMNS:
        op.drop_index(f"ix_{table}_{name}", table)
        op.drop_column(table, name)
