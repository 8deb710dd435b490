"""Disposal: batches, what is in them, and who saw them end.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def key(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, KEY, nullable=nullable)


def at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "disposal",
        sa.Column("id", KEY, primary_key=True),
        text("kind", 20),
        text("method", 20),
        text("method_note", 400),
        text("place", 120),
        text("reason", 400),
        text("authorization_number", 80),
        text("authorized_by", 200),
        sa.Column("authorized_on", sa.Date()),
        sa.Column("recipient_id", KEY, sa.ForeignKey("party.id", name="fk_disposal_recipient_id_party")),
        sa.Column("items", sa.Integer(), nullable=False),
        text("state", 12),
        key("proposed_by"),
        at("proposed_at"),
        key("approved_by", nullable=True),
        at("approved_at", nullable=True),
        sa.Column("done_on", sa.Date()),
        key("done_by", nullable=True),
        at("done_at", nullable=True),
        key("grams", nullable=True),
        text("note", 400),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_disposal_grams")),
        sa.CheckConstraint(
            "kind = 'destruction' OR (authorization_number <> '' AND recipient_id IS NOT NULL)",
            name=op.f("ck_disposal_authorized"),
        ),
        sa.CheckConstraint("proposed_by <> approved_by", name=op.f("ck_disposal_two_people")),
        sa.CheckConstraint(
            "state <> 'done' OR (approved_by IS NOT NULL AND done_on IS NOT NULL)",
            name=op.f("ck_disposal_done"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR kind <> 'destruction' OR grams IS NOT NULL", name=op.f("ck_disposal_weighed")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_disposal_state_id"), "disposal", ["state", "id"])
    op.create_table(
        "disposal_item",
        sa.Column(
            "item_id", KEY, sa.ForeignKey("recovered_item.id", name="fk_disposal_item_item_id_recovered_item"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column(
            "disposal_id", KEY, sa.ForeignKey("disposal.id", name="fk_disposal_item_disposal_id_disposal"),
            nullable=False,
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index(op.f("ix_disposal_item_disposal_id"), "disposal_item", ["disposal_id"])
    op.create_table(
        "disposal_witness",
        sa.Column(
            "disposal_id", KEY,
            sa.ForeignKey("disposal.id", name="fk_disposal_witness_disposal_id_disposal"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        text("name", 200),
        text("capacity", 120),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )  # fmt: skip


def downgrade() -> None:
    for table in ("disposal_witness", "disposal_item", "disposal"):
        op.drop_table(table)
