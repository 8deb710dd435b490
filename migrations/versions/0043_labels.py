"""Formats of labels, printers, print jobs, and every label that was printed.

Revision ID: 0043
Revises: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LENGTHS = (
    "width", "height", "page_width", "page_height", "columns", "rows", "left", "top", "across", "down",
)  # fmt: skip


def whole(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "label_medium",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        *whole(*LENGTHS),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "width > 0 AND height > 0 AND columns > 0 AND rows > 0", name=op.f("ck_label_medium_some")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_label_medium")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_printer",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("language", sa.String(4), nullable=False),
        *whole("resolution", "right", "down"),
        sa.Column("changed_by", KEY, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        *whole("version"),
        sa.CheckConstraint("resolution IN (203, 300, 600)", name=op.f("ck_label_printer_resolution")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_label_printer")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_job",
        sa.Column("id", KEY, nullable=False),
        sa.Column("design", sa.String(16), nullable=False),
        sa.Column("medium", sa.String(40), nullable=False),
        sa.Column("printer", sa.String(40), nullable=True),
        sa.Column("output", sa.String(4), nullable=False),
        *whole("resolution"),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        *whole("labels", "sent", "runs"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        *whole("version"),
        sa.CheckConstraint("sent BETWEEN 0 AND labels", name=op.f("ck_label_job_sent")),
        sa.ForeignKeyConstraint(
            ["printer"], ["label_printer.name"], name=op.f("fk_label_job_printer_label_printer")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_label_job_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_job")),
        sqlite_strict=True,
    )
    for column in ("created_by", "party_id"):
        op.create_index(op.f(f"ix_label_job_{column}"), "label_job", [column])
    op.create_table(
        "label_item",
        sa.Column("job_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["label_job.id"], name=op.f("fk_label_item_job_id_label_job")),
        sa.PrimaryKeyConstraint("job_id", "n", name=op.f("pk_label_item")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_run",
        sa.Column("job_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        *whole("first", "last"),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("sent_by", KEY, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.CheckConstraint("first BETWEEN 1 AND last", name=op.f("ck_label_run_span")),
        sa.CheckConstraint("kind <> 'reprint' OR length(reason) > 2", name=op.f("ck_label_run_reason")),
        sa.ForeignKeyConstraint(["job_id"], ["label_job.id"], name=op.f("fk_label_run_job_id_label_job")),
        sa.PrimaryKeyConstraint("job_id", "n", name=op.f("pk_label_run")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_printing",
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("design", sa.String(16), nullable=False),
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", KEY, nullable=False),
        *whole("item_n", "run_n"),
        sa.CheckConstraint("issue > 0", name=op.f("ck_label_printing_issue")),
        sa.ForeignKeyConstraint(
            ["job_id", "item_n"],
            ["label_item.job_id", "label_item.n"],
            name=op.f("fk_label_printing_job_id_label_item"),
        ),
        sa.ForeignKeyConstraint(
            ["job_id", "run_n"],
            ["label_run.job_id", "label_run.n"],
            name=op.f("fk_label_printing_job_id_label_run"),
        ),
        sa.PrimaryKeyConstraint("number", "design", "issue", name=op.f("pk_label_printing")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_label_printing_job_id_run_n"), "label_printing", ["job_id", "run_n"])


def downgrade() -> None:
    for table in ("label_printing", "label_run", "label_item", "label_job", "label_printer", "label_medium"):
        op.drop_table(table)
