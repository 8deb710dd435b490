"""Whether another State asks who holds a firearm last, and what became of that.

Revision ID: 0057
Revises: 0056
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

INDEX = "ix_trace_request_holder"


def upgrade() -> None:
    text = "TEXT" if op.get_bind().dialect.name == "sqlite" else "VARCHAR(10)"
    op.execute(
        f"ALTER TABLE trace_request ADD COLUMN holder {text} DEFAULT '' NOT NULL"
        " CONSTRAINT ck_trace_request_holder CHECK (holder IN ('', 'asked', 'named', 'kept'))"
    )
    asked = sa.text("holder = 'asked'")
    op.create_index(INDEX, "trace_request", ["holder"], sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:
    op.drop_index(INDEX, "trace_request")
    op.drop_column("trace_request", "holder")
