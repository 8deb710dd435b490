"""Many rows of a table at once, as each engine takes them: to SQLite some in a statement, to PostgreSQL by
COPY or as arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, TypeDecorator

Row = Sequence[Any]
_IN_A_STATEMENT = 100
"""Rows on SQLite: each statement keeps aside what it changes, while it can still fail."""
_IN_A_PIECE = 500
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ARRAYS = ((Boolean, "boolean"), (Integer, "bigint"), (DateTime, "timestamptz"), (Date, "date"))


def statements(table: Table, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[tuple[str, list[Any]]]:
    """What SQLite is to run, each statement with its values."""
    place = f"({', '.join('?' * len(columns))})"
    kept = _kept(table, columns, rows)
    while some := list(islice(kept, _IN_A_STATEMENT)):
        places = ", ".join([place] * len(some))
        yield f"{_into(table, columns)} VALUES {places}", list(chain.from_iterable(some))


def _into(table: Table, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table.name} ({_named(columns)})"


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _kept(table: Table, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """Rows as SQLite keeps them: the same few days and moments come again and again."""
    days = [n for n, name in enumerate(columns) if isinstance(_kind(table.c[name]), Date | DateTime)]
    known: dict[Any, Any] = {}
    for row in rows:
        kept = list(row)
        for n in days:
            value = kept[n]
            if value not in known:
                known[value] = as_kept(value)
            kept[n] = known[value]
        yield kept


def as_kept(value: Any) -> Any:
    """A day, and a moment as `Instant`, as SQLite keeps them; anything else as it is."""
    kind = type(value)
    if kind is date:
        return value.isoformat()
    if kind is not datetime:
        return value
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def arrays(table: Table, columns: Sequence[str], rows: Sequence[Row]) -> tuple[str, list[list[Any]]]:
    """The one statement that PostgreSQL is to run, with its values by columns."""
    given = ", ".join(f"%s::{_array_of(table.c[column])}" for column in columns)
    sql = f"{_into(table, columns)} SELECT * FROM unnest({given})"  # noqa: S608 - names of our own
    return sql, [list(values) for values in zip(*rows, strict=True)]


def _array_of(column: Column[Any]) -> str:
    """PostgreSQL's type for many values of a column."""
    kind = _kind(column)
    return next((name for known, name in _ARRAYS if isinstance(kind, known)), "text") + "[]"


def _kind(column: Column[Any]) -> Any:
    return column.type.impl if isinstance(column.type, TypeDecorator) else column.type


def copying(table: Table, columns: Sequence[str]) -> bytes:
    """The statement by which PostgreSQL takes what `copied` writes."""
    return f"COPY {table.name} ({_named(columns)}) FROM STDIN".encode()


def copied(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as COPY reads them, some at a time."""
    known: dict[Any, str] = {None: r"\N"}
    lines = ("\t".join([_text(value, known) for value in row]) + "\n" for row in rows)
    while some := list(islice(lines, _IN_A_PIECE)):
        yield "".join(some)


def _text(value: Any, known: dict[Any, str]) -> str:
    if isinstance(value, str):
        return value if value.isalnum() else value.translate(_ESCAPED)
    if isinstance(value, int):
        return str(value)
    found = known.get(value)
    if found is None:
        found = known[value] = rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
    return found
