"""A made-up row in every table that is empty, written as everybody writes: with a name, under the triggers.

What the rows say is nonsense, so constraints of sense stand aside; keys and references are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Table,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from registry.core.database import Base, Database, Instant
from registry.core.journal import triggers
from registry.core.work import OPERATOR, Office

_SQLITE_TRIGGERS = "SELECT name, '' AS subject FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL_TRIGGERS = """
SELECT t.tgname AS name, ' ON ' || c.relname AS subject FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"""
_CHECKS = """
SELECT conrelid::regclass::text AS subject, conname AS name FROM pg_constraint
WHERE contype = 'c' AND connamespace = current_schema()::regnamespace"""


def senseless(database: Database) -> None:
    """Take away what refuses nonsense: triggers that are not the journal's, and on PostgreSQL CHECKs."""
    with database.writer.begin() as connection:
        for name, subject in list(all_triggers(connection)):
            if not name.startswith(triggers.PREFIX):
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"{subject}')
        if not database.is_sqlite:
            for subject, name in connection.execute(text(_CHECKS)).all():
                connection.exec_driver_sql(f'ALTER TABLE {subject} DROP CONSTRAINT "{name}"')


def all_triggers(connection: Connection) -> Iterator[tuple[str, str]]:
    """(name, what follows the name when it is dropped) of every trigger there is."""
    is_sqlite = connection.dialect.name == "sqlite"
    for row in connection.execute(text(_SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_TRIGGERS)).all():
        yield row.name, row.subject


def fill(office: Office) -> None:
    """One row more in each journaled table that has none."""
    wanted = triggers.journaled(Base.metadata)
    with office.begin(OPERATOR, doing="tests") as work:
        connection = work.session.connection()
        with checks_aside(connection):
            for table in Base.metadata.sorted_tables:
                if table in wanted and connection.execute(select(table).limit(1)).first() is None:
                    connection.execute(table.insert().values(made_up(connection, table)))


@contextmanager
def checks_aside(connection: Connection) -> Iterator[None]:
    """Without CHECKs; PostgreSQL's were taken away by `senseless`."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


def made_up(connection: Connection, table: Table) -> dict[str, Any]:
    """Values for each column; references lead to rows that are there."""
    row: dict[str, Any] = {}
    for key in table.foreign_key_constraints:
        pairs = [(element.parent, element.column) for element in key.elements]
        fits = [there == row[here.name] for here, there in pairs if here.name in row]
        found = connection.execute(select(key.referred_table).where(*fits).limit(1)).mappings().first()
        for here, there in pairs:
            row.setdefault(here.name, found[there.name] if found else None)
    return {column.name: row.get(column.name, some(column)) for column in table.columns}


def some(column: Column[Any]) -> Any:
    """A value of the column's kind."""
    if isinstance(column.type, Instant):
        return datetime(2001, 1, 1, tzinfo=UTC)
    for kind, value in ((Date, date(2001, 1, 1)), (Boolean, True), (Integer, 7), (LargeBinary, b"x")):
        if isinstance(column.type, kind):
            return value
    return "x"


def others(column: Column[Any], value: Any) -> list[Any]:
    """Values unlike this one that the column may hold, likely ones first."""
    if value is None:
        return [some(column)]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1_000_000, value + 1, value - 1]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:] if value else b"x"]
    if isinstance(value, date):
        return [value.replace(year=year) for year in (1904, 1908)]
    last = "x" if value[-1:] != "x" else "y"
    return [f"{value[:-1]}{last}", "BR", "AT"]


def change(connection: Connection, table: Table, name: str, row: Any) -> bool:
    """Change one cell of a row; False when every other value is refused."""
    this = [key == row[key.name] for key in table.primary_key.columns]
    for value in others(table.columns[name], row[name]):
        try:
            with connection.begin_nested():
                connection.execute(table.update().where(*this).values({name: value}))
        except DBAPIError:
            continue
        return True
    return False


def first(connection: Connection, table: Table) -> tuple[Any, list[ColumnElement[bool]]]:
    """The first row of a table, which has one, and the condition that it is this one."""
    keys = table.primary_key.columns
    row = connection.execute(select(table).order_by(*keys).limit(1)).mappings().first()
    assert row is not None, f"{table.name} has no row in the world"
    return row, [key == row[key.name] for key in keys]


def double(connection: Connection, table: Table) -> dict[str, Any]:
    """A row of the table that is none of those there."""
    row, _ = first(connection, table)
    return {column.name: others(column, row[column.name])[0] for column in table.columns}


def drop(connection: Connection, table: str, event: str) -> str:
    """Drop the journal's trigger on an event of a table; answers the SQL that puts it back."""
    engine = connection.dialect.name
    wanted = triggers.wanted(Base.metadata, engine)
    ends = (f"_{event}", f"_{event}ed", "_kept", "")
    name = next(name for end in ends if (name := f"{triggers.PREFIX}{table}{end}") in wanted)
    connection.exec_driver_sql(f"DROP TRIGGER {name}{'' if engine == 'sqlite' else f' ON {table}'}")
    return wanted[name]
