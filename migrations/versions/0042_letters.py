"""Requests and answers that go by other means: signed files, letters entered by hand, their scans.

Revision ID: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("exchange_out", "trace_request"):
        op.add_column(table, sa.Column("means", sa.String(20), server_default="", nullable=False))
    op.add_column("trace_request", sa.Column("entered_by", KEY, nullable=True))
    op.create_table(
        "trace_request_file",
        sa.Column("request_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media", sa.String(20), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_trace_request_file_digest")),
        sa.CheckConstraint("size > 0", name=op.f("ck_trace_request_file_size")),
        sa.CheckConstraint(
            "media IN ('application/pdf', 'image/jpeg', 'image/png')",
            name=op.f("ck_trace_request_file_media"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "n"],
            ["trace_request_event.request_id", "trace_request_event.n"],
            name=op.f("fk_trace_request_file_request_id_n_trace_request_event"),
        ),
        sa.PrimaryKeyConstraint("request_id", "n", name=op.f("pk_trace_request_file")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "request_scan",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_request_scan_digest")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_request_scan")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("request_scan")
    op.drop_table("trace_request_file")
    op.drop_column("trace_request", "entered_by")
    for table in ("trace_request", "exchange_out"):
        op.drop_column(table, "means")
