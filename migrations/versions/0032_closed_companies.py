"""Companies that closed: nothing is sold by or to them afterwards.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "party_closure",
        sa.Column("party_id", KEY, autoincrement=False, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_closure_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party_closure")),
        sqlite_strict=True,
    )
    op.get_bind().exec_driver_sql(
        "INSERT INTO party_closure (party_id, closed_on, source, recorded_at, recorded_by)"
        " SELECT r.party_id, r.closed_on, 'Records handed over', r.received_at, r.received_by"
        " FROM received_records r WHERE r.id ="
        " (SELECT min(o.id) FROM received_records o WHERE o.party_id = r.party_id)"
    )


def downgrade() -> None:
    op.drop_table("party_closure")
