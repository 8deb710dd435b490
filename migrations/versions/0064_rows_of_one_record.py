"""Rows of a file that are one record together, such as a licence with several goods.

Revision ID: 0064
Revises: 0063
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "intake_member",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.Column("approvers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["intake_run.id"], name=op.f("fk_intake_member_run_id_intake_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "number", "line", name=op.f("pk_intake_member")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("intake_member")
