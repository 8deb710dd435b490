"""What is asked on behalf of another State: on whose, what goes on from it, and what became of it.

Revision ID: 0065
Revises: 0064
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULES = ("onward", "behalf")
STATES = (
    "'sent', 'acknowledged', 'more_asked', 'delayed', 'answered', 'answered_in_part', 'refused', 'clarifying',"
    " 'withdrawn', 'closed'"
)


def upgrade() -> None:
    for name in RULES:
        check = sa.CheckConstraint(f"{name} IN ('never', 'officer', 'machine')", name=f"ck_peer_rule_{name}")
        column = sa.Column(name, sa.String(10), check, nullable=False, server_default="never")
        op.add_column("peer_rule", column)
    op.create_table(
        "trace_behalf",
        request("trace_behalf"),
        sa.Column("origin", sa.String(2), nullable=False),
        sa.Column("path", sa.String(20), nullable=False),
        sa.Column("jti", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_trace_behalf"),
        sa.UniqueConstraint("origin", "jti", "path", name="uq_trace_behalf_origin_jti_path"),
        sqlite_strict=True,
    )
    op.create_table(
        "trace_onward",
        request("trace_onward"),
        sa.Column("for_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["for_id"], ["trace_request.id"], name="fk_trace_onward_for_id_trace_request"),
        sa.PrimaryKeyConstraint("request_id", name="pk_trace_onward"),
        sa.UniqueConstraint("for_id", name="uq_trace_onward_for_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "trace_hop",
        request("trace_hop"),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("asked_by", sa.String(2), nullable=False),
        sa.Column("state", sa.String(2), nullable=False),
        sa.Column("stands", sa.String(20), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("seq", KEY, nullable=False),
        sa.Column("jti", sa.String(36), nullable=False),
        sa.CheckConstraint("n BETWEEN 1 AND 3", name="ck_trace_hop_n"),
        sa.CheckConstraint(f"stands IN ({STATES})", name="ck_trace_hop_stands"),
        sa.CheckConstraint(
            "stands NOT IN ('answered', 'answered_in_part') OR answer <> ''", name="ck_trace_hop_answered"
        ),
        sa.PrimaryKeyConstraint("request_id", "n", name="pk_trace_hop"),
        sqlite_strict=True,
    )


def request(table):
    key = sa.ForeignKey("trace_request.id", name=f"fk_{table}_request_id_trace_request")
    return sa.Column("request_id", KEY, key, nullable=False, autoincrement=False)


def downgrade() -> None:
    for table in ("trace_hop", "trace_onward", "trace_behalf"):
        op.drop_table(table)
    for name in RULES:
        op.drop_column("peer_rule", name)
