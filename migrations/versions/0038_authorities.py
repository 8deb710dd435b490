"""Cards of authorities; what was set as a State's point of contact becomes the first entry of its card.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TEXTS = (("answers", 200), ("languages", 100), ("requirements", 2000), ("links", 2000), ("public", 100))


def upgrade() -> None:
    op.create_table(
        "authority_entry",
        sa.Column("state", sa.String(2), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(620), nullable=False),
        *(sa.Column(name, sa.String(longest), nullable=False) for name, longest in TEXTS),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.CheckConstraint("n >= 1", name=op.f("ck_authority_entry_n")),
        sa.CheckConstraint("kind IN ('entered', 'confirmed')", name=op.f("ck_authority_entry_kind")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_authority_entry_source")),
        sa.ForeignKeyConstraint(["state"], ["state.code"], name=op.f("fk_authority_entry_state_state")),
        sa.PrimaryKeyConstraint("state", "n", name=op.f("pk_authority_entry")),
        sqlite_strict=True,
    )
    op.create_table(
        "authority_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", KEY, nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name=op.f("ck_authority_term_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_term")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO authority_entry (state, n, kind, authority, contact, answers, languages, requirements,"
        " links, public, source, at, by) SELECT code, 1, 'entered', contact_name, contact_name || ', ' ||"
        " contact_address, '', '', '', '', 'authority answers languages requirements',"
        " 'Set as the point of contact before cards were kept', updated_at, 0"
        " FROM state WHERE contact_name <> '' AND updated_at IS NOT NULL"
    )
    for column in ("contact_name", "contact_address", "updated_at"):
        op.drop_column("state", column)


def downgrade() -> None:
    op.add_column("state", sa.Column("contact_name", sa.String(200), server_default="", nullable=False))
    op.add_column("state", sa.Column("contact_address", sa.String(400), server_default="", nullable=False))
    op.add_column("state", sa.Column("updated_at", INSTANT, nullable=True))
    newest = (
        "FROM authority_entry e WHERE e.state = state.code"
        " AND e.n = (SELECT max(n) FROM authority_entry WHERE authority_entry.state = state.code)"
    )
    op.execute(
        f"UPDATE state SET contact_name = (SELECT e.authority {newest}),"  # noqa: S608 - our own words
        f" contact_address = (SELECT substr(e.contact, 1, 400) {newest}), updated_at = (SELECT e.at {newest})"
        " WHERE code IN (SELECT state FROM authority_entry)"
    )
    op.drop_table("authority_term")
    op.drop_table("authority_entry")
