"""Many rows of a table at once, as each engine takes them: to SQLite some in a statement, to PostgreSQL by
COPY or as arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain, count
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, TypeDecorator

Row = Sequence[Any]
_IN_A_STATEMENT = 16_000
"""Values on SQLite, which takes twice as many: each statement keeps aside what it changes, while it can still
fail, and the more rows share a page that is kept aside, the less does each cost.
"""
_IN_A_PIECE = 500
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ARRAYS = ((Boolean, "boolean"), (Integer, "bigint"), (DateTime, "timestamptz"), (Date, "date"))


class Columns(tuple[Sequence[Any], ...]):
    """Rows told by columns: of each the values of all rows."""

    __slots__ = ()


def by_columns(rows: Sequence[Row]) -> Columns:
    """Rows as columns, however they are told; none where there are no rows."""
    return rows if isinstance(rows, Columns) else Columns(zip(*rows, strict=True))


def statements(table: Table, columns: Sequence[str], told: Columns) -> Iterator[tuple[str, list[Any]]]:
    """What SQLite is to run, each statement with its values.

    A value that all rows have is given once: each one that is given costs as much as to write it.
    """
    days = [isinstance(_kind(table.c[name]), Date | DateTime) for name in columns]
    kept = _Written(as_kept)  # the same few days come again and again
    values = [[kept[one] for one in own] if day else own for own, day in zip(told, days, strict=True)]
    shared = [own[0] == own[-1] and own.count(own[0]) == len(own) for own in values]
    if all(shared):  # one row
        shared = [False] * len(columns)
    of_all = [own[0] for own, same in zip(values, shared, strict=True) if same]
    of_each = [own for own, same in zip(values, shared, strict=True) if not same]
    from_all, from_each = count(1), count(1)
    chosen = ", ".join(f"?{next(from_all)}" if same else f"column{next(from_each)}" for same in shared)
    place = f"({', '.join('?' * len(of_each))})"
    most = _IN_A_STATEMENT // len(of_each)
    for at in range(0, len(values[0]), most):
        given = list(chain.from_iterable(zip(*(own[at : at + most] for own in of_each), strict=True)))
        places = ", ".join([place] * (len(given) // len(of_each)))
        sql = f"{_into(table, columns)} SELECT {chosen} FROM (VALUES {places})"  # noqa: S608 - names of our own
        yield sql, of_all + given


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


def arrays(table: Table, columns: Sequence[str], told: Columns) -> tuple[str, list[list[Any]]]:
    """The one statement that PostgreSQL is to run, with its values by columns."""
    given = ", ".join(f"%s::{_array_of(table.c[column])}" for column in columns)
    sql = f"{_into(table, columns)} SELECT * FROM unnest({given})"  # noqa: S608 - names of our own
    return sql, [list(values) for values in told]


def _array_of(column: Column[Any]) -> str:
    """PostgreSQL's type for many values of a column."""
    kind = _kind(column)
    return next((name for known, name in _ARRAYS if isinstance(kind, known)), "text") + "[]"


def _kind(column: Column[Any]) -> Any:
    return column.type.impl if isinstance(column.type, TypeDecorator) else column.type


def copying(table: Table, columns: Sequence[str]) -> bytes:
    """The statement by which PostgreSQL takes what `copied` writes."""
    return f"COPY {table.name} ({_named(columns)}) FROM STDIN".encode()


def copied(told: Columns) -> Iterator[str]:
    """Rows as COPY reads them, some at a time."""
    known = [_Written(_text) for _ in told]
    for at in range(0, len(told[0]), _IN_A_PIECE):
        some = (own[at : at + _IN_A_PIECE] for own in told)
        texts = [[written[one] for one in own] for written, own in zip(known, some, strict=True)]
        yield "".join([f"{line}\n" for line in map("\t".join, zip(*texts, strict=True))])


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if value is None:
        return r"\N"
    return rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
