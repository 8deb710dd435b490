"""Records opened beyond a role: they stay as they were opened, and are reviewed once, by somebody else.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAYS = "registry: what was opened beyond a role stays on record as it was opened"
FIXED = (
    "record", "reason", "words", "purpose", "case_number", "role", "opened_by", "opened_at", "minutes",
    "ends_at",
)  # fmt: skip
ONCE = ("ended_at", "reviewed_at")


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("purpose", sa.String(30), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("opened_by", KEY, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", KEY, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.String(16), nullable=False),
        sa.Column("review", sa.String(400), nullable=False),
        sa.Column("reviewed_by", KEY, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 1 AND 60", name=op.f("ck_break_glass_minutes")),
        sa.CheckConstraint(
            "record <> '' AND words <> '' AND case_number <> ''", name=op.f("ck_break_glass_stated")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_break_glass_ended")),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_break_glass_reviewed")
        ),
        sa.CheckConstraint("(reviewed_at IS NULL) = (finding = '')", name=op.f("ck_break_glass_found")),
        sa.CheckConstraint(
            "finding IN ('', 'justified', 'not_justified')", name=op.f("ck_break_glass_finding")
        ),
        sa.CheckConstraint("reviewed_by <> opened_by", name=op.f("ck_break_glass_two")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["account.id"], name=op.f("fk_break_glass_opened_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_break_glass_opened_by_record_ends_at"), "break_glass", ["opened_by", "record", "ends_at"]
    )
    op.create_index(op.f("ix_break_glass_reviewed_at"), "break_glass", ["reviewed_at"])
    for statement in _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _changed(differs):
    fixed = [f"NEW.{name} {differs} OLD.{name}" for name in FIXED]
    once = [f"(OLD.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in ONCE]
    return " OR ".join([*fixed, *once])


def _sqlite():
    for event, condition in (("UPDATE", f" WHEN {_changed('IS NOT')}"), ("DELETE", "")):
        yield (
            f"CREATE TRIGGER break_glass_stays_{event.lower()} BEFORE {event} ON break_glass{condition}"
            f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )


def _postgresql():
    yield (
        "CREATE FUNCTION break_glass_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END IF;"
        f" IF {_changed('IS DISTINCT FROM')} THEN RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END IF;"
        " RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER break_glass_stays BEFORE UPDATE OR DELETE ON break_glass"
        " FOR EACH ROW EXECUTE FUNCTION break_glass_stays()"
    )


def downgrade() -> None:
    op.drop_table("break_glass")
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql("DROP FUNCTION break_glass_stays()")
