"""Cells of every covered table, changed one by one, and the finding each of them must give.

Cells whose findings name them are changed together in one transaction, each in its own row where the
finding names the row alone; the others have a transaction each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select, text

from registry.core.database import Base
from registry.core.journal.triggers import journaled, key_json
from registry.ledger.verifier import Problem
from tests.ledger.rows import change, first

LOG = (
    "ledger_entry", "ledger_change", "ledger_personal", "ledger_leaf", "ledger_state", "ledger_checkpoint",
    "ledger_tile",
)  # fmt: skip
ALONE = {
    "ledger_entry.id", "ledger_change.id", "ledger_change.entry_id", "ledger_leaf.id", "ledger_leaf.entry_id",
    "ledger_leaf.body", "ledger_state.id", "ledger_state.size", "ledger_state.peaks", "ledger_tile.level",
    "ledger_checkpoint.size", "ledger_checkpoint.root", "ledger_checkpoint.note",
    "ledger_checkpoint.signed_at", "ledger_tile.n", "ledger_tile.hashes",
}  # fmt: skip
_PERSONAL = (
    "SELECT p.change_id, p.name, e.leaf FROM ledger_personal p JOIN ledger_change c ON c.id = p.change_id"
    " JOIN ledger_entry e ON e.id = c.entry_id WHERE p.name LIKE 'after.%' ORDER BY c.id DESC"
)


@dataclass(frozen=True)
class Cell:
    """A column in a row, and what its finding says: level, where it ends, how the message begins."""

    name: str
    level: int
    where: str
    message: str = ""

    def found(self, problems: Iterable[Problem]) -> bool:
        """Whether the finding is among these problems."""
        return any(
            p.level == self.level and p.where.endswith(self.where) and p.message.startswith(self.message)
            for p in problems
        )


def every() -> set[str]:
    """The name of every column that is covered."""
    tables = [*journaled(Base.metadata), *(Base.metadata.tables[name] for name in LOG)]
    return {f"{table.name}.{column.name}" for table in tables for column in table.columns}


def change_columns(connection: Connection) -> Iterator[Cell | str]:
    """Change each column that is no key, of one row of each table; a name where every value is refused."""
    for table in journaled(Base.metadata):
        row, where = _first(connection, table)
        for column in table.columns:
            if not column.primary_key:
                cell = Cell(f"{table.name}.{column.name}", 3, where, f"{column.name} is not what the journal")
                yield cell if change(connection, table, column.name, row) else cell.name


def change_keys(connection: Connection, nth: int) -> Iterator[Cell | str]:
    """Change the nth column of the key of one row of each table whose key has so many."""
    for table in journaled(Base.metadata):
        keys = [column.name for column in table.primary_key.columns]
        if nth < len(keys):
            row, where = _first(connection, table)
            cell = Cell(f"{table.name}.{keys[nth]}", 3, where, "is in the journal but not in the table")
            yield cell if change(connection, table, keys[nth], row) else cell.name


def _first(connection: Connection, table: Table) -> tuple[Any, str]:
    """A row of the table, and where the verifier says it is."""
    row, this = first(connection, table)
    key = text(key_json(table, connection.dialect.name, f'"{table.name}"'))
    found = connection.execute(select(key).select_from(table).where(*this)).scalar_one()
    return row, f"{table.name} {json.dumps(json.loads(found))}"


def change_journal(connection: Connection) -> Iterator[Cell | str]:
    """Change the journal's columns that its findings tell apart, each in another row."""
    entry, changed, personal = (Base.metadata.tables[name] for name in LOG[:3])
    for at, name in enumerate(_shared(entry), start=20):
        row = connection.execute(select(entry).where(entry.c.leaf == at)).mappings().one()
        yield _in(connection, entry, name, row, f"leaf {at}")
    latest = connection.execute(select(changed).order_by(changed.c.id.desc())).mappings().all()
    spent = set()
    for name, row in zip(_shared(changed), latest, strict=False):
        spent.add(row["id"])
        yield _in(connection, changed, name, row, f"change {row['id']}")
    left = [row for row in connection.execute(text(_PERSONAL)).all() if row.change_id not in spent]
    for name, found in zip(_shared(personal), left[::7], strict=False):
        one = (personal.c.change_id == found.change_id) & (personal.c.name == found.name)
        row = connection.execute(select(personal).where(one)).mappings().one()
        yield _in(connection, personal, name, row, f"change {found.change_id}")


def _shared(table: Table) -> list[str]:
    return [column.name for column in table.columns if f"{table.name}.{column.name}" not in ALONE]


def _in(connection: Connection, table: Table, name: str, row: Any, where: str) -> Cell | str:
    cell = Cell(f"{table.name}.{name}", 2, where)
    return cell if change(connection, table, name, row) else cell.name


def change_alone(connection: Connection, name: str) -> bool:
    """Change a column of the log whose findings do not name it; False when every value is refused."""
    subject, _, column = name.partition(".")
    table = Base.metadata.tables[subject]
    return change(connection, table, column, first(connection, table)[0])
