"""A record's number is given once: SQLite remembers the last one although its record went.

PostgreSQL's sequences do so by themselves.

Revision ID: 0044
Revises: 0043
"""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = ("firearm", "licence", "recovery", "trace")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        ask = op.get_bind().exec_driver_sql
        ask("CREATE TABLE number_once (id INTEGER PRIMARY KEY AUTOINCREMENT)")  # makes sqlite_sequence
        ask("DROP TABLE number_once")
        _reword("PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)")
        for name in TABLES:
            ask(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{name}', coalesce(max(id), 0) FROM {name}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword("PRIMARY KEY (id AUTOINCREMENT)", "PRIMARY KEY (id)")
        for name in TABLES:
            op.get_bind().exec_driver_sql(f"DELETE FROM sqlite_sequence WHERE name = '{name}'")


def _reword(before: str, after: str) -> None:
    """As SQLite documents it for changes that leave what is stored as it is."""
    ask = op.get_bind().exec_driver_sql
    version = ask("PRAGMA schema_version").scalar_one()
    ask("PRAGMA writable_schema = ON")
    named = f"type = 'table' AND name IN {TABLES}"
    changed = ask(
        f"UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE {named} AND instr(sql, ?) > 0",
        (before, after, before),
    ).rowcount
    ask(f"PRAGMA schema_version = {version + 1}")
    ask("PRAGMA writable_schema = RESET")
    if changed != len(TABLES):
        raise RuntimeError("tables are not as their migrations left them")
