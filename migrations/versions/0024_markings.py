"""Markings of ammunition: headstamps, control marks and what packages bear; headstamps at scenes.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lot_marking",
        sa.Column(
            "lot_id",
            KEY,
            sa.ForeignKey("lot.id", name="fk_lot_marking_lot_id_lot"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("headstamp", sa.String(64), nullable=False),
        sa.Column(
            "ring",
            sa.String(256, collation="C").with_variant(sa.String(256), "sqlite"),
            nullable=False,
        ),
        sa.Column("maker_mark", sa.String(20), nullable=False),
        sa.Column("calibre_mark", sa.String(30), nullable=False),
        sa.Column("year_mark", sa.String(10), nullable=False),
        _state("country_mark"),
        sa.Column("control_mark", sa.String(60), nullable=False),
        _state("control_country"),
        sa.Column("package", sa.String(200), nullable=False),
        sa.Column("destination", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.CheckConstraint(
            "(control_mark = '') = (control_country IS NULL)", name=op.f("ck_lot_marking_control")
        ),
        sqlite_strict=True,
    )
    op.add_column("scene_cartridge", sa.Column("headstamp", sa.String(64), nullable=False, server_default=""))


def _state(name: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(2), sa.ForeignKey("state.code", name=f"fk_lot_marking_{name}_state"), nullable=True
    )


def downgrade() -> None:
    op.drop_column("scene_cartridge", "headstamp")
    op.drop_table("lot_marking")
