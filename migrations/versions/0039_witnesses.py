"""States that cosign our ledger's checkpoints, and the checkpoints of theirs that we have cosigned.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ledger_witness",
        sa.Column("state", sa.String(2), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("cosigned_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["state"], ["state.code"], name=op.f("fk_ledger_witness_state_state")),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_ledger_witness")),
        sqlite_strict=True,
    )
    op.create_table(
        "witnessed_ledger",
        sa.Column("state", sa.String(2), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cosigned_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["state"], ["state.code"], name=op.f("fk_witnessed_ledger_state_state")),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_witnessed_ledger")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("witnessed_ledger")
    op.drop_table("ledger_witness")
