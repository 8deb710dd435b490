"""Many rows of a table at once, as each engine takes them: to SQLite some in a statement, to PostgreSQL by
COPY or as arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain
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
    days = [n for n, name in enumerate(columns) if isinstance(_kind(table.c[name]), Date | DateTime)]
    kept = _Written(as_kept)
    for at in range(0, len(rows), _IN_A_STATEMENT):
        told: list[Iterable[Any]] = list(zip(*rows[at : at + _IN_A_STATEMENT], strict=True))
        for n in days:  # the same few come again and again
            told[n] = [kept[value] for value in told[n]]
        values = list(chain.from_iterable(zip(*told, strict=True)))
        places = ", ".join([place] * (len(values) // len(columns)))
        yield f"{_into(table, columns)} VALUES {places}", values


class _Written(dict[Any, Any]):
    """Values as a database takes them."""

    def __init__(self, write: Callable[[Any], Any]) -> None:
        self._write = write

    def __missing__(self, value: Any) -> Any:
        written = self[value] = self._write(value)
        return written


def _into(table: Table, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table.name} ({_named(columns)})"


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


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


def copied(rows: Sequence[Row]) -> Iterator[str]:
    """Rows as COPY reads them, some at a time."""
    known: list[_Written] = [_Written(_text) for _ in rows[0]] if rows else []
    for at in range(0, len(rows), _IN_A_PIECE):
        told = zip(*rows[at : at + _IN_A_PIECE], strict=True)
        texts = [[written[value] for value in column] for written, column in zip(known, told, strict=True)]
        yield "".join([f"{line}\n" for line in map("\t".join, zip(*texts, strict=True))])


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if value is None:
        return r"\N"
    return rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
