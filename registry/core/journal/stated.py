"""Of which columns each table is in the journal.

This is what tells that rows are still to be stated anew after a migration, however often the upgrade was
broken off in between: what the journal says is kept in one transaction with the rows that say it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, MetaData, Table, inspect

from registry.core.journal import triggers
from registry.core.journal.tables import StatedTable

Columns = tuple[frozenset[str], frozenset[str]]
"""Names of a table's columns, and of those the journal keeps apart."""
_KEPT = StatedTable.metadata.tables[StatedTable.__tablename__]


def columns(table: Table) -> Columns:
    """Of a table as this version has it."""
    apart = (column.name for column in table.columns if triggers.is_personal(column))
    return frozenset(column.name for column in table.columns), frozenset(apart)


def wanted(metadata: MetaData) -> dict[str, Columns]:
    """Of every table of the journal, as this version has it."""
    return {table.name: columns(table) for table in triggers.journaled(metadata)}


def found(connection: Connection) -> dict[str, Columns]:
    """Of every table as its rows are in the journal; empty where that is not known."""
    if not inspect(connection).has_table(_KEPT.name):
        return {}
    rows = connection.execute(_KEPT.select()).all()
    return {row.name: (_names(row.columns), _names(row.apart)) for row in rows}


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def keep(connection: Connection, stated: Mapping[str, Columns]) -> None:
    """From now on this is how tables are in the journal. The table is made where no migration made it yet."""
    _KEPT.create(connection, checkfirst=True)
    connection.execute(_KEPT.delete())
    rows = [
        {"name": name, "columns": " ".join(sorted(names)), "apart": " ".join(sorted(apart))}
        for name, (names, apart) in sorted(stated.items())
    ]
    if rows:
        connection.execute(_KEPT.insert(), rows)


def forget(connection: Connection) -> None:
    """Nobody knows any more: changes may have come that the journal did not see."""
    if inspect(connection).has_table(_KEPT.name):
        connection.execute(_KEPT.delete())


def behind(connection: Connection, metadata: MetaData) -> list[str]:
    """Names of tables whose rows are to be stated anew; empty when the journal folds to the tables."""
    there = found(connection)
    return [name for name, asked in wanted(metadata).items() if there.get(name) != asked]
