"""What a migration may not do while the version before it still serves (docs/production.md).

A migration is asked for PostgreSQL's statements without a database, and each is read: an old process must
find every table and column it knows, and nobody may wait for a lock held as long as a large table is read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any
from unittest import mock

from alembic import op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from tests.house.growing import LARGE

BASELINE = "0050"
"""The last migration of before this rule."""
MARKER = "ALLOWED"
"""What a migration calls its exceptions: the beginning of a statement, and why it may be so."""
SHORTEST_REASON = 30  # characters
_NAME = r'(?:IF EXISTS )?(?:ONLY )?"?(\w+)"?'
_ALTER = rf"ALTER TABLE {_NAME} .*?\b"
_COLUMN = r"ADD (?:COLUMN )?(?!CONSTRAINT)"
RULES: Mapping[str, str] = {
    rf"DROP TABLE {_NAME}": "an old process still asks the table: drop it in a later release",
    _ALTER + "DROP COLUMN": "an old process still asks the column: drop it in a later release",
    _ALTER + "RENAME": "an old process knows the old name: add the new one, copy, drop the old one later",
    _ALTER + r"ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE": "rewrites the table under its lock: another column",
    _ALTER + r"ALTER (?:COLUMN )?\S+ SET NOT NULL": "reads the table under its lock: CHECK … NOT VALID first",
    _ALTER + _COLUMN + r"(?!.*\bDEFAULT\b).*\bNOT NULL": "an old process inserts without it: a default",
    _ALTER + _COLUMN + r".*\bDEFAULT [^',]*\(": "a default that is computed rewrites the table",
    f"UPDATE {_NAME}": "the journal would not see it: rows are changed by `setup`, through a unit of work",
    f"DELETE FROM {_NAME}": "the same",  # noqa: S608 - read, never run
}
OF_LARGE: Mapping[str, str] = {
    rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON {_NAME}": "stops every change meanwhile: CONCURRENTLY",
    _ALTER
    + r"ADD CONSTRAINT \S+ (?:CHECK|FOREIGN KEY)(?!.*NOT VALID)": "reads all rows: NOT VALID, VALIDATE",
    _ALTER + r"ADD CONSTRAINT \S+ (?:UNIQUE|PRIMARY KEY) (?!USING INDEX)": "builds an index: USING INDEX",
}
"""The same of tables that pass a million rows, unless the migration itself made them."""


class Unanswered:
    """What a migration gets when it asks for rows: none."""

    rowcount = 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def scalar(self) -> None:
        """No row."""

    def all(self) -> list[Any]:
        """No rows."""
        return []

    fetchall, scalar_one, scalar_one_or_none, first, scalars = all, scalar, scalar, scalar, all


class Pretended:
    """A connection that keeps what it is told."""

    def __init__(self) -> None:
        self.dialect = postgresql.psycopg.dialect()
        self.told: list[str] = []

    def exec_driver_sql(self, sql: str, *_: Any) -> Unanswered:
        """Keep a statement."""
        self.told.append(sql)
        return Unanswered()

    def execute(self, statement: Any, *_: Any) -> Unanswered:
        """The same of one that is made of parts."""
        return self.exec_driver_sql(str(statement.compile(dialect=self.dialect)))


def statements(module: ModuleType) -> list[str]:
    """What a migration tells PostgreSQL on the way up, each on one line, in order of their kind."""
    buffer, connection = io.StringIO(), Pretended()
    options = {"as_sql": True, "output_buffer": buffer}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context), mock.patch.object(op, "get_bind", return_value=connection):
        module.upgrade()
    made = re.split(r";\s*\n", buffer.getvalue())
    return [line for sql in (*made, *connection.told) if (line := " ".join(sql.split()))]


def faults(module: ModuleType) -> list[str]:
    """What a migration does that it may not; also exceptions without a reason, or of nothing."""
    told = statements(module)
    own = {found[1] for sql in told if (found := re.match(rf"CREATE TABLE {_NAME}", sql))}
    marked: Mapping[str, str] = getattr(module, MARKER, {})
    found = [(sql, why) for sql in told if (why := _fault(sql, own))]
    wrong = [f"{sql[:120]}: {why}" for sql, why in found if not any(sql.startswith(mark) for mark in marked)]
    for mark, reason in marked.items():
        if len(reason) < SHORTEST_REASON:
            wrong.append(f"{mark}: says no reason")
        if not any(sql.startswith(mark) for sql, _ in found):
            wrong.append(f"{mark}: is no exception")
    return wrong


def _fault(sql: str, own: set[str]) -> str:
    for rules, large in ((RULES, False), (OF_LARGE, True)):
        for rule, why in rules.items():
            found = re.match(rule, sql, re.IGNORECASE)
            if found is None:
                continue
            table = found.groups()[-1] if found.groups() else ""
            if table not in own and (not large or table in LARGE):
                return why
    return ""
