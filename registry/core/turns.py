"""A transaction on the driver itself: prepared statements, and many rows at once."""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from registry.core import many
from registry.core.many import as_kept as as_kept
from registry.core.prepared import Prepared, Statement
from registry.core.wire import Ready, Wire

LONGEST_WAIT = 30.0  # seconds for the writer's turn
UNREACHABLE = (sqlite3.OperationalError, psycopg.OperationalError)
_AGAINST = (sqlite3.IntegrityError, psycopg.IntegrityError)
_WORDED = (*UNREACHABLE, *_AGAINST, psycopg.errors.ReadOnlySqlTransaction)
_BROKEN_OFF = ("57P", "08")
"""How PostgreSQL's states begin that say nothing about what became of a commit."""


class OutcomeUnknown(OperationalError):
    """The connection broke while a commit was on its way: it may have been kept or not."""


class Turn:
    """One transaction of prepared statements on a driver's connection; begins with the first of them.

    begun: whether the connection is in a transaction already, which then is another's to end. wire: of a
    connection to PostgreSQL that a thread holds. queue: in which this process waits for SQLite's one writer.
    is_undone: whether it is known that it was rolled back.
    """

    def __init__(
        self,
        driver: Any,
        is_sqlite: bool,
        begun: bool = False,
        wire: Wire | None = None,
        queue: Lock | None = None,
    ) -> None:
        self._driver = driver
        self._wire = wire
        self._queue = queue or Lock()
        self.is_sqlite = is_sqlite
        self.is_undone = False
        self._begun = begun
        self._is_anothers = begun
        self._failed_on_the_way = False
        self._sending: Any = None

    def run(self, statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run a statement; answers its rows. Moments are written as the columns keep them."""
        return self.run_all([(statement, values)])[0]

    def run_all(self, statements: Sequence[Statement], commit: bool = False) -> list[list[tuple[Any, ...]]]:
        """Run statements one after the other; answers the rows of each.

        commit: they are the whole transaction, durable on return. On PostgreSQL all travel together.
        """
        with worded(ends=commit):
            return self._on_sqlite(statements) if self.is_sqlite else self._on_postgresql(statements, commit)

    def _on_sqlite(
        self, statements: Sequence[tuple[Prepared, dict[str, Any]]]
    ) -> list[list[tuple[Any, ...]]]:
        if not self._begun:
            wait_for_turn(self._driver, self._queue)
            self._begun = True
        return [
            self._driver.execute(
                statement.sqlite, {name: as_kept(value) for name, value in values.items()}
            ).fetchall()
            for statement, values in statements
        ]

    def _on_postgresql(self, statements: Sequence[Statement], commit: bool) -> list[list[tuple[Any, ...]]]:
        self._arrive()
        if self._wire is not None and (ready := self._wire.ready(statements)) is not None:
            return self._on_wire(self._wire, ready, commit)
        if self._is_anothers or (self._begun and len(statements) == 1 and not commit):
            cursors = [self._driver.execute(s.postgresql, values) for s, values in statements]
        else:
            self._failed_on_the_way = True
            with self._driver.pipeline():
                if not self._begun:
                    self._driver.execute("BEGIN")
                    self._begun = True
                cursors = [self._driver.execute(s.postgresql, values) for s, values in statements]
                if commit:
                    self._driver.execute("COMMIT")
            self._begun, self._failed_on_the_way = not commit, False
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def _on_wire(self, wire: Wire, ready: Sequence[Ready], commit: bool) -> list[list[tuple[Any, ...]]]:
        """As prepared statements of libpq; a whole transaction needs neither beginning nor end."""
        if self._begun and len(ready) == 1 and not commit:
            return [wire.run(ready[0])]
        before = b"" if self._begun or commit else b"BEGIN"
        after = b"COMMIT" if self._begun and commit else b""
        self._begun = self._begun or not commit
        try:
            rows = wire.run_all(ready, before, after)
        except psycopg.Error:
            self.is_undone = not self._begun and not self._driver.closed
            raise
        self._begun = not commit
        return rows

    def put_rows(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows of a table at once. rows: may be told as `many.Columns`.

        On PostgreSQL they may be on their way still when this returns, so that whoever makes the next ones
        and the server work at the same time; what it refuses is told by the next statement then.
        """
        if not (told := many.by_columns(rows)):
            return
        with worded():
            if self.is_sqlite:
                self._on_sqlite([])
                for sql, values in many.statements(table, columns, told):
                    self._driver.execute(sql, values)
            elif self._is_anothers:
                with self._driver.cursor().copy(many.copying(table, columns)) as copy:
                    for text in many.copied(told):
                        copy.write(text)
            else:
                self._send()
                self._driver.execute(*many.arrays(table, columns, told))

    def next_keys(self, table: Table, count: int) -> list[int]:
        """Keys for so many rows to come, which nobody else is given."""
        if not self.is_sqlite:
            return [key for (key,) in self.run(_next_keys(table.name), {"count": count})]
        ((last,),) = self.run(_last_key(table.name), {})
        return list(range(last + 1, last + count + 1))

    def _send(self) -> None:
        if self._sending is None:
            if not self._begun:
                self._on_postgresql([], commit=False)
            self._failed_on_the_way = True
            self._sending = self._driver.pipeline()
            self._sending.__enter__()

    def _arrive(self) -> None:
        """Wait for what is on its way; raises what was refused of it."""
        if self._sending is not None:
            sending, self._sending = self._sending, None
            sending.__exit__(None, None, None)
            self._failed_on_the_way = False

    def hand_over(self) -> None:
        """Let somebody else end the transaction, who goes on with it."""
        with worded():
            self._arrive()
        self._begun = False

    def commit(self) -> None:
        """Make it durable."""
        if self._begun:
            with worded():
                self._arrive()
            with worded(ends=True):
                self._driver.execute("COMMIT")
        self._begun = False

    def roll_back(self) -> None:
        """Undo what is not committed; a connection that broke, and a full disk, have undone it already.

        psycopg takes statements for prepared that were on their way when one before them failed: such a
        connection is given up.
        """
        if self._begun and not getattr(self._driver, "closed", False):
            with suppress(psycopg.Error):
                self._arrive()
            if getattr(self._driver, "in_transaction", True):
                self._driver.execute("ROLLBACK")
            self.is_undone = True
            if self._failed_on_the_way:
                self._driver.close()
        self._begun = False


@cache
def _next_keys(table: str) -> Prepared:
    named = f"SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS keys OFFSET 0"  # looked up once
    return Prepared(f"SELECT nextval(keys) FROM ({named}) AS s, generate_series(1, :count)")  # noqa: S608


@cache
def _last_key(table: str) -> Prepared:
    """The highest key that was given, also where its record went."""
    given = "SELECT seq AS id FROM sqlite_sequence WHERE name ="
    there = f"SELECT max(id) FROM {table}"  # noqa: S608 - a name of our own
    return Prepared(f"SELECT coalesce(max(id), 0) FROM ({given} '{table}' UNION ALL {there})")  # noqa: S608


@contextmanager
def worded(ends: bool = False) -> Iterator[None]:
    """The drivers' errors as SQLAlchemy's, which everybody above knows. ends: a commit is among it."""
    try:
        yield
    except _WORDED as error:
        raise _known(error, ends) from error


def _known(error: Exception, ends: bool) -> DBAPIError:
    if ends and _leaves_it_open(error):
        return OutcomeUnknown(None, None, error)
    kind = IntegrityError if isinstance(error, _AGAINST) else OperationalError
    return kind(None, None, error)


@contextmanager
def ending() -> Iterator[None]:
    """Around a commit of SQLAlchemy's: raises OutcomeUnknown where the connection broke during it."""
    try:
        yield
    except OperationalError as error:
        if error.orig is not None and _leaves_it_open(error.orig):
            raise OutcomeUnknown(None, None, error.orig) from error
        raise


def _leaves_it_open(error: BaseException) -> bool:
    """Whether the server said nothing of what became of a commit, or only that it goes away."""
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08").startswith(_BROKEN_OFF)


def is_lost(driver: Any, wire: Wire | None = None) -> bool:
    """Whether the server has ended a connection to PostgreSQL that is idle; asks nobody but the kernel."""
    if driver.closed:
        return True
    waits = wire.waits if wire else select.poll()
    if wire is None:
        waits.register(driver.pgconn.socket, select.POLLIN)
    with suppress(psycopg.OperationalError):
        while not driver.closed and waits.poll(0):  # a notice, or the server's last words and then the end
            driver.pgconn.consume_input()
    return bool(driver.closed)


def as_moment(kept: str | datetime) -> datetime:
    """A moment in UTC, from what either engine gives."""
    return datetime.fromisoformat(kept).replace(tzinfo=UTC) if isinstance(kept, str) else kept.astimezone(UTC)


def words_of(error: IntegrityError) -> str:
    """The message of one of our triggers ("registry: …"), or a general sentence; never the values."""
    text = str(error.orig).splitlines()[0]
    if "registry: " in text:
        return text.split("registry: ", 1)[1]
    return "The database refuses this: the records changed meanwhile, or it breaks a constraint"


def wait_for_turn(driver: Any, queue: Lock) -> None:
    """Begin as the one writer: the first of the queue asks every tenth of a millisecond at first, then every
    whole one; the others of this process only wait, which costs nothing.

    SQLite's own waiting sleeps 1, 2, 5 … 100 ms: under load that leaves the turn unused, and somebody
    waiting for seconds while others come and go.
    """
    end = time.monotonic() + LONGEST_WAIT
    is_first = queue.acquire(timeout=LONGEST_WAIT)
    try:
        _ask_for_turn(driver, end)
    finally:
        if is_first:
            queue.release()


def _ask_for_turn(driver: Any, end: float) -> None:
    pause = 0.0001
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        else:
            return
        time.sleep(pause)
        pause = min(pause * 1.05, 0.001)
