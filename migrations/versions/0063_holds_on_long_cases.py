"""A hold names every case that a request can have; words of a request's steps are kept apart in the journal.

Revision ID: 0063
Revises: 0062
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ALLOWED = {
    "ALTER TABLE legal_hold ALTER COLUMN case_number TYPE": "a longer VARCHAR rewrites nothing, and the table "
    "is small; the words of steps are stated anew, for which the service is stopped"
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # on SQLite every text has any length
        op.alter_column("legal_hold", "case_number", type_=sa.String(120))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "legal_hold", "case_number", type_=sa.String(80), postgresql_using="left(case_number, 80)"
        )
