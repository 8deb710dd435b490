"""Loading many rows fast: secondary indexes and triggers are away meanwhile, and made again at the end.

The position index of marks therefore knows nothing of these rows until it is rebuilt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

Rows = Iterator[tuple[Any, ...]]
Table = tuple[str, tuple[str, ...], Rows]
"""Its name, its columns, and its rows."""
Run = Callable[[str], object]
"""Runs one statement."""
_AT_ONCE = 5_000
_FAST = ("synchronous=OFF", "journal_mode=OFF", "locking_mode=EXCLUSIVE", "cache_size=-1000000", "threads=2")
_MADE = "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE sql <> '' AND type <> 'table'"
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND tablename = ANY(%s)
AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexname::regclass)
"""


def into_sqlite(path: str, names: list[str], tables: Iterable[Table]) -> None:
    """Rows into a file of which nobody else has a connection; it is kept in WAL mode afterwards."""
    with _sqlite(path, names) as connection:
        for table, columns, rows in tables:
            places = ",".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({places})", rows)  # noqa: S608


def into_postgresql(url: str, names: list[str], tables: Iterable[Table]) -> None:
    """Rows by COPY, foreign keys unchecked; triggers stay, but are not fired."""
    with _postgresql(url, names) as cursor:
        for table, columns, rows in tables:
            with cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN".encode()) as copy:
                while some := list(islice(rows, _AT_ONCE)):
                    copy.write("".join(map(_line, some)))
    settled(url)


@contextmanager
def opened(url: str, names: list[str]) -> Iterator[Run]:
    """What runs statements that fill these tables, of a database that nobody else has open."""
    if url.startswith("sqlite"):
        with _sqlite(make_url(url).database or "", names) as connection:
            yield connection.execute
    else:
        with _postgresql(_plain(url), names) as cursor:
            yield lambda sql: cursor.execute(sql.encode())


def settled(url: str) -> None:
    """The planner's statistics current, and on PostgreSQL pages known to hold nothing old."""
    if not url.startswith("sqlite"):
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@contextmanager
def _sqlite(path: str, names: list[str]) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in _FAST:
        connection.execute(f"PRAGMA {pragma}")
    made = connection.execute(_MADE).fetchall()
    away = [row for row in made if row[0] in ("index", "trigger") and row[3] in names]
    connection.execute("BEGIN")
    for kind, name, *_ in away:
        connection.execute(f'DROP {kind} "{name}"')
    yield connection
    for _, _, sql, _ in away:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA optimize")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


@contextmanager
def _postgresql(url: str, names: list[str]) -> Iterator[psycopg.Cursor[Any]]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        away = cursor.execute(_INDEXES, (names,)).fetchall()
        for name, _ in away:
            cursor.execute(f'DROP INDEX "{name}"'.encode())
        yield cursor
        for _, sql in away:
            cursor.execute(sql.encode())


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _line(row: tuple[Any, ...]) -> str:
    """A row as COPY reads it; texts of the population hold no tabs, line ends or backslashes."""
    return "\t".join([r"\N" if value is None else str(value) for value in row]) + "\n"
