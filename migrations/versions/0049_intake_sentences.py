"""What is wrong with rows, and why an intake stopped, as template and values: said in the reader's language.

Revision ID: 0049
Revises: 0048
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SENTENCES = (("intake_fault", "reason"), ("intake_run", "problem"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # on SQLite every text has any length
        for table, column in SENTENCES:
            op.alter_column(table, column, type_=sa.Text())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in SENTENCES:
            op.alter_column(table, column, type_=sa.String(400), postgresql_using=f"left({column}, 400)")
