"""Records that must be durable before their answer leaves: those that wait share one transaction.

Whoever finds nobody writing writes, for itself and for all that wait by then; whoever comes meanwhile
waits for the next turn, which the first of them takes. A record alone is written at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import OperationalError

from registry.core.database import Database, Statement, Turn
from registry.core.errors import RegistryError
from registry.core.journal import entries

MOST = 64  # records of one transaction


class NotKeptError(RegistryError):
    """Whoever was to write a record ended before it did."""


class _Waiting:
    """A record on its way. error: why it is not durable, None once it is."""

    __slots__ = ("error", "record", "rows", "settled", "told")

    def __init__(self, record: entries.Record) -> None:
        self.record = record
        self.rows: list[tuple[Any, ...]] = []
        self.error: BaseException | None = NotKeptError("The record was not written")
        self.settled = False
        self.told = threading.Lock()
        self.told.acquire()


class Together:
    """What writes the records of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._led = False

    def keep(self, said: dict[str, Any], statement: Statement) -> list[tuple[Any, ...]]:
        """Write an entry and the one statement that comes with it; its rows, once it is durable.

        Raises what the database says against this record, or OperationalError when it cannot be known
        whether the transaction was kept.
        """
        waiting = _Waiting((said, statement))
        with self._lock:
            self._waiting.append(waiting)
            leads, self._led = not self._led, True
        if not leads:
            waiting.told.acquire()
        if not waiting.settled:
            self._lead()
        if waiting.error is not None:
            raise waiting.error
        return waiting.rows

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

    def _write(self, batch: Sequence[_Waiting]) -> None:
        """All in one transaction, or, when the database refuses that, each in one of its own.

        A transaction of which nobody knows whether it was kept is not tried again: nothing is kept twice.
        Nor is one for which there was no room or no turn: that is no fault of a record.
        """
        turn: Turn | None = None
        try:
            with self._database.transaction() as turn:
                answered = entries.record_all(turn, [waiting.record for waiting in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever's record it is
            of_all = isinstance(error, OperationalError) and (
                self._database.is_sqlite or turn is None or not turn.is_undone
            )
            for waiting in batch:
                if len(batch) == 1 or of_all:
                    waiting.error = error
                else:
                    self._write([waiting])
        else:
            for waiting, rows in zip(batch, answered, strict=True):
                waiting.rows, waiting.error = rows, None
