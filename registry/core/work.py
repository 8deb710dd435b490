"""Who, why, which act, when, and the transaction.

Every change happens inside `begin()`; leaving the block commits, an exception rolls back. Every read
happens inside `look()`, which cannot write. Acts are marked `@act(May.X)`: the policy is asked before
the act runs, so that page, API, command line and message cannot drift apart.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson
from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.core.actors import OPERATOR as OPERATOR
from registry.core.actors import Actor as Actor
from registry.core.actors import Proof as Proof
from registry.core.database import Database, Prepared, Statement, Turn
from registry.core.days import day_in
from registry.core.errors import Conflict
from registry.core.journal import entries
from registry.core.numbers import new_request_id
from registry.core.permitted import allow as allow
from registry.core.permitted import confirmed as confirmed
from registry.core.permitted import for_purpose as for_purpose
from registry.core.permitted import is_limited_to_office as is_limited_to_office
from registry.core.permitted import is_own as is_own
from registry.core.permitted import limited_to as limited_to
from registry.core.permitted import may_of as may_of
from registry.core.permitted import shows_persons as shows_persons
from registry.core.settings import MisconfiguredError
from registry.core.together import Together
from registry.core.turns import ending, words_of
from registry.core.waiting import Waiting
from schemas.vocabulary import May, Purpose

P = ParamSpec("P")
R = TypeVar("R")
_digest = functools.lru_cache(maxsize=64)(hmac.digest)

LOCK, SHARE = Prepared("SELECT {hold}"), Prepared("SELECT {share}")
"""Holds the lock called :name until the end of the transaction."""


class Work:
    """One unit of work: everything below the edge takes actor, purpose and time from here.

    home: the State whose registry this is, ISO 3166-1 alpha-2; zone: its time, an IANA name. offers: what
    higher floors offer to lower ones. carrying_out: which approval by two is carried out, "" for none.
    """

    __slots__ = (
        "_doing",
        "_entry",
        "_opened_as",
        "_session",
        "_together",
        "_turn",
        "_writes",
        "actor",
        "acts",
        "carrying_out",
        "case",
        "database",
        "home",
        "note",
        "now",
        "offers",
        "purpose",
        "request_id",
        "secret",
        "waiting",
        "zone",
    )

    def __init__(
        self,
        office: Office,
        actor: Actor,
        purpose: Purpose | None,
        case: str | None,
        request_id: str | None,
        writes: bool,
        doing: str = "",
    ) -> None:
        self.database = office.database
        self.home = office.home
        self.secret = office.secret
        self.zone = office.zone
        self.offers = office.offers
        self.carrying_out = ""
        self.now = office.clock()
        self.actor = actor
        self.request_id = request_id or new_request_id()
        self.purpose = purpose
        self.case = case
        self.acts: list[May] = []
        self.note: dict[str, Any] = {"break_glass": actor.glass.number} if actor.glass else {}
        self._doing = doing
        self._writes = writes
        self._together = office.together
        self._session: Session | None = None
        self._turn: Turn | None = None
        self.waiting = Waiting()
        self._entry: entries.Opened | None = None
        self._opened_as: dict[str, Any] = {}

    @property
    def doing(self) -> str:
        """Which act this is: those done so far, else what was said on beginning."""
        acts = sorted(self.acts, key=lambda may: may is May.LEDGER_ERASE)  # verifiers look for it at the end
        named = ",".join(dict.fromkeys(may.value for may in acts)) or self._doing
        return named or ("maintenance" if self.actor.user_id == 0 else "unnamed")

    @property
    def session(self) -> Session:
        """What changes and reads go through; opened when first asked for, with the journal's entry."""
        if self.waiting:
            self._run(())
        if self._session is None:
            if self._turn is not None:
                self._session = self.database.session(self._turn)
            elif self._writes:
                self._session = self.database.session()
                self._open(self._over_session(self._session))
            else:
                self._session = Session(self.database.reader, expire_on_commit=False)
        return self._session

    def _over_session(self, session: Session) -> Turn:
        return Turn(session.connection().connection.dbapi_connection, self.database.is_sqlite, begun=True)

    def _open(self, turn: Turn, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """Open the entry, and run what comes with it."""
        self._opened_as = self._said()
        ((self._entry,), *rows) = turn.run_all([(entries.OPEN, self._opened_as), *statements])
        return rows

    def _said(self) -> dict[str, Any]:
        """Who, in which capacity, why and which act, as the journal's entry keeps it."""
        return {
            "at": self.now,
            "actor_id": self.actor.user_id,
            "role": self.actor.role.value,
            "purpose": self.purpose.value if self.purpose else entries.UNSTATED_PURPOSE,
            "case_number": self.case or "",
            "act": self.doing,
            "request_id": self.request_id,
            "note": orjson.dumps(self.note).decode() if self.note else "",
        }

    def saw(self, subject: str, keys: Iterable[Any]) -> None:
        """Note that personal data of these rows was read; the ledger says who read it and why."""
        seen = self.note.setdefault("reads", {}).setdefault(subject, [])
        seen += [key for key in keys if key not in seen]

    @property
    def today(self) -> date:
        """The day of this work where the registry is."""
        return day_in(self.zone, self.now)

    def rows(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a prepared statement: what is committed, not what this work changed."""
        return self.database.rows(statement, values)

    def beside(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """Rows of each statement as this work sees them, with what it changed, all in one go; they may
        change only what no session of this work has read.
        """
        return self.waiting.answered(statements, self._run if self._writes else self.database.rows_of)

    def sees(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of one statement, as `beside`."""
        return self.beside((statement, values))[0]

    def later(self, statement: Prepared, **values: Any) -> None:
        """As `beside`, but with whatever this work does next, at the latest before its end."""
        self.waiting.add(statement, values)

    def put(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Write by a prepared statement; answers its rows."""
        return self.run((statement, values))[0]

    def run(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """Run prepared statements in this work's transaction, all in one go; answers the rows of each.

        A work that does nothing else does without a session, which costs more than the commit.
        """
        if self._session is not None:
            self._session.flush()
            self._session.expire_all()
        return self._run(statements)

    def _run(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        """Run what waits, then these, in this work's transaction, which begins with the first of them."""
        together = [*self.waiting.taken(), *statements]
        before = len(together) - len(statements)
        if not together and (self._session is not None or self._turn is not None):
            return []
        if self._session is not None:
            self._session.flush()
            return self._over_session(self._session).run_all(together)[before:]
        if self._turn is not None:
            return self._turn.run_all(together)[before:]
        self._turn = self.database.turn()
        return self._open(self._turn, *together)[before:]

    def put_rows(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows at once. Constraints, triggers and journal see every one as ever."""
        self.run()
        turn = self._turn if self._session is None else self._over_session(self._session)
        if turn is not None:
            turn.put_rows(table, columns, rows)

    def next_keys(self, table: Table, count: int) -> list[int]:
        """Keys for so many rows that are to be put into a table."""
        self.run()
        turn = self._turn if self._session is None else self._over_session(self._session)
        return [] if turn is None else turn.next_keys(table, count)

    def put_alone(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """As `put`, where nothing else is written in this work: it is durable on return.

        Those of several works that wait at the same time become durable together.
        """
        if self._session is not None or self._turn is not None or self.waiting:
            return self.put(statement, **values)
        return self._together.keep(self._said(), (statement, values))

    def commit(self) -> None:
        """Make the changes durable; raises Conflict when the database's own constraints refuse them."""
        try:
            self._end()
        except IntegrityError as error:
            raise Conflict(words_of(error)) from error
        self.database.wrote()

    def _end(self) -> None:
        if self.waiting and (self._session is not None or self._turn is None or self.database.is_sqlite):
            self._run(())
        if self._session is not None:
            self._session.flush()
            self._close_entry(self._over_session(self._session))
            with ending():
                self._session.commit()
        elif self._turn is not None and self.waiting:
            renamed = entries.renamed(self._entry, self._opened_as, self._said()) if self._entry else []
            self._turn.run_all([*self.waiting.taken(), *renamed], commit=True)
        elif self._turn is not None:
            self._close_entry(self._turn)
            self._turn.commit()

    def record(self) -> None:
        """Write the entry alone, where nothing but the note is to be kept."""
        self._session = None  # it could only read
        self._turn = self.database.turn()
        self._open(self._turn)
        self.commit()

    def declare(self) -> None:
        """Tell the database at once which act this has become: what the journal lets go depends on it."""
        turn = self._over_session(self.session)
        if self._entry is not None:
            entries.rename(turn, self._entry, self._opened_as, self._said())

    def go_on(self) -> None:
        """Close the journal's entry and open one that continues it: both are durable with the one commit."""
        self.session.flush()
        turn, first = self._over_session(self.session), self._entry[0] if self._entry else 0
        self._close_entry(turn)
        self.note = {"continues": first} | {n: v for n, v in self.note.items() if n in entries.SAID_AGAIN}
        self._open(turn)

    def _close_entry(self, turn: Turn) -> None:
        if self._entry is not None:
            entries.close(turn, self._entry, self._opened_as, self._said())
        self._entry = None

    def close(self) -> None:
        """Undo what was not committed, and give back the connection, if any was needed."""
        if self._session is not None:
            self._session.close()
        if self._turn is not None:
            self._turn.roll_back()

    def key(self, use: str) -> bytes:
        """256 bits for one use, from the registry's secret key; raises MisconfiguredError without it."""
        if not self.secret:
            raise MisconfiguredError("This needs the registry's secret key")
        return _digest(self.secret.encode(), use.encode(), "sha256")

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Hold a named lock until the end of the transaction; shared: with others who share it.

        On SQLite the one writer holds it already.
        """
        self.sees(SHARE if shared else LOCK, name=name)


class Office:
    """Where units of work begin: the database, the State, the clock and the secret key of one registry.

    offers: what higher floors offer to lower ones, by name; `app` merges them. zone: IANA name of its time.
    """

    def __init__(
        self,
        database: Database,
        home: str = "",
        clock: Callable[[], datetime] | None = None,
        secret: str = "",
        offers: Mapping[str, Mapping[Any, Any]] | None = None,
        zone: str = "UTC",
    ) -> None:
        self.database = database
        self.together = Together(database)
        self.home = home
        self.secret = secret
        self.offers = offers or {}
        self.zone = zone
        self.clock = clock or (lambda: datetime.now(UTC))

    @property
    def today(self) -> date:
        """Which day it is where the registry is."""
        return day_in(self.zone, self.clock())

    def begin(
        self,
        actor: Actor,
        purpose: Purpose | None = None,
        case: str | None = None,
        request_id: str | None = None,
        doing: str = "",
    ) -> Begin:
        """A change: commits on leaving, rolls back on an exception.

        doing: which act this is, where no act says it itself, as of a sign-in.

        Raises Conflict where the database refuses what the rules let through, as of two people at once.
        """
        return Begin(Work(self, actor, purpose, case, request_id, writes=True, doing=doing))

    def look(
        self,
        actor: Actor,
        purpose: Purpose | None = None,
        case: str | None = None,
        request_id: str | None = None,
    ) -> Look:
        """A read: its connection cannot write."""
        return Look(Work(self, actor, purpose, case, request_id, writes=False))


class Look:
    """The block of a read; a class, since a generator costs more than what is in it."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    def __enter__(self) -> Work:
        return self._work

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._work.close()
        if error is None and self._work.note:
            self._work.record()  # what was read is on record before anybody gets it


class Begin(Look):
    """The block of a change."""

    __slots__ = ()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                self._work.commit()
            elif isinstance(error, IntegrityError):
                raise Conflict(words_of(error)) from error
        finally:
            self._work.close()


def act(
    may: May, confirmed_within: timedelta | None = None
) -> Callable[[Callable[Concatenate[Work, P], R]], Callable[Concatenate[Work, P], R]]:
    """Mark what people do: asks the policy first, and keeps in the work which act it is.

    confirmed_within: how lately the actor must have shown who they are, where that matters.
    """

    def mark(function: Callable[Concatenate[Work, P], R]) -> Callable[Concatenate[Work, P], R]:
        @functools.wraps(function)
        def guarded(work: Work, /, *args: P.args, **kwargs: P.kwargs) -> R:
            allow(work.actor, may)
            if confirmed_within is not None:
                confirmed(work.actor, work.now, confirmed_within)
            work.acts.append(may)
            return function(work, *args, **kwargs)

        setattr(guarded, "may", may)  # noqa: B010 - a function has no declared attributes
        return guarded

    return mark
