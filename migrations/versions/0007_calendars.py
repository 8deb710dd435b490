"""Working-day calendars of States.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _state(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("state.code", name=f"fk_{table}_state_state")
    return sa.Column("state", sa.String(2), key, primary_key=True)


def _recorded() -> tuple[sa.Column, ...]:
    return (
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "working_week",
        _state("working_week"),
        sa.Column("begins_on", sa.Date(), primary_key=True),
        sa.Column("free_days", sa.String(6), nullable=False),
        *_recorded(),
        sa.CheckConstraint("length(free_days) < 7", name=op.f("ck_working_week_free_days")),
        sqlite_strict=True,
    )
    op.create_table(
        "holiday",
        _state("holiday"),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("withdrawn", sa.String(400), nullable=False),
        *_recorded(),
        sqlite_strict=True,
    )
    op.create_table(
        "calendar_year",
        _state("calendar_year"),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        *_recorded(),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for table in ("calendar_year", "holiday", "working_week"):
        op.drop_table(table)
