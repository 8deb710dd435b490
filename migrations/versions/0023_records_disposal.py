"""Disposal of records: what went and why; the database removes no record that is not written down there.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HEADS = ("firearm", "licence", "recovery", "trace")
STAYS = "registry: a record goes only when two have disposed of it at the end of its term"
LINK = "registry: a link of the chain of evidence is never changed or removed"
DRAWN = "registry: what was drawn on a licence stays drawn"
LISTED = "registry: what was disposed of stays on record"
OF_STEP = (
    "EXISTS (SELECT 1 FROM disposed_record d JOIN recovered_item i ON i.recovery_id = d.record_id"
    " WHERE d.record_class = 'recovery' AND i.id = OLD.item_id)"
)
OF_DRAW = "EXISTS (SELECT 1 FROM disposed_record WHERE record_class = 'licence' AND record_id = OLD.licence_id)"


def upgrade() -> None:
    op.create_table(
        "records_disposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("proposal_id", KEY, nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("approved_by", KEY, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("proposed_by <> approved_by", name=op.f("ck_records_disposal_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_disposal")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_records_disposal_proposal_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "disposed_record",
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("record_id", KEY, autoincrement=False, nullable=False),
        sa.Column("disposal_id", KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("law", sa.String(120), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.String(20), nullable=False),
        sa.Column("counted", sa.Date(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.CheckConstraint("kept_until >= counted", name=op.f("ck_disposed_record_days")),
        sa.ForeignKeyConstraint(
            ["disposal_id"],
            ["records_disposal.id"],
            name=op.f("fk_disposed_record_disposal_id_records_disposal"),
        ),
        sa.PrimaryKeyConstraint("record_class", "record_id", name=op.f("pk_disposed_record")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_disposed_record_disposal_id_n"), "disposed_record", ["disposal_id", "n"], unique=True
    )
    for statement in _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _sqlite():
    for head in HEADS:
        yield (
            f"CREATE TRIGGER {head}_stays BEFORE DELETE ON {head} WHEN NOT EXISTS (SELECT 1 FROM"
            f" disposed_record WHERE record_class = '{head}' AND record_id = OLD.id)"
            f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )
    yield from _sqlite_removal(f" WHEN NOT {OF_STEP}", f" WHEN NOT {OF_DRAW}")
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER disposed_record_stays_{event.lower()} BEFORE {event} ON disposed_record"
            f" BEGIN SELECT RAISE(ABORT, '{LISTED}'); END"
        )


def _sqlite_removal(of_step, of_draw):
    yield "DROP TRIGGER evidence_step_kept_delete"
    yield (
        f"CREATE TRIGGER evidence_step_kept_delete BEFORE DELETE ON evidence_step{of_step}"
        f" BEGIN SELECT RAISE(ABORT, '{LINK}'); END"
    )
    yield "DROP TRIGGER licence_draw_not_removed"
    yield (
        f"CREATE TRIGGER licence_draw_not_removed BEFORE DELETE ON licence_draw{of_draw}"
        f" BEGIN SELECT RAISE(ABORT, '{DRAWN}'); END"
    )


def _postgresql():
    yield (
        "CREATE FUNCTION record_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NOT EXISTS (SELECT 1 FROM disposed_record WHERE record_class = TG_TABLE_NAME"
        f" AND record_id = OLD.id) THEN RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END IF;"
        " RETURN OLD; END $$"
    )
    for head in HEADS:
        yield (
            f"CREATE TRIGGER {head}_stays BEFORE DELETE ON {head}"
            " FOR EACH ROW EXECUTE FUNCTION record_stays()"
        )
    yield (
        "CREATE FUNCTION disposed_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{LISTED}' USING ERRCODE = '23514'; END $$"
    )
    yield (
        "CREATE TRIGGER disposed_record_stays BEFORE UPDATE OR DELETE ON disposed_record"
        " FOR EACH ROW EXECUTE FUNCTION disposed_record_stays()"
    )
    yield from _postgresql_removal(
        f"IF TG_OP = 'DELETE' AND {OF_STEP} THEN RETURN OLD; END IF;", OF_DRAW
    )


def _postgresql_removal(of_step, of_draw):
    yield (
        "CREATE OR REPLACE FUNCTION evidence_step_kept() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {of_step} RAISE EXCEPTION '{LINK}' USING ERRCODE = '23514'; END $$"
    )
    yield "DROP TRIGGER licence_draw_conserved ON licence_draw"
    events = "INSERT OR UPDATE" if of_draw else "INSERT OR UPDATE OR DELETE"
    yield (
        f"CREATE TRIGGER licence_draw_conserved BEFORE {events} ON licence_draw"
        " FOR EACH ROW EXECUTE FUNCTION licence_draw_conserved()"
    )
    if of_draw:
        yield (
            "CREATE FUNCTION licence_draw_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT {of_draw} THEN RAISE EXCEPTION '{DRAWN}' USING ERRCODE = '23514'; END IF;"
            " RETURN OLD; END $$"
        )
        yield (
            "CREATE TRIGGER licence_draw_not_removed BEFORE DELETE ON licence_draw"
            " FOR EACH ROW EXECUTE FUNCTION licence_draw_stays()"
        )


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for head in HEADS:
            bind.exec_driver_sql(f"DROP TRIGGER {head}_stays ON {head}")
        bind.exec_driver_sql("DROP FUNCTION record_stays()")
        bind.exec_driver_sql("DROP TRIGGER licence_draw_not_removed ON licence_draw")
        bind.exec_driver_sql("DROP FUNCTION licence_draw_stays()")
        for statement in _postgresql_removal("", ""):
            bind.exec_driver_sql(statement)
    else:
        for head in HEADS:
            bind.exec_driver_sql(f"DROP TRIGGER {head}_stays")
        for statement in _sqlite_removal("", ""):
            bind.exec_driver_sql(statement)
    op.drop_table("disposed_record")
    op.drop_table("records_disposal")
    if bind.dialect.name == "postgresql":
        bind.exec_driver_sql("DROP FUNCTION disposed_record_stays()")
