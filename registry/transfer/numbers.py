"""The last number that each table has given, which may be above those that are left: none is given twice."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select, text


def last(connection: Connection, table: Table) -> int | None:
    """The highest number a table has given; None where it gives none by itself."""
    if connection.dialect.name == "sqlite":
        asked = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        given = connection.scalar(asked, {"name": table.name})
        return None if given is None else int(given)
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    told = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
    return int(told.last_value) if told.is_called else 0


def go_on(connection: Connection, table: Table, after: int | None) -> None:
    """The next number comes after this one, and after all that are there."""
    if connection.dialect.name == "sqlite":
        told = text("UPDATE sqlite_sequence SET seq = max(seq, :after) WHERE name = :name")
        connection.execute(told, {"after": after or 0, "name": table.name})
        return
    sequence = _sequence(connection, table)
    if sequence is None:
        return
    (column,) = table.primary_key.columns
    highest = max(after or 0, connection.scalar(select(func.max(column))) or 0)
    if highest:
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": highest})


def _sequence(connection: Connection, table: Table) -> str | None:
    """The sequence that PostgreSQL gives a table's key from."""
    asked = text("SELECT pg_get_serial_sequence(:table, :column)")
    for column in table.primary_key.columns:
        found = connection.scalar(asked, {"table": f'"{table.name}"', "column": column.name})
        if found:
            return str(found)
    return None
