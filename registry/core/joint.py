"""Several works of one transaction: each with its own entry of the journal, all of them durable or none.

What comes from one side faster than a disk turns waits anyway for one another's locks. Those that wait share
one commit; what one of them wrote goes to the database with what the next one asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.exc import IntegrityError

from registry.core.database import Prepared, Statement, Turn
from registry.core.errors import Conflict
from registry.core.journal import entries
from registry.core.together import Queue
from registry.core.turns import words_of
from registry.core.work import Actor, Begin, Office, Work

R = TypeVar("R")


class NeedsSession(Exception):
    """A work asks for what only one with a transaction of its own has."""


class Joint(Work):
    """A work of a turn that it shares with others. before: the one before it, at whose moment this one is.

    left: what the works before have still to write.
    """

    __slots__ = ("_shared", "left")

    def __init__(self, office: Office, actor: Actor, doing: str, turn: Turn, before: Joint | None) -> None:
        super().__init__(office, actor, None, None, None, writes=True, doing=doing)
        self._shared = turn
        self.left: list[Statement] = []
        if before is not None:
            self.now, self.left = before.now, before.left
            self.waiting.follow(before.waiting)

    @property
    def session(self) -> NoReturn:
        """There is none: it would end the transaction of all."""
        raise NeedsSession

    def _run(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        before, opening = self.left, self._entry is None
        self.left = []
        if opening:
            self._turn, self._opened_as = self._shared, self._said()
            before.append((entries.OPEN, self._opened_as))
        own = len(before)
        before += self.waiting.taken()
        rows = self._shared.run_all([*before, *statements])
        if opening:
            (self._entry,) = rows[own - 1]
        return rows[len(before) :]

    def put_alone(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """As `put`: it is durable when all are."""
        return self.put(statement, **values)

    def commit(self) -> None:
        """End this work; whoever leads makes all of them durable."""
        if self.waiting and (self._shared.is_sqlite or self._entry is None):
            self._run(())
        if self._entry is None:
            return
        if not self._shared.is_sqlite:
            renamed = entries.renamed(self._entry, self._opened_as, self._said())
            self.left = [*self.waiting.taken(), *renamed]
            return
        self._close_entry(self._shared)

    def close(self) -> None:
        """What is not committed is undone with all others, by whoever leads."""


@dataclass(frozen=True)
class _Asked:
    office: Office
    actor: Actor
    doing: str
    act: Callable[[Work], Any]


class _Jointly(Queue[_Asked, Any]):
    def write_all(self, turn: Turn, batch: Sequence[_Asked]) -> list[Any]:
        """What each act answers."""
        found, work = [], None
        for asked in batch:
            work = Joint(asked.office, asked.actor, asked.doing, turn, work)
            with Begin(work):
                found.append(asked.act(work))
        if work is not None and work.left:
            turn.run_all(work.left, commit=True)
        return found


_queues: WeakKeyDictionary[Office, dict[str, _Jointly]] = WeakKeyDictionary()


def jointly(office: Office, name: str, actor: Actor, doing: str, act: Callable[[Work], R]) -> R:
    """Do an act in a transaction with others of that name that wait by then; durable on return.

    Those of one name take their locks in one order. An act may be begun more than once, and everything that
    it wrote is undone before; one that needs a session is done in a work of its own.

    Raises what the act raises; Conflict, OperationalError as a work of its own.
    """
    queue = _queues.setdefault(office, {}).setdefault(name, _Jointly(office.database))
    try:
        found: R = queue.write(_Asked(office, actor, doing, act))
    except NeedsSession:
        with office.begin(actor, doing=doing) as work:
            return act(work)
    except IntegrityError as error:
        raise Conflict(words_of(error)) from error
    office.database.wrote()
    return found
