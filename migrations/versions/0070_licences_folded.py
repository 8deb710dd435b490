"""Numbers of documents of a licence are found whatever their letters' case and spaces.

Revision ID: 0070
Revises: 0069
"""

from __future__ import annotations

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

NAME = "ix_licence_evidence_folded"


def upgrade() -> None:
    op.execute(f"CREATE INDEX {NAME} ON licence_evidence (lower(replace(number, ' ', '')))")


def downgrade() -> None:
    op.execute(f"DROP INDEX {NAME}")
