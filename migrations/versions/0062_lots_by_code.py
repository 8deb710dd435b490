"""Lots are walked in the order of their codes.

Revision ID: 0062
Revises: 0061
"""

from __future__ import annotations

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

INDEX = "ix_lot_code_key_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _wait("0")  # for transactions that began before: nobody waits for this
        op.drop_index(INDEX, "lot", postgresql_concurrently=True, if_exists=True)  # one half built before
        op.create_index(INDEX, "lot", ["code_key", "id"], postgresql_concurrently=True)
        _wait("10s")


def downgrade() -> None:
    op.drop_index(INDEX, "lot")


def _wait(longest):
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SET lock_timeout = '{longest}'")
