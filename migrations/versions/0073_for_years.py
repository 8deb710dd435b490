"""Of which columns each table is in the journal, so that an upgrade that was broken off is known to be; and
indexes for what people gave, for cases by kind, State and party, and for alarms.

An upgrade that begins before this revision has made the table already.

Revision ID: 0073
Revises: 0070
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0070"
branch_labels = None
depends_on = None

NEW = (
    ("ix_custody_given", "custody", "from_id", "from_id IS NOT NULL"),
    ("ix_movement_given_whole", "movement", "from_id", "depth = 0"),
    ("ix_licence_recipient_id", "licence", "recipient_id", ""),
    ("ix_licence_kind_id", "licence", "kind, id", ""),
    ("ix_licence_export_country_id", "licence", "export_country, id", ""),
    ("ix_licence_import_country_id", "licence", "import_country, id", ""),
    ("ix_recovery_kind_id", "recovery", "kind, id", ""),
    ("ix_deactivation_applicant_id", "deactivation", "applicant_id", ""),
    ("ix_deactivation_done_by_id", "deactivation", "done_by_id", ""),
    ("ix_state_notice_alarm", "state_notice", "id", "alarm <> ''"),
)


def upgrade() -> None:
    op.create_table(
        "stated_table",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("apart", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stated_table")),
        sqlite_strict=True,
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():
        _wait("0")  # for transactions that began before: nobody waits for this
        for name, table, columns, where in NEW:
            some = sa.text(where) if where else None
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)  # one half built before
            op.create_index(
                name,
                table,
                columns.split(", "),
                postgresql_concurrently=True,
                sqlite_where=some,
                postgresql_where=some,
            )
        _wait("10s")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, _, _ in NEW:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.drop_table("stated_table")


def _wait(longest):
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SET lock_timeout = '{longest}'")
