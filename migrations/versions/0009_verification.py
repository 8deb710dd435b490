"""Documents that everyone can verify, and the files they were printed as.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
GOOD = sa.text("superseded_at IS NULL AND revoked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "issued_document",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", KEY, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_for", sa.String(400), nullable=False),
        sa.UniqueConstraint("seal", name=op.f("uq_issued_document_seal")),
        sa.CheckConstraint("length(seal) = 32 AND length(salt) = 16", name=op.f("ck_issued_document_seal")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_for = '')", name=op.f("ck_issued_document_revoked")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_issued_document_kind_subject", "issued_document", ["kind", "subject"])
    op.create_index(
        "ux_issued_document_good",
        "issued_document",
        ["kind", "subject"],
        unique=True,
        sqlite_where=GOOD,
        postgresql_where=GOOD,
    )
    op.create_table(
        "document_print",
        sa.Column(
            "document_id",
            KEY,
            sa.ForeignKey("issued_document.id", name="fk_document_print_document_id_issued_document"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("printed_at", INSTANT, nullable=False),
        sa.Column("printed_by", KEY, nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_document_print_digest")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("document_print")
    op.drop_table("issued_document")
