"""A change names its entry without a foreign key: the triggers take it from the entry's own row.

SQLite would copy the whole journal to drop one; its documentation gives another way for constraints that
change nothing of what is stored (https://www.sqlite.org/lang_altertable.html#otheralter): the text of the
table itself.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME = "fk_ledger_change_entry_id_ledger_entry"
PRIMARY = "CONSTRAINT pk_ledger_change PRIMARY KEY (id)"
FOREIGN = f"CONSTRAINT {NAME} FOREIGN KEY(entry_id) REFERENCES ledger_entry (id)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "ledger_change", type_="foreignkey")
    else:
        _reword(f"{PRIMARY}, \n\t{FOREIGN}", PRIMARY)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(NAME, "ledger_change", "ledger_entry", ["entry_id"], ["id"])
    else:
        _reword(PRIMARY, f"{PRIMARY}, \n\t{FOREIGN}")


def _reword(before: str, after: str) -> None:
    ask = op.get_bind().exec_driver_sql
    version = ask("PRAGMA schema_version").scalar_one()
    ask("PRAGMA writable_schema = ON")
    named = "type = 'table' AND name = 'ledger_change'"
    changed = ask(
        f"UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE {named} AND instr(sql, ?) > 0",
        (before, after, before),
    ).rowcount
    ask(f"PRAGMA schema_version = {version + 1}")
    ask("PRAGMA writable_schema = RESET")
    if changed != 1:
        raise RuntimeError("the table ledger_change is not as its migration left it")
