"""What a work has still to write, and what it was told that stays so until its end. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from registry.core.prepared import Prepared, Statement

Rows = list[tuple[Any, ...]]
_Name = tuple[Prepared, frozenset[tuple[str, Any]]]


class Waiting:
    """Statements that go with the next journey to the database, in their order, and rows that are known."""

    __slots__ = ("_known", "_of_all", "_statements")

    def __init__(self) -> None:
        self._statements: list[Statement] = []
        self._known: dict[_Name, Rows] = {}
        self._of_all: set[_Name] = set()

    def __len__(self) -> int:
        return len(self._statements)

    def add(self, statement: Prepared, values: dict[str, Any], *, first: bool = False) -> None:
        """One more; first: before all that wait."""
        self._statements.insert(0 if first else len(self._statements), (statement, values))

    def amend(self, statement: Prepared, by: Sequence[str], values: dict[str, Any]) -> bool:
        """Give one that waits other values; False where none waits. by: the names by which it is the same."""
        for other, before in self._statements:
            if other is statement and all(before[name] == values[name] for name in by):
                before.update(values)
                return True
        return False

    def taken(self) -> list[Statement]:
        """What waits; from now on nothing does."""
        found, self._statements = self._statements, []
        return found

    def learn(self, statements: Sequence[Statement], rows: list[Rows], *, of_all: bool = False) -> list[Rows]:
        """The rows of each statement, which nobody needs to ask again. of_all: nor does a later work of the
        same transaction.
        """
        names = list(map(_named, statements))
        self._known.update(zip(names, rows, strict=True))
        if of_all:
            self._of_all.update(names)
        return rows

    def follow(self, before: Waiting) -> None:
        """Know what is known of all to the work before, in the same transaction."""
        self._known = {name: before._known[name] for name in before._of_all}
        self._of_all = set(before._of_all)

    def answered(
        self, statements: Sequence[Statement], ask: Callable[[Sequence[Statement]], list[Rows]]
    ) -> list[Rows]:
        """The rows of each statement; ask: for those that are not known."""
        if not self._known:
            return ask(statements)
        known = [self._known.get(_named(one)) for one in statements]
        unknown = [one for one, rows in zip(statements, known, strict=True) if rows is None]
        asked = iter(ask(unknown) if unknown else ())
        return [next(asked) if rows is None else rows for rows in known]


def _named(statement: Statement) -> _Name:
    return statement[0], frozenset(statement[1].items())
