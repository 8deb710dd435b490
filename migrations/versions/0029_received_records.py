"""Records that companies hand over when they close, and where they are kept.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAYS = "registry: a step of custody of records is never changed or removed"
EVENTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        "received_records",
        sa.Column("id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("description", sa.String(400), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("giver", sa.String(200), nullable=False),
        sa.Column("kept_at", sa.String(200), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", KEY, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "first_on <= last_on AND last_on <= received_on", name=op.f("ck_received_records_days")
        ),
        sa.CheckConstraint("entries > 0", name=op.f("ck_received_records_entries")),
        sa.CheckConstraint("digest = '' OR length(digest) = 64", name=op.f("ck_received_records_digest")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_received_records_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_records")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_received_records_party_id_id"), "received_records", ["party_id", "id"])
    op.create_table(
        "received_step",
        sa.Column("received_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_at", sa.String(200), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("moved_by", KEY, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["received_id"],
            ["received_records.id"],
            name=op.f("fk_received_step_received_id_received_records"),
        ),
        sa.PrimaryKeyConstraint("received_id", "n", name=op.f("pk_received_step")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    execute = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        execute(
            "CREATE FUNCTION received_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END $$"
        )
        execute(
            "CREATE TRIGGER received_step_stays BEFORE UPDATE OR DELETE ON received_step"
            " FOR EACH ROW EXECUTE FUNCTION received_step_stays()"
        )
        return
    for event in EVENTS:
        execute(
            f"CREATE TRIGGER received_step_stays_{event.lower()} BEFORE {event} ON received_step"
            f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )


def downgrade() -> None:
    op.drop_table("received_step")
    op.drop_table("received_records")
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql("DROP FUNCTION received_step_stays()")
