"""Retention: terms that laws ask for, holds on records.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "retention_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("counted_from", sa.String(20), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("law", sa.String(120), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("years >= 10", name=op.f("ck_retention_term_years")),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_retention_term_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_term")),
        sqlite_strict=True,
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("record_id", KEY, nullable=True),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("ordered_by", sa.String(200), nullable=False),
        sa.Column("placed_by", KEY, nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("lifted_for", sa.String(400), nullable=False),
        sa.Column("lifted_by", KEY, nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(record_id IS NULL) = (record_class = '')", name=op.f("ck_legal_hold_record")),
        sa.CheckConstraint("(record_id IS NULL) = (case_number <> '')", name=op.f("ck_legal_hold_subject")),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_for = '')", name=op.f("ck_legal_hold_lifted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_legal_hold_record_class_record_id"), "legal_hold", ["record_class", "record_id"])
    op.create_index(op.f("ix_legal_hold_case_number"), "legal_hold", ["case_number"])


def downgrade() -> None:
    op.drop_table("legal_hold")
    op.drop_table("retention_term")
