"""Reading at streaming replicas: which one has what a reader must see, and none that is behind or gone.

Everything that somebody changed is seen by whoever reads in their name afterwards, in every process: where
the log was after a change is kept at the primary by account (`LastWritten`), and a replica is read only once
it has replayed that far. It is asked with the name of the primary's run: after a failover a replica counts
again only when it has replayed all that the new primary had when it was first met. One thread for each
replica looks once a second; a replica that does not answer is cut off, so that nobody waits for it.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakSet

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from registry.core.database import Database, Prepared, Turn
from registry.core.wire import asked_within
from registry.core.work import Office

EVERY = 1.0  # seconds between two looks at a replica
STALE = 5 * EVERY  # a look so old says nothing any more
PATIENCE = 3.0  # seconds in which a replica answers a look
MOST_LAG = 10.0  # seconds behind the primary, beyond which a replica is not read
WAIT = 0.1  # seconds that a reader waits for what they wrote
PAUSE = 0.002

_HERE = "(pg_current_wal_insert_lsn() - '0/0'::pg_lsn)"
NOTE = Prepared(
    f"""
    INSERT INTO last_written (account_id, position)
    SELECT :account, {_HERE} WHERE set_config('synchronous_commit', 'off', true) = 'off'
    ON CONFLICT (account_id) DO UPDATE SET position = greatest(last_written.position, excluded.position)
    """
)
"""Said after a commit, whose place in the log is before this. Nothing is lost with it: after a crash every
replica has to catch up first.
"""
NEEDED = Prepared(
    f"""
    SELECT pg_postmaster_start_time(), (SELECT coalesce(max(least(position, {_HERE})), 0)::bigint
      FROM last_written WHERE account_id IN (0, :account))
    """  # noqa: S608 - our own words
)
_CLUSTER = "(SELECT system_identifier FROM pg_control_system())"
_PRIMARY = Prepared(f"SELECT pg_postmaster_start_time(), {_HERE}::bigint, {_CLUSTER}")
_REPLAYED = "CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END"
_ASK = Prepared(f"SELECT {_REPLAYED}")
LOOK = f"SELECT {_REPLAYED}, {_CLUSTER}"
"""How far a replica has replayed the log, none where it is none; and of which cluster it is."""


@dataclass
class Seen:
    """A replica that may be read. run: of the primary, whose first moment it has; at: by the monotonic clock.

    replayed: bytes of the log; lag: seconds behind the primary.
    """

    run: datetime
    replayed: int
    lag: float
    at: float


class Replica(Database):
    """A database that is looked at here and changed at its primary. seen: None while it may not be read."""

    def __init__(self, url: str, primary: Database) -> None:
        super().__init__(_impatient(url))
        self.name = name_of(url)
        self.seen: Seen | None = None
        self._primary = primary
        self._open: WeakSet[Any] = WeakSet()
        event.listen(self.reader, "connect", lambda connection, record: self._open.add(connection))

    @property
    def primary(self) -> Database:
        """Where changes go."""
        return self._primary

    def turn(self) -> Turn:
        """A transaction at the primary."""
        return self._primary.turn()

    def session(self, turn: Turn | None = None) -> Session:
        """What changes go through, at the primary."""
        return self._primary.session(turn)

    def wrote(self) -> None:
        """Called after each commit."""
        self._primary.wrote()

    def has(self, run: datetime, needed: int) -> bool:
        """Whether it may be read by somebody who needs the log up to a place; waits for it a little."""
        seen = self.seen
        if seen is None or seen.run != run or time.monotonic() - seen.at > STALE:
            return False
        end = time.monotonic() + (WAIT if seen.lag < EVERY else 0)
        while seen.replayed < needed:
            if (replayed := self._replayed()) is None:
                return False
            seen.replayed = max(seen.replayed, replayed)
            if seen.replayed < needed:
                if time.monotonic() > end:
                    return False
                time.sleep(PAUSE)
        return True

    def _replayed(self) -> int | None:
        try:
            found: int | None = self.rows(_ASK, {})[0][0]
        except (DBAPIError, psycopg.Error):
            found = None
        if found is None:
            self.leave()
        return found

    def leave(self) -> None:
        """Not to be read until the next look finds it well."""
        self.seen = None

    def cut(self) -> None:
        """End every connection to it, also those that somebody waits at: they read elsewhere then."""
        self.leave()
        for connection in list(self._open):
            with suppress(OSError, psycopg.Error), _socket_of(connection) as its:
                its.shutdown(socket.SHUT_RDWR)


def _socket_of(connection: Any) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.pgconn.socket))


def _impatient(url: str) -> str:
    """The URL of a replica: nobody waits long for one that does not answer."""
    least = {"connect_timeout": "3", "tcp_user_timeout": "5000"}
    found = make_url(url)
    return found.set(query=least | dict(found.query)).render_as_string(hide_password=False)


def name_of(url: str) -> str:
    """Host and port of a replica, as it is called where it is watched."""
    found = make_url(url)
    host = found.host or str(found.query.get("host", "localhost"))
    port = found.port or found.query.get("port", "")
    return f"{host}:{port}" if port else host


class Primary(Database):
    """The primary of a registry that has replicas."""

    def __init__(self, url: str, replica_urls: Sequence[str]) -> None:
        super().__init__(url)
        self.replicas: tuple[Replica, ...] = tuple(Replica(one, self) for one in replica_urls)
        self._watched = threading.Lock()
        self._over = threading.Event()

    def wrote(self) -> None:
        """Called after each commit: until it is noted, this thread reads here."""
        super().wrote()
        self._thread.wrote = True

    @property
    def has_written(self) -> bool:
        """Whether this thread changed something that is not noted."""
        return getattr(self._thread, "wrote", False)

    def note(self, account: int) -> None:
        """Keep that an account, 0 for nobody in particular, changed something up to now."""
        self._thread.wrote = False
        for last in (False, True):
            try:
                with self.transaction() as turn:
                    turn.run_all([(NOTE, {"account": account})], commit=True)
            except OperationalError:
                if last:
                    raise
            else:
                return

    def nearest(self, account: int) -> Replica | None:
        """Where an account may read what it must see; None: here. The same one each time, if it can be."""
        self._watch()
        if not any(one.seen for one in self.replicas):
            return None
        run, needed = self.rows(NEEDED, {"account": account})[0]
        first = account % len(self.replicas)
        order = (*self.replicas[first:], *self.replicas[:first])
        return next((one for one in order if one.has(run, needed)), None)

    def _watch(self) -> None:
        """Begin to look at the replicas, when somebody first wants to read there."""
        if self._watched.acquire(blocking=False):
            for replica in self.replicas:
                Watch(self, replica, self._over).start()

    def close(self) -> None:
        """Give back every connection, those to replicas too."""
        self._over.set()
        for replica in self.replicas:
            replica.close()
        super().close()


class Watch(threading.Thread):
    """Looks at a replica until it is over."""

    def __init__(self, primary: Primary, replica: Replica, over: threading.Event) -> None:
        super().__init__(name=f"replica {replica.name}", daemon=True)
        self._primary, self._replica, self._over = primary, replica, over
        self._connection: Any = None
        self._run: datetime | None = None
        self._floor = 0
        self._past: deque[tuple[float, int]] = deque()

    def run(self) -> None:
        """One look after the other."""
        while not self._over.is_set():
            try:
                self._replica.seen = self._look()
            except (psycopg.Error, DBAPIError, OSError):
                self._forget()
            self._over.wait(EVERY)
        self._forget()

    def _forget(self) -> None:
        self._replica.cut()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _look(self) -> Seen | None:
        """How the replica is; None where it may not be read."""
        run, position, cluster = self._primary.rows(_PRIMARY, {})[0]
        if run != self._run:
            self._run, self._floor = run, position
            self._past.clear()
        now = time.monotonic()
        self._past.append((now, position))
        replayed, its = self._asked()
        if replayed is None or its != cluster:
            return None
        while self._past and self._past[0][1] <= replayed:
            self._past.popleft()
        lag = now - self._past[0][0] if self._past else 0.0
        if replayed < self._floor or lag > MOST_LAG:
            return None
        return Seen(run, replayed, lag, now)

    def _asked(self) -> tuple[int | None, int]:
        if self._connection is None:
            url = make_url(self._replica.url).set(drivername="postgresql")
            self._connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
        replayed, cluster = asked_within(self._connection, LOOK, PATIENCE)
        return None if replayed is None else int(replayed), int(cluster or 0)


def reading_at(office: Office, replica: Replica) -> Office:
    """The office, where what is read is read at a replica."""
    found = copy(office)
    found.database = replica
    return found
