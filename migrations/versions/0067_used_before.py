"""How much of a licence of before this registry was used before it.

Revision ID: 0067
Revises: 0066
"""

from __future__ import annotations

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

COUNTED = "registry: what is drawn on a licence is what its shipments took"
WITHIN = "used_before BETWEEN 0 AND drawn"
NAME = "ck_licence_line_used_before"
TAKEN = """(SELECT COALESCE(SUM(quantity), 0) FROM licence_draw
    WHERE licence_id = NEW.licence_id AND line_n = NEW.n) + (SELECT COALESCE(SUM(quantity), 0) FROM brokered_line
    WHERE licence_id = NEW.licence_id AND line_n = NEW.n)"""
WITH_BEFORE = f"{TAKEN} + NEW.used_before"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        run("ALTER TABLE licence_line ADD COLUMN used_before BIGINT DEFAULT 0 NOT NULL")
        run(f"ALTER TABLE licence_line ADD CONSTRAINT {NAME} CHECK ({WITHIN})")
        for statement in _postgresql("drawn, used_before", WITH_BEFORE):
            run(statement)
        return
    run(
        "ALTER TABLE licence_line ADD COLUMN used_before INTEGER DEFAULT 0 NOT NULL"
        f" CONSTRAINT {NAME} CHECK ({WITHIN})"
    )
    for statement in _sqlite("drawn, used_before", WITH_BEFORE):
        run(statement)


def _sqlite(columns, taken):
    changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in columns.split(", "))
    yield "DROP TRIGGER licence_line_drawn"
    yield f"""CREATE TRIGGER licence_line_drawn BEFORE UPDATE OF {columns} ON licence_line
  WHEN {changed} BEGIN
  SELECT RAISE(ABORT, '{COUNTED}') WHERE NEW.drawn <> {taken}; END"""


def _postgresql(columns, taken):
    yield f"""CREATE OR REPLACE FUNCTION licence_line_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.drawn <> {taken} THEN RAISE EXCEPTION '{COUNTED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$"""
    yield "DROP TRIGGER licence_line_drawn ON licence_line"
    yield f"""CREATE TRIGGER licence_line_drawn BEFORE INSERT OR UPDATE OF {columns} ON licence_line
  FOR EACH ROW EXECUTE FUNCTION licence_line_drawn()"""


def downgrade() -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        for statement in _postgresql("drawn", TAKEN):
            run(statement)
    else:
        for statement in _sqlite("drawn", TAKEN):
            run(statement)
    run("UPDATE licence_line SET drawn = drawn - used_before, used_before = 0 WHERE used_before > 0")
    run("ALTER TABLE licence_line DROP COLUMN used_before")
