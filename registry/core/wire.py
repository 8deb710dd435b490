"""Prepared statements straight through libpq: psycopg's cursors cost more than a look-up by key.

Only plain values travel so, and only where the connection speaks UTF-8; whatever else is a cursor's. Nothing
is sent before every statement is prepared, so that one that fails leaves nothing behind on the connection.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import errors
from psycopg.abc import Transformer
from psycopg.adapt import Transformer as MakeTransformer
from psycopg.pq import ConnStatus, ExecStatus

from registry.core.prepared import Prepared, Statement

Rows = list[tuple[Any, ...]]
_TEXT, _BINARY = 0, 1
_UNKNOWN, _BOOL, _BYTES, _INT8, _INT4, _DAY, _MOMENT = 0, 16, 17, 20, 23, 1082, 1184
_INT4_END = 2**31
Travelling = tuple[int, bytes | None, int]
"""PostgreSQL's type of a value ("unknown": as it is needed), its bytes, and their format."""


def _text(value: str) -> Travelling | None:
    """A text; psycopg refuses one with NUL, libpq would end it there."""
    return (_UNKNOWN, value.encode(), _TEXT) if "\0" not in value else None


def _whole(value: int) -> Travelling:
    return _INT4 if -_INT4_END <= value < _INT4_END else _INT8, b"%d" % value, _TEXT


def _moment(value: datetime) -> Travelling | None:
    return (_MOMENT, value.isoformat().encode(), _TEXT) if value.tzinfo is not None else None


_TRAVELS: dict[type, Callable[[Any], Travelling | None]] = {
    str: _text,
    int: _whole,
    bool: lambda value: (_BOOL, b"t" if value else b"f", _TEXT),
    bytes: lambda value: (_BYTES, value, _BINARY),
    type(None): lambda _: (_UNKNOWN, None, _TEXT),
    date: lambda value: (_DAY, value.isoformat().encode(), _TEXT),
    datetime: _moment,
}


class _Named:
    """A statement as a connection knows it. loads: reads its rows, once their types are known."""

    __slots__ = ("knows_types", "loads", "name")

    def __init__(self, name: bytes, loads: Transformer) -> None:
        self.name, self.loads, self.knows_types = name, loads, False


class Ready(NamedTuple):
    """A prepared statement with its values as they travel."""

    named: _Named
    given: Sequence[bytes | None]
    formats: Sequence[int]


class Wire:
    """A connection of psycopg as libpq has it. waits: for something to arrive on it."""

    def __init__(self, driver: Any) -> None:
        self._driver, self._pg = driver, driver.pgconn
        driver.prepare_threshold = None  # what it prepared it would discard, with ours
        self._is_utf8 = driver.info.encoding == "utf-8"
        self._named: dict[tuple[Prepared, tuple[int, ...]], _Named] = {}
        self.waits = select.poll()
        self.waits.register(self._pg.socket, select.POLLIN)

    def ready(self, statements: Sequence[Statement]) -> list[Ready] | None:
        """The statements prepared, with their values; None where one of these is not plain."""
        if not self._is_utf8:
            return None
        found = []
        for statement, values in statements:
            one = self._ready(statement, values)
            if one is None:
                return None
            found.append(one)
        return found

    def _ready(self, statement: Prepared, values: dict[str, Any]) -> Ready | None:
        travelling = []
        for name in statement.names:
            value = values[name]
            write = _TRAVELS.get(type(value))
            if write is None or (written := write(value)) is None:
                return None
            travelling.append(written)
        oids, given, formats = zip(*travelling, strict=True) if travelling else ((), (), ())
        named = self._named.get((statement, oids)) or self._prepared(statement, oids)
        return Ready(named, given, formats)

    def _prepared(self, statement: Prepared, oids: tuple[int, ...]) -> _Named:
        named = _Named(b"registry %d" % len(self._named), MakeTransformer(self._driver))
        self._require(self._pg.prepare(named.name, statement.numbered, oids))
        self._named[statement, oids] = named
        return named

    def run(self, ready: Ready) -> Rows:
        """The rows of one statement."""
        result = self._pg.exec_prepared(ready.named.name, ready.given, ready.formats)
        self._require(result)
        return _rows(ready.named, result)

    def run_all(self, statements: Sequence[Ready], before: bytes = b"", after: bytes = b"") -> list[Rows]:
        """The rows of each of several statements, which travel together.

        before, after: commands around them. Outside a transaction they are one by themselves: all of them
        are kept, and durable on return, or none.
        """
        pg = self._pg
        pg.enter_pipeline_mode()
        try:
            if before:
                pg.send_query_params(before, None)
            for one in statements:
                pg.send_query_prepared(one.named.name, one.given, one.formats)
            if after:
                pg.send_query_params(after, None)
            pg.pipeline_sync()
            results = self._results()
        finally:
            if pg.status == ConnStatus.OK:
                pg.exit_pipeline_mode()
        for result in results:
            self._require(result)
        told = results[1 if before else 0 :]
        return [_rows(one.named, result) for one, result in zip(statements, told, strict=False)]

    def _results(self) -> list[Any]:
        """What came back up to the mark; raises OperationalError when the connection breaks before it."""
        found: list[Any] = []
        while self._pg.flush():
            select.select([self._pg.socket], [self._pg.socket], [])
            self._pg.consume_input()
        while True:
            while self._pg.is_busy():
                self.waits.poll()  # libpq's own waiting would keep every other thread waiting
                self._pg.consume_input()
            result = self._pg.get_result()
            if result is None:
                if self._pg.status != ConnStatus.OK:
                    raise self._lost()
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)

    def _require(self, result: Any) -> None:
        """Raise what the server says against a statement."""
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return
        if self._pg.status != ConnStatus.OK:
            raise self._lost()
        error = errors.error_from_result(result, self._driver.info.encoding)
        if error.sqlstate is None:  # libpq's own word: the server ended before it answered
            raise psycopg.OperationalError(str(error))
        raise error

    def _lost(self) -> psycopg.OperationalError:
        return psycopg.OperationalError(self._pg.get_error_message() or "the connection is lost")


def asked_within(driver: Any, sql: str, seconds: float) -> list[str | None]:
    """The one row of a statement as texts, from a server that may have stopped to answer.

    Raises OperationalError when it does not within these seconds, and what it says against the statement.
    """
    pg, waits, end = driver.pgconn, select.poll(), time.monotonic() + seconds
    waits.register(pg.socket, select.POLLIN)
    pg.send_query_params(sql.encode(), None)
    while pg.is_busy():
        if not waits.poll(max(0.0, end - time.monotonic()) * 1000):
            raise psycopg.OperationalError("no answer in time")
        pg.consume_input()
    result = pg.get_result()
    if result is None or result.status != ExecStatus.TUPLES_OK:
        raise errors.error_from_result(result) if result else psycopg.OperationalError("no answer")
    while pg.get_result() is not None:
        pass
    values = [result.get_value(0, column) for column in range(result.nfields)]
    return [None if value is None else value.decode() for value in values]


def _rows(named: _Named, result: Any) -> Rows:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    named.loads.set_pgresult(result, set_loaders=not named.knows_types)
    named.knows_types = True
    return named.loads.load_rows(0, result.ntuples, tuple)
