"""What a State's process is loaded with in tests: a clock that is set from outside, and a fuse.

The product has no switch for either. The clock is the registry's own plus what a file says, in seconds. The
fuse kills the process, by SIGKILL, before its k-th step: a statement that writes, a commit, a message that is
sent, an answer that was heard, an answer that is given.
"""

from __future__ import annotations

import datetime
import http.client
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLOCK, FUSE, BURNT = "TESTS_CLOCK", "TESTS_FUSE", "TESTS_BURNT"
WRITING = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT", "WITH")
KEEPER = "ledger keeper"  # signs each second, whatever the exchange does


def install() -> None:
    """Prepare this process as its environment says."""
    if path := os.environ.get(CLOCK):
        set_clock(Path(path))
    if steps := os.environ.get(FUSE):
        Fuse(int(steps), Path(os.environ[BURNT])).lay()


def set_clock(path: Path) -> None:
    """Let the registry's clock be as wrong as a file says."""
    from registry.core import work

    class Shifted(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.now(tz) + offset(path)

    work.datetime = Shifted  # type: ignore[misc]


def offset(path: Path) -> datetime.timedelta:
    """How wrong a clock is now."""
    return datetime.timedelta(seconds=float(path.read_text() or 0))


class Fuse:
    """Kills this process before its k-th step, and leaves behind which step that was."""

    def __init__(self, steps: int, burnt: Path) -> None:
        self._left, self._burnt = steps, burnt
        self._lock = threading.Lock()

    def lay(self) -> None:
        """Along everything that counts as a step."""
        self._along_sqlite()
        self._along_postgresql()
        self._along_messages()

    def step(self, what: str) -> None:
        """One step; the last one is never made."""
        if threading.current_thread().name == KEEPER:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._burnt.write_text(what)
                os.kill(os.getpid(), signal.SIGKILL)

    def _statement(self, sql: str) -> None:
        word = sql.lstrip()[:6].strip().upper()
        if word.startswith(WRITING):
            self.step(word)

    def _along_sqlite(self) -> None:
        connect = sqlite3.connect

        def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(self._statement)
            return connection

        sqlite3.connect = sqlite3.dbapi2.connect = watched  # type: ignore[assignment,attr-defined]

    def _along_postgresql(self) -> None:
        import psycopg

        execute = psycopg.Cursor.execute

        def watched(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            self._statement(query.decode() if isinstance(query, bytes) else str(query))
            return execute(cursor, query, *args, **kwargs)

        psycopg.Cursor.execute = watched  # type: ignore[method-assign]
        psycopg.Connection.commit = self._before(psycopg.Connection.commit, "COMMIT")  # type: ignore[method-assign]
        self._along_the_wire()

    def _along_the_wire(self) -> None:
        """Statements that go straight to libpq, and each time that several of them are answered."""
        from registry.core.wire import Wire

        ready = Wire.ready

        def watched(wire: Wire, statements: Any) -> Any:
            for statement, _ in statements:
                self._statement(statement.postgresql)
            return ready(wire, statements)

        Wire.ready = watched  # type: ignore[method-assign]
        Wire.run_all = self._after(Wire.run_all, "COMMIT")  # type: ignore[method-assign]

    def _along_messages(self) -> None:
        from registry.exchange import inbox

        connection = http.client.HTTPConnection
        connection.request = self._before(connection.request, "send")  # type: ignore[method-assign]
        connection.getresponse = self._after(  # type: ignore[method-assign]
            self._before(connection.getresponse, "sent"), "heard"
        )
        inbox.receive = self._after(inbox.receive, "answer")

    def _before(self, call: Callable[..., Any], what: str) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step(what)
            return call(*args, **kwargs)

        return stepping

    def _after(self, call: Callable[..., Any], what: str) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            found = call(*args, **kwargs)
            self.step(what)
            return found

        return stepping
