"""Files that belong to messages between States; scans of letters move to where all files are kept.

Revision ID: 0054
Revises: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None
ALLOWED = {
    "DROP TABLE request_scan": "Its rows move at once: a scan kept meanwhile would be lost, so the service is stopped",
}

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
MEDIA = "media IN ('application/pdf', 'image/jpeg', 'image/png')"
SIZE = "size > 0 AND size <= 10485760"


def upgrade() -> None:
    _files("exchange_file")
    op.execute("INSERT INTO exchange_file (digest, content) SELECT digest, content FROM request_scan")
    op.drop_table("request_scan")
    op.create_table(
        "exchange_attachment",
        sa.Column("iss", sa.String(2), nullable=False),
        sa.Column("jti", sa.String(36), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        *_described(),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("problem", sa.String(400), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        *_judged("exchange_attachment"),
        sa.CheckConstraint(
            "state IN ('wanted', 'kept', 'refused')", name=op.f("ck_exchange_attachment_state")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state = 'wanted')", name=op.f("ck_exchange_attachment_ended")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR problem <> ''", name=op.f("ck_exchange_attachment_reason")
        ),
        sa.ForeignKeyConstraint(["iss"], ["state.code"], name=op.f("fk_exchange_attachment_iss_state")),
        sa.ForeignKeyConstraint(
            ["iss", "jti"],
            ["exchange_in.iss", "exchange_in.jti"],
            name=op.f("fk_exchange_attachment_iss_jti_exchange_in"),
        ),
        sa.PrimaryKeyConstraint("iss", "jti", "n", name=op.f("pk_exchange_attachment")),
        sqlite_strict=True,
    )
    wanted = sa.text("state = 'wanted'")
    op.create_index(
        op.f("ix_exchange_attachment_iss_next_at"),
        "exchange_attachment",
        ["iss", "next_at"],
        sqlite_where=wanted,
        postgresql_where=wanted,
    )
    op.create_index(
        op.f("ix_exchange_attachment_iss_ended_at"), "exchange_attachment", ["iss", "ended_at"]
    )
    op.create_table(
        "trace_request_attachment",
        sa.Column("request_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        *_described(),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", KEY, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("jti", sa.String(36), nullable=False),
        *_judged("trace_request_attachment"),
        sa.CheckConstraint("jti = '' OR sent_at IS NOT NULL", name=op.f("ck_trace_request_attachment_sent")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["trace_request.id"], name=op.f("fk_trace_request_attachment_request_id_trace_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "n", name=op.f("pk_trace_request_attachment")),
        sqlite_strict=True,
    )


def _files(name: str) -> None:
    op.create_table(
        name,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f(f"ck_{name}_digest")),
        sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )


def _described() -> tuple[sa.Column, ...]:
    return (
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media", sa.String(20), nullable=False),
        sa.Column("size", KEY, nullable=False),
    )


def _judged(table: str) -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint("length(digest) = 32", name=op.f(f"ck_{table}_digest")),
        sa.CheckConstraint(SIZE, name=op.f(f"ck_{table}_size")),
        sa.CheckConstraint(MEDIA, name=op.f(f"ck_{table}_media")),
    )


def downgrade() -> None:
    op.drop_table("trace_request_attachment")
    op.drop_table("exchange_attachment")
    _files("request_scan")
    op.execute(
        "INSERT INTO request_scan (digest, content) SELECT digest, content FROM exchange_file f"
        " WHERE EXISTS (SELECT 1 FROM trace_request_file WHERE digest = f.digest)"
    )
    op.drop_table("exchange_file")
