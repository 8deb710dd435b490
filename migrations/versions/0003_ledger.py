"""The journal of every change and the ledger's log.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("tx", sa.BigInteger()),
        sa.Column("leaf", sa.BigInteger()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", KEY, nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sqlite_strict=True,
    )
    given, waiting = sa.text("tx IS NOT NULL"), sa.text("leaf IS NULL")
    op.create_index("ix_ledger_entry_tx", "ledger_entry", ["tx"], sqlite_where=given)
    op.create_index(
        "ix_ledger_entry_unsequenced",
        "ledger_entry",
        ["id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_index("ix_ledger_entry_actor_id_id", "ledger_entry", ["actor_id", "id"])
    op.create_index("ix_ledger_entry_act_id", "ledger_entry", ["act", "id"])
    op.create_table(
        "ledger_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("subject", sa.String(63), nullable=False),
        sa.Column("op", sa.String(1), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name="fk_ledger_change_entry_id_ledger_entry"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_change"),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_change_entry_id_id", "ledger_change", ["entry_id", "id"])
    op.create_index("ix_ledger_change_subject_key_id", "ledger_change", ["subject", "key", "id"])
    op.create_table(
        "ledger_personal",
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["ledger_change.id"], name="fk_ledger_personal_change_id_ledger_change"
        ),
        sa.PrimaryKeyConstraint("change_id", "name", name="pk_ledger_personal"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name="fk_ledger_leaf_entry_id_ledger_entry"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_leaf"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_tile",
        sa.Column("level", KEY, autoincrement=False, nullable=False),
        sa.Column("n", KEY, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n", name="pk_ledger_tile"),
        sqlite_strict=True,
    )
    state = op.create_table(
        "ledger_state",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_ledger_state_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_state"),
        sqlite_strict=True,
    )
    op.bulk_insert(state, [{"id": 1, "size": 0, "peaks": b""}])
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", KEY, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoint"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for table in ("checkpoint", "state", "tile", "leaf", "personal", "change", "entry"):
        op.drop_table(f"ledger_{table}")
