"""Which firearms a trace names has an index, written by triggers; how far old rows are filled is kept.

Revision ID: 0066
Revises: 0065
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    """
CREATE TRIGGER trace_named AFTER INSERT ON trace WHEN NEW.kind = 'firearm' BEGIN
  INSERT OR IGNORE INTO trace_firearm (firearm_id, trace_id)
    SELECT CAST(substr(c.value ->> 'number', 3) AS INTEGER), NEW.id
    FROM json_each(NEW.answer, '$.candidates') c;
END""",
    """
CREATE TRIGGER trace_named_gone AFTER DELETE ON trace WHEN OLD.kind = 'firearm' BEGIN
  DELETE FROM trace_firearm WHERE trace_id = OLD.id AND firearm_id IN (
    SELECT CAST(substr(c.value ->> 'number', 3) AS INTEGER) FROM json_each(OLD.answer, '$.candidates') c);
END""",
)
POSTGRESQL = (
    """
CREATE FUNCTION trace_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO trace_firearm (firearm_id, trace_id)
    SELECT split_part(c ->> 'number', '-', 2)::bigint, NEW.id
    FROM json_array_elements(NEW.answer::json -> 'candidates') c ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$""",
    """
CREATE TRIGGER trace_named AFTER INSERT ON trace
  FOR EACH ROW WHEN (NEW.kind = 'firearm') EXECUTE FUNCTION trace_named()""",
    """
CREATE FUNCTION trace_named_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM trace_firearm WHERE trace_id = OLD.id AND firearm_id IN (
    SELECT split_part(c ->> 'number', '-', 2)::bigint
    FROM json_array_elements(OLD.answer::json -> 'candidates') c);
  RETURN NULL;
END $$""",
    """
CREATE TRIGGER trace_named_gone AFTER DELETE ON trace
  FOR EACH ROW WHEN (OLD.kind = 'firearm') EXECUTE FUNCTION trace_named_gone()""",
)


def upgrade() -> None:
    op.create_table(
        "trace_firearm",
        sa.Column("firearm_id", KEY, autoincrement=False, nullable=False),
        sa.Column("trace_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("firearm_id", "trace_id", name="pk_trace_firearm"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "filling",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("last", KEY, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_filling"),
        sqlite_strict=True,
    )
    for sql in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("trace_named_gone", "trace_named"):
        op.get_bind().exec_driver_sql(f"DROP TRIGGER {name}" + ("" if is_sqlite else " ON trace"))
        if not is_sqlite:
            op.get_bind().exec_driver_sql(f"DROP FUNCTION {name}()")
    op.drop_table("filling")
    op.drop_table("trace_firearm")
