"""Both engines, one behaviour: SQLite (embedded) and PostgreSQL through psycopg 3.

Writers begin IMMEDIATE on SQLite (deferred writers lose their work to each other). Readers have an
engine of their own that cannot write: AUTOCOMMIT, nothing reset on return, since the two extra round
trips cost three times the query on PostgreSQL. Hot reading statements run on a driver connection that
each thread holds: a pool's check-out costs more than the statement.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import structlog
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import PoolProxiedConnection

from registry.core.places import Place, is_elsewhere, place
from registry.core.prepared import Prepared as Prepared
from registry.core.prepared import Statement as Statement
from registry.core.turns import UNREACHABLE, as_kept, is_lost, wait_for_turn, worded
from registry.core.turns import Turn as Turn
from registry.core.wire import Wire

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = BigInteger().with_variant(Integer(), "sqlite")
"""Internal keys: 64 bits; INTEGER on SQLite so that it can be the row id."""

LOOK_EVERY = 1.0
"""Seconds after which a reading connection is held against the file that is at its path."""

log = structlog.get_logger()


class Instant(TypeDecorator[datetime]):
    """A moment, always in UTC: timestamptz on PostgreSQL, ISO text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database: a time without zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database: in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


PERSONAL = {"personal": True}
"""Marks a column (`info=PERSONAL`) that the journal keeps apart, so that it can be erased alone."""


class Base(DeclarativeBase):
    """Head of all tables; strict on SQLite, so that a wrong type is refused there too."""

    metadata = MetaData(naming_convention=NAMING)
    __table_args__: Any = {"sqlite_strict": True}  # noqa: RUF012 - SQLAlchemy wants it declared so


def table_args(*constraints: Any, **options: Any) -> tuple[Any, ...]:
    """Constraints of a table together with the options every table has."""
    return (*constraints, {"sqlite_strict": True, **options})


