"""Marks are found by position: blocks of packed marks, and triggers that note what is not in them yet.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    """
CREATE TRIGGER mark_noted AFTER INSERT ON mark WHEN NEW.folded <> '' BEGIN
  INSERT INTO mark_change (firearm_id, n) VALUES (NEW.firearm_id, NEW.n);
END""",
    """
CREATE TRIGGER mark_noted_again AFTER UPDATE OF folded, firearm_id, n ON mark WHEN NEW.folded <> '' BEGIN
  INSERT INTO mark_change (firearm_id, n) VALUES (NEW.firearm_id, NEW.n);
END""",
    "INSERT INTO mark_change (firearm_id, n) SELECT firearm_id, n FROM mark WHERE folded <> ''",
)
# Once for each statement, however many marks it brings.
POSTGRESQL = """
CREATE FUNCTION mark_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mark_change (xact, firearm_id, n)
    SELECT pg_current_xact_id()::text::bigint, firearm_id, n FROM added WHERE folded <> '';
  RETURN NULL;
END $$;
CREATE TRIGGER mark_noted AFTER INSERT ON mark REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mark_noted();
CREATE FUNCTION mark_noted_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mark_change (xact, firearm_id, n)
    SELECT pg_current_xact_id()::text::bigint, a.firearm_id, a.n FROM added a
    LEFT JOIN gone g ON g.firearm_id = a.firearm_id AND g.n = a.n
    WHERE a.folded <> '' AND a.folded IS DISTINCT FROM g.folded;
  RETURN NULL;
END $$;
CREATE TRIGGER mark_noted_again AFTER UPDATE ON mark REFERENCING OLD TABLE AS gone NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mark_noted_again();
ALTER TABLE mark_block ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN words SET STORAGE EXTERNAL;
INSERT INTO mark_change (xact, firearm_id, n)
  SELECT pg_current_xact_id()::text::bigint, firearm_id, n FROM mark WHERE folded <> '';
"""


def upgrade() -> None:
    op.create_table(
        "mark_rule",
        sa.Column("id", KEY, nullable=False),
        sa.Column("maker", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("pattern", sa.String(length=80), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("symbol", sa.String(length=30), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("tells", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("added_by", KEY, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", KEY, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_for", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_year <= last_year", name=op.f("ck_mark_rule_years")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_mark_rule_country_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_rule")),
        sqlite_strict=True,
    )
    op.create_table(
        "mark_index",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_index")),
        sqlite_strict=True,
    )
    op.create_table(
        "mark_block",
        sa.Column("id", KEY, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("base", KEY, nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_block")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mark_change",
        sa.Column("seq", KEY, nullable=False),
        sa.Column("xact", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("firearm_id", KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_mark_change")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mark_change_xact_seq"), "mark_change", ["xact", "seq"], unique=False)
    op.execute("INSERT INTO mark_index (id, generation) VALUES (1, 0)")
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION mark_noted() CASCADE")
        op.execute("DROP FUNCTION mark_noted_again() CASCADE")
    else:
        op.execute("DROP TRIGGER mark_noted")
        op.execute("DROP TRIGGER mark_noted_again")
    for table in ("mark_change", "mark_block", "mark_index", "mark_rule"):
        op.drop_table(table)
