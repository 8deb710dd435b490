"""Keys that sign documents, with their certificates.

Revision ID: 0037
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SERVING = sa.text("state = 'serving'")


def upgrade() -> None:
    op.create_table(
        "document_key",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'serving', 'ended')", name=op.f("ck_document_key_state")
        ),
        sa.CheckConstraint("(state = 'waiting') = (chain = '')", name=op.f("ck_document_key_chain")),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_document_key_ended")),
        sa.CheckConstraint("(state = 'ended') = (sealed IS NULL)", name=op.f("ck_document_key_sealed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_key")),
        sa.UniqueConstraint("public", name=op.f("uq_document_key_public")),
        sqlite_strict=True,
    )
    op.create_index(
        "ux_document_key_serving",
        "document_key",
        ["state"],
        unique=True,
        sqlite_where=SERVING,
        postgresql_where=SERVING,
    )


def downgrade() -> None:
    op.drop_table("document_key")