# STRICT tables know only INTEGER, REAL, TEXT, BLOB and ANY.
@compiles(String, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(Date, "sqlite")
@compiles(Numeric, "sqlite")
def _as_text(element: Any, compiler: Any, **options: Any) -> str:
    return "TEXT"


@compiles(Boolean, "sqlite")
@compiles(BigInteger, "sqlite")
def _as_integer(element: Any, compiler: Any, **options: Any) -> str:
    return "INTEGER"


class Database:
    """The engines of one registry: `writer` for units of work, `reader` for looking.

    replicas: where else may be looked; none but of a `Primary`.
    """

    replicas: Sequence[Database] = ()

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._queue = threading.Lock()
        self._path = make_url(url).database or ""
        if self.is_sqlite:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            self.writer, self.reader = _sqlite(url, self._queue)
        else:
            self.writer, self.reader = _postgresql(url)
        self._checkpoint_lock = threading.Lock()
        self._writes = 0
        self._thread = threading.local()
        self._held: WeakSet[_Held] = WeakSet()
        self._spare: dict[str, deque[_Held]] = {"reader": deque(), "writer": deque()}

    @property
    def primary(self) -> Database:
        """Where changes go, which knows everything that is committed."""
        return self

    def rows(self, statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of a reading statement, on the connection this thread holds; raises as `rows_of`."""
        return self.rows_of(((statement, values),))[0]

    def rows_of(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        """Rows of each of several reading statements, all in one go.

        A connection that broke since the last statement is replaced once; raises SQLAlchemy's
        OperationalError when the database cannot be reached.
        """
        for last in (False, True):
            held = self._holds("reader")
            if self.is_sqlite and held.is_looked_at() and self._dropped(held, "reader"):
                held = self._holds("reader")
            try:
                return held.rows_of(statements)
            except UNREACHABLE as error:
                if last or not self._dropped(held, "reader"):
                    raise OperationalError(None, None, error) from error
        raise AssertionError("unreachable")

    def turn(self) -> Turn:
        """A transaction on the writing connection this thread holds.

        For records written with every request: a session costs more than the commit.
        """
        held = self._holds("writer")
        if self._dropped(held, "writer"):
            held = self._holds("writer")
        return Turn(held.driver, self.is_sqlite, wire=held.wire, queue=self._queue)

    def session(self, turn: Turn | None = None) -> Session:
        """What changes go through; it goes on with the transaction of a turn that was begun."""
        if turn is None:
            return Session(self.writer, expire_on_commit=False)
        turn.hand_over()
        going_on = Connection(self.writer, connection=self._holds("writer").connection)
        session = Session(going_on, expire_on_commit=False)
        session.connection()  # or it would not end a transaction in which nothing is asked of it
        return session

    @contextmanager
    def transaction(self) -> Iterator[Turn]:
        """A turn that commits on leaving and rolls back on an exception."""
        turn = self.turn()
        try:
            yield turn
            turn.commit()
        finally:
            turn.roll_back()

    def _holds(self, what: str) -> _Held:
        """The connection of this thread: one that an ended thread left, or a new one."""
        seat: _Seat | None = getattr(self._thread, what, None)
        if seat is None:
            seat = _Seat(self._left(what) or self._opened(what), self._spare[what])
            setattr(self._thread, what, seat)
        return seat.held

    def _left(self, what: str) -> _Held | None:
        """A connection that nobody holds any more; None where there is none that still serves."""
        with suppress(IndexError):
            while True:
                held = self._spare[what].popleft()
                if not self._is_broken(held):
                    return held
        return None

    @worded()
    def _opened(self, what: str) -> _Held:
        engine = self.reader if what == "reader" else self.writer
        # never one that psycopg has prepared statements on: it discards all with its own
        held = _Held(engine.pool.recreate().connect(), self.is_sqlite)
        if not self.is_sqlite:
            held.driver.autocommit = True
            # a plan for each value takes five times as long to make as to run
            held.cursor.execute("SET plan_cache_mode = force_generic_plan")
            if what == "writer":
                self._by_key_alone(held)
        self._held.add(held)
        return held

    def _by_key_alone(self, held: _Held) -> None:
        """Plans for look-ups by key: one made while a table was empty is kept when it is full."""
        for way in ("seqscan", "hashjoin", "mergejoin"):
            held.cursor.execute(f"SET enable_{way} = off")

    def _dropped(self, held: _Held, what: str) -> bool:
        """Whether the connection was found broken; then the next one is new."""
        broken = self._is_broken(held, asked=True)
        if broken:
            setattr(self._thread, what, None)
        return broken

    def _is_broken(self, held: _Held, asked: bool = False) -> bool:
        """asked: whether the server is asked, too, of a connection to PostgreSQL."""
        if self.is_sqlite:
            return is_elsewhere(held.place, self._path)
        return is_lost(held.driver, held.wire) if asked else bool(held.driver.closed)

    def wrote(self) -> None:
        """Called after each commit; now and then moves SQLite's log into the database.

        Connections never checkpoint by themselves: SQLite before 3.51.3 can corrupt a database when
        two connections write and checkpoint at the same instant, so it is done here, alone, while
        holding the only writer's lock, also against other processes. One that fails, as on a full disk,
        says nothing against the change, which is kept: the next one moves all.
        """
        self._writes += 1
        if self.is_sqlite and self._writes % 1000 == 0:
            try:
                self.checkpoint()
            except OperationalError as error:
                log.error("not_checkpointed", reason=str(error.orig)[:200])

    def checkpoint(self) -> None:
        """Move SQLite's log into the database file while holding the writers' turn."""
        if not self.is_sqlite or not self._checkpoint_lock.acquire(blocking=False):
            return
        try:
            with self.writer.connect() as turn, self.reader.connect() as reader:
                turn.exec_driver_sql("SELECT 1")  # begins IMMEDIATE: nobody writes until it is given back
                reader.exec_driver_sql("PRAGMA query_only=OFF")
                reader.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                reader.exec_driver_sql("PRAGMA query_only=ON")
        finally:
            self._checkpoint_lock.release()

    def close(self) -> None:
        """Give back every connection."""
        for held in list(self._held):
            held.driver.close()
        self._thread = threading.local()
        self._spare = {what: deque() for what in self._spare}
        self.writer.dispose()
        self.reader.dispose()


class _Seat:
    """A thread's hold of a connection; when the thread ends, another one has it.

    Nothing is closed by a thread that ends: SQLite calls back while it lets go of functions, and a process
    of CPython before 3.12.4 dies of that where its server's threads end (python/cpython#119585).
    """

    __slots__ = ("_left", "held")

    def __init__(self, held: _Held, left: deque[_Held]) -> None:
        self.held, self._left = held, left

    def __del__(self) -> None:
        self._left.append(self.held)


class _Held:
    """A driver's connection that one thread at a time holds. wire: None on SQLite."""

    def __init__(self, connection: PoolProxiedConnection, is_sqlite: bool) -> None:
        self.place: Place | None = connection.info.get("place")
        connection.detach()
        self.connection = connection
        driver: Any = connection.dbapi_connection
        self.driver, self.cursor = driver, driver.cursor()
        self.wire = None if is_sqlite else Wire(driver)
        self._look = 0.0

    def is_looked_at(self) -> bool:
        """Whether its place is looked at before this read: now and then, since that costs half a read."""
        now = time.monotonic()
        if now < self._look:
            return False
        self._look = now + LOOK_EVERY
        return True

    def rows_of(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        """Rows of each statement."""
        if self.wire is None:
            return [self._row_by_row(statement.sqlite, values) for statement, values in statements]
        ready = self.wire.ready(statements)
        if ready is None:
            return [self.cursor.execute(one.postgresql, values).fetchall() for one, values in statements]
        return [self.wire.run(ready[0])] if len(ready) == 1 else self.wire.run_all(ready)

    def _row_by_row(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        kept = {name: as_kept(value) for name, value in values.items()}
        return self.cursor.execute(sql, kept).fetchall()  # type: ignore[no-any-return]

    def __del__(self) -> None:
        self.driver.close()


def _sqlite(url: str, queue: threading.Lock) -> tuple[Engine, Engine]:
    writer = create_engine(url, connect_args={"timeout": 0})
    reader = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, connect_args={"timeout": 30}
    )
    path = make_url(url).database or ""
    for engine, settings in ((writer, _sqlite_writer), (reader, _sqlite_reader)):
        event.listen(engine, "connect", partial(_sqlite_connected, path, settings))
        event.listen(engine, "checkout", partial(_replaced_if_elsewhere, path))
    event.listen(writer, "begin", partial(_begin_immediate, queue))
    return writer, reader


def _sqlite_connected(path: str, settings: Callable[[Any], None], connection: Any, record: Any) -> None:
    """The file is opened by the first statement: which one it is, is looked up before."""
    there = place(path)
    settings(connection)
    record.info["place"] = there or place(path)


def _replaced_if_elsewhere(path: str, connection: Any, record: Any, proxy: Any) -> None:
    if is_elsewhere(record.info.get("place"), path):
        raise DisconnectionError


def _sqlite_connection(connection: Any) -> None:
    """Settings of every connection.

    No mmap: readers would map anew after each commit, for 100 µs. The schema stays trusted: the journal's
    triggers write JSON, which older SQLite refuses to an untrusted one.
    """
    connection.isolation_level = None
    for pragma in (
        "busy_timeout=30000",  # who comes first recovers the log, and all others wait for that
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "wal_autocheckpoint=0",
        "cache_size=-64000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_writer(connection: Any) -> None:
    _sqlite_connection(connection)
    connection.execute("PRAGMA busy_timeout=0")  # `wait_for_turn` waits
    connection.execute("PRAGMA cache_size=-16000")  # more costs bulk work memory and saves it no time


def _sqlite_reader(connection: Any) -> None:
    _sqlite_connection(connection)
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(queue: threading.Lock, connection: Any) -> None:
    if connection.connection.dbapi_connection.in_transaction:  # a turn's, which goes on
        return
    try:
        wait_for_turn(connection.connection.dbapi_connection, queue)
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


def _postgresql(url: str) -> tuple[Engine, Engine]:
    writer = create_engine(url, pool_pre_ping=True)
    only_reads = {"options": "-c default_transaction_read_only=on -c jit=off"}
    if "target_session_attrs" in make_url(url).query:
        only_reads["target_session_attrs"] = "primary"  # "read-write" would pass over what only reads
    reader = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, connect_args=only_reads
    )
    event.listen(reader, "checkout", _replaced_if_lost)
    return writer, reader


def _replaced_if_lost(connection: Any, record: Any, proxy: Any) -> None:
    if is_lost(connection):
        raise DisconnectionError
