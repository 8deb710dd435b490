"""Rows stated anew: after a migration that changed what a table looks like, when the journal begins, and
when records came from another engine, which writes them otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, text

from registry.core.database import Turn
from registry.core.journal import entries
from registry.core.journal.triggers import is_personal, key_json, row_json, sqlite_value

_SALT = {
    "sqlite": "randomblob(16)",
    "postgresql": "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())",
}
_BY_ROW = {"sqlite": "CROSS JOIN", "postgresql": "JOIN"}
"""How a row finds its change: SQLite, left to itself, looks for the row of each change among all rows."""


def restate(connection: Connection, tables: Sequence[Table], act: str = "migration") -> None:
    """Write every row of these tables into the journal as it is now, as one entry of this act."""
    filled = [table for table in tables if connection.execute(table.select().limit(1)).first() is not None]
    if not filled:
        return
    engine = connection.dialect.name
    turn = Turn(connection.connection.dbapi_connection, engine == "sqlite", begun=True)
    said_of_it = said(act)
    (opened,) = turn.run(entries.OPEN, said_of_it)
    if engine == "postgresql":
        for setting in ("timezone = 'UTC'", "bytea_output = 'hex'", "extra_float_digits = 1"):
            connection.exec_driver_sql(f"SET LOCAL {setting}")
    for table in filled:
        for sql in _statements(table, engine):
            connection.execute(text(sql), {"entry": opened[0]})
    entries.close(turn, opened, said_of_it, said_of_it)


def said(act: str) -> dict[str, Any]:
    """What an entry of the operator says."""
    return {
        "at": datetime.now(UTC),
        "actor_id": 0,
        "role": "authority_supervisor",
        "purpose": entries.UNSTATED_PURPOSE,
        "case_number": "",
        "act": act,
        "request_id": os.urandom(16).hex(),
        "note": "",
    }


def _statements(table: Table, engine: str) -> list[str]:
    key = key_json(table, engine, "t")
    ordered = ", ".join(f't."{column.name}"' for column in table.primary_key.columns)
    changes = (
        "INSERT INTO ledger_change (entry_id, subject, op, key, before, after, salt)"
        f" SELECT :entry, '{table.name}', 'S', {key}, NULL, {row_json(table, engine, 't')}, {_SALT[engine]}"
        f' FROM "{table.name}" t ORDER BY {ordered}'
    )
    return [changes, *(_personal(table, engine, key, c) for c in table.columns if is_personal(c))]


def _personal(table: Table, engine: str, key: str, column: Column[object]) -> str:
    name = column.name
    value = (
        f"json_array({sqlite_value(column, 't')})"
        if engine == "sqlite"
        else f'jsonb_build_array(t."{name}")::text'
    )
    return (
        "INSERT INTO ledger_personal (change_id, name, value, salt)"
        f" SELECT c.id, 'after.{name}', {value}, {_SALT[engine]} FROM \"{table.name}\" t {_BY_ROW[engine]}"
        f" ledger_change c ON c.subject = '{table.name}' AND c.key = {key} WHERE c.entry_id = :entry"
    )
