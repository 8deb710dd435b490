"""What must be durable before its answer leaves: those that wait share one transaction.

Whoever finds nobody writing writes, for itself and for all that wait by then; whoever comes meanwhile
waits for the next turn, which the first of them takes. One that comes alone is written at once.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import OperationalError

from registry.core.database import Database, Statement, Turn
from registry.core.errors import RegistryError
from registry.core.journal import entries

MOST = 64  # of one transaction
T = TypeVar("T")
R = TypeVar("R")


class NotKeptError(RegistryError):
    """Whoever was to write it ended before it did."""


class _Waiting(Generic[T, R]):
    """Something on its way. error: why it is not durable, None once it is."""

    __slots__ = ("error", "found", "settled", "told", "what")

    def __init__(self, what: T) -> None:
        self.what = what
        self.found: R
        self.error: BaseException | None = NotKeptError("The record was not written")
        self.settled = False
        self.told = threading.Lock()
        self.told.acquire()


class Queue(ABC, Generic[T, R]):
    """Where what comes to one process waits for its turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._led = False

    @abstractmethod
    def write_all(self, turn: Turn, batch: Sequence[T]) -> Sequence[R]:
        """Write these in a transaction that begins with them; it is made durable by whoever calls, if not
        before. Answers what each came to. What is raised undoes all of them.
        """

    def write(self, what: T) -> R:
        """What it came to, once it is durable.

        Raises what the database says against it, or OperationalError when it cannot be known whether the
        transaction was kept.
        """
        waiting = _Waiting[T, R](what)
        with self._lock:
            self._waiting.append(waiting)
            leads, self._led = not self._led, True
        if not leads:
            waiting.told.acquire()
        if not waiting.settled:
            self._lead()
        if waiting.error is not None:
            raise waiting.error
        return waiting.found

    def _lead(self) -> None:
        """Write what waits, and give the turn to the first of those that came meanwhile."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._write(batch)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            for waiting in batch:
                waiting.settled = True
                waiting.told.release()
            if following is not None:
                following.told.release()

    def _write(self, batch: Sequence[_Waiting[T, R]]) -> None:
        """All in one transaction, or, when that is refused, each in one of its own.

        A transaction of which nobody knows whether it was kept is not tried again: nothing is kept twice.
        Nor is one for which there was no room or no turn: that is no fault of what was to be written.
        """
        turn: Turn | None = None
        try:
            with self._database.transaction() as turn:
                answered = self.write_all(turn, [waiting.what for waiting in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for it
            of_all = isinstance(error, OperationalError) and (
                self._database.is_sqlite or turn is None or not turn.is_undone
            )
            for waiting in batch:
                if len(batch) == 1 or of_all:
                    waiting.error = error
                else:
                    self._write([waiting])
        else:
            for waiting, found in zip(batch, answered, strict=True):
                waiting.found, waiting.error = found, None


class Together(Queue[entries.Record, list[tuple[Any, ...]]]):
    """What writes the records of one process: an entry and the one statement that comes with it."""

    def write_all(self, turn: Turn, batch: Sequence[entries.Record]) -> list[list[tuple[Any, ...]]]:
        """The rows of each."""
        return entries.record_all(turn, batch)

    def keep(self, said: dict[str, Any], statement: Statement) -> list[tuple[Any, ...]]:
        """Rows of the statement; raises as `write`."""
        return self.write((said, statement))
