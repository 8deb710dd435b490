"""Databases as earlier revisions left them, with records: those of a registry of today, as far as a revision
knows their tables and columns.

The records were taken by today's triggers when they were made, so the guards of the earlier revision are set
aside for the length of the copy, as when a registry is rebuilt; its keys, checks and unique columns hold.
From the revision that brought the ledger on, the journal's own triggers take every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Inspector, MetaData, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError

from registry.core.database import Base, Database, Turn
from registry.core.journal import entries, restating, triggers
from registry.transfer import numbers

Row = dict[str, Any]
Rows = dict[str, list[Row]]
NOT_CARRIED = (
    "ledger_", "alembic_", "mark_block", "mark_change", "mark_index", "exchange_rate", "sign_in",
    "stated_table",
)  # fmt: skip
"""What is made of other records, the journal, of which the copy has its own and says how it is written,
and sessions: 0004 ended all of them.
"""
FORMER: Mapping[tuple[str, str], Any] = {
    ("state", "contact_name"): "National Firearms Tracing Point",
    ("state", "contact_address"): "1 Registry Road",
}
"""Values of columns that are no more."""
PLAIN: Mapping[str, Any] = {"INTEGER": 0, "BIGINT": 0, "SMALLINT": 0, "BOOLEAN": False}
"""What stands in other such columns that must have a value; "" in text."""


def records_of(database: Database) -> Rows:
    """Every record of a registry of today, by table, those first on which others rest."""
    with database.reader.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(NOT_CARRIED)
        }


@dataclass
class Carried:
    """What a database of an earlier revision was given: table to rows, of the columns it then had."""

    rows: Rows = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def tables(self) -> set[str]:
        """Those that have records."""
        return {name for name, rows in self.rows.items() if rows}


def add(database: Database, records: Rows, carried: Carried) -> None:
    """Give a database, at whatever revision, the records of the tables that were not there before."""
    with database.writer.connect() as connection:
        then = _tables(inspect(connection))
        connection.rollback()
        with _unguarded(connection, then):
            for name in records:
                table = then.tables.get(name)
                if table is not None and name not in carried.rows:
                    _put(connection, table, records[name], carried)


def _tables(there: Inspector) -> MetaData:
    """The tables of a database as far as the journal and typed values need them."""
    known = MetaData()
    for name in there.get_table_names():
        today = Base.metadata.tables.get(name)
        keys = there.get_pk_constraint(name)["constrained_columns"]
        Table(
            name,
            known,
            *(_column(found, today, found["name"] in keys) for found in there.get_columns(name)),
            info=dict(today.info) if today is not None else {"journal": not name.startswith("alembic")},
        )
    return known


def _column(found: Any, today: Table | None, is_key: bool) -> Column[Any]:
    name = found["name"]
    same = today.columns.get(name) if today is not None else None
    column: Column[Any] = Column(
        name,
        found["type"] if same is None else same.type,
        primary_key=is_key,
        autoincrement=False,
        nullable=found["nullable"] or found["default"] is not None,
        info={} if same is None else dict(same.info),
    )
    return column


def _put(connection: Connection, table: Table, records: Sequence[Row], carried: Carried) -> None:
    """All at once; where one of them is none that the revision could hold, those that are."""
    rows = [_then(table, record) for record in records]
    taken: list[Row] = []
    try:
        with connection.begin_nested():
            if rows:
                connection.execute(table.insert(), rows)
        taken = rows
    except IntegrityError:
        for row in rows:
            with _passing_over(IntegrityError), connection.begin_nested():
                connection.execute(table.insert(), row)
                taken.append(row)
    carried.rows[table.name] = taken
    carried.refused[table.name] = len(rows) - len(taken)


@contextmanager
def _passing_over(error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except error:
        return


def _then(table: Table, record: Row) -> Row:
    """A record as the table was: without younger columns, with those that are no more."""
    return {
        column.name: record[column.name] if column.name in record else _former(table.name, column)
        for column in table.columns
    }


def _former(table: str, column: Column[Any]) -> Any:
    if (table, column.name) in FORMER:
        return FORMER[table, column.name]
    return None if column.nullable else PLAIN.get(str(column.type).upper(), "")


@contextmanager
def _unguarded(connection: Connection, then: MetaData) -> Iterator[None]:
    """One transaction without the revision's own triggers, with the journal's where there is a ledger."""
    has_ledger = "ledger_entry" in then.tables
    with connection.begin():
        guards = _without_guards(connection, list(then.tables))
        if has_ledger:
            restating.restate(connection, triggers.journaled(then))  # as that version's own upgrade did
            triggers.install(connection, then)
            with _entry(connection):
                yield
        else:
            yield
        if connection.dialect.name == "postgresql":  # SQLite goes on after the highest by itself
            for table in then.sorted_tables:
                numbers.go_on(connection, table, None)
    with connection.begin():
        for statement in guards:
            connection.exec_driver_sql(statement)


@contextmanager
def _entry(connection: Connection) -> Iterator[None]:
    turn = Turn(connection.connection.dbapi_connection, connection.dialect.name == "sqlite", begun=True)
    said = restating.said("carried")
    (opened,) = turn.run(entries.OPEN, said)
    yield
    entries.close(turn, opened, said, said)


def _without_guards(connection: Connection, tables: Sequence[str]) -> list[str]:
    """Set the revision's own triggers aside; the statements that put them back."""
    triggers.remove(connection)
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
        ).all()
        for row in found:
            connection.exec_driver_sql(f'DROP TRIGGER "{row.name}"')
        return [row.sql for row in found]
    for name in tables:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    return [f'ALTER TABLE "{name}" ENABLE TRIGGER USER' for name in tables]


def lost(database: Database, carried: Carried) -> dict[str, list[Row]]:
    """Rows that were carried and are not there today as they were, by table."""
    with database.reader.connect() as connection:
        return {
            name: missing
            for name, rows in carried.rows.items()
            if name in Base.metadata.tables
            and (missing := _missing(connection, Base.metadata.tables[name], rows))
        }


def _missing(connection: Connection, table: Table, rows: Sequence[Row]) -> list[Row]:
    if not rows:
        return []
    common = [name for name in rows[0] if name in table.columns]
    there = {tuple(row) for row in connection.execute(select(*(table.columns[name] for name in common)))}
    return [row for row in rows if tuple(row[name] for name in common) not in there]
