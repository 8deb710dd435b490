"""Files of old registers that are brought in, and what their words stand for.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
COUNTED = ("chunks", "done", "rows", "good", "bad", "entered", "known", "doubted", "conflicts", "lost")


def upgrade() -> None:
    op.create_table(
        "intake_run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("encoding", sa.String(20), nullable=False),
        sa.Column("separator", sa.String(1), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("constants", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("received_id", KEY, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.Column("problem", sa.String(400), nullable=False),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_by", KEY, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("done BETWEEN 0 AND chunks", name=op.f("ck_intake_run_done")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_intake_run_sha256")),
        sa.ForeignKeyConstraint(
            ["received_id"], ["received_records.id"], name=op.f("fk_intake_run_received_id_received_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_run")),
        sqlite_strict=True,
    )
    for column in ("sha256", "state", "received_id"):
        op.create_index(op.f(f"ix_intake_run_{column}"), "intake_run", [column])
    op.create_table(
        "intake_chunk",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["intake_run.id"], name=op.f("fk_intake_chunk_run_id_intake_run")),
        sa.PrimaryKeyConstraint("run_id", "n", name=op.f("pk_intake_chunk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_digest",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["intake_run.id"], name=op.f("fk_intake_digest_run_id_intake_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "digest", name=op.f("pk_intake_digest")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_fault",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(30), nullable=False),
        sa.Column("column", sa.String(200), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("suggestion", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["intake_run.id"], name=op.f("fk_intake_fault_run_id_intake_run")),
        sa.PrimaryKeyConstraint("run_id", "line", "n", name=op.f("pk_intake_fault")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_row",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("firearm_id", KEY, nullable=False),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["intake_run.id"], name=op.f("fk_intake_row_run_id_intake_run")),
        sa.ForeignKeyConstraint(
            ["firearm_id"],
            ["firearm.id"],
            name=op.f("fk_intake_row_firearm_id_firearm"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "line", name=op.f("pk_intake_row")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_intake_row_digest"), "intake_row", ["digest"], unique=True)
    op.create_index(op.f("ix_intake_row_firearm_id"), "intake_row", ["firearm_id"])
    op.create_table(
        "intake_alias",
        sa.Column("field", sa.String(12), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("confirmed_by", KEY, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("field", "key", name=op.f("pk_intake_alias")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("alias", "row", "fault", "digest", "chunk", "run"):
        op.drop_table(f"intake_{table}")
