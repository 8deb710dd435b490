"""What a migration may not do while the version before it still serves (docs/production.md).

A migration is asked for PostgreSQL's statements without a database, and each is read: an old process must
find every table and column it knows, and nobody may wait for a lock held as long as a large table is read.
What nothing here knows to be harmless is refused too.
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
_BARE = r'(?:"?\w+"?\.)?"?(\w+)"?'
_NAME = rf"(?:IF EXISTS )?+(?:ONLY )?+{_BARE}"
_ALTER = rf"ALTER TABLE {_NAME} "
_TIED = r"(?:CONSTRAINT \S+ )?(?:CHECK|FOREIGN KEY|UNIQUE|PRIMARY KEY|EXCLUDE)\b"
_COLUMN = rf"{_ALTER}ADD (?:COLUMN )?+(?:IF NOT EXISTS )?+(?!{_TIED})\S+ "
_BOUND = r"(?:CONSTRAINT|NOT NULL|NULL|CHECK|UNIQUE|PRIMARY KEY|REFERENCES)\b"
_CONSTANT = rf"(?:''|-?\d[\d.]*|TRUE|FALSE|NULL)(?:::\w+)?(?=$| {_BOUND})"
_ASIDE = r"\w+ .*\b(?:INSERT INTO|DELETE FROM|MERGE INTO|UPDATE \S+ SET)\b"
RULES: Mapping[str, str] = {
    r"(?:SELECT|DO|CALL|EXECUTE)\b": "what it does cannot be read here: say each statement",
    rf"WITH\b|{_ASIDE}": "may change rows on the side: each change is a statement of its own",
    r"(?:LOCK|VACUUM FULL|CLUSTER)\b": "stops everybody who needs the table",
    f"DROP TABLE {_NAME}": "an old process still asks the table: drop it in a later release",
    f"TRUNCATE (?:TABLE )?+{_NAME}": "an old process still asks its rows, and the journal would not see it",
    _ALTER + "DROP (?!CONSTRAINT )": "an old process still asks the column: drop it in a later release",
    _ALTER + "RENAME": "an old process knows the old name: add the new one, copy, drop the old one later",
    _ALTER + r"ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE": "rewrites the table under its lock: another column",
    _ALTER + r"ALTER (?:COLUMN )?\S+ SET NOT NULL": "reads the table under its lock: CHECK … NOT VALID first",
    _ALTER + r"ALTER (?:COLUMN )?\S+ DROP DEFAULT": "an old process inserts without it: keep the default",
    _COLUMN + r"(?!.*\bDEFAULT (?!NULL\b)).*\bNOT NULL": "an old process inserts without it: a default",
    _COLUMN + rf".*\bDEFAULT (?!{_CONSTANT})": "a default that is computed rewrites the table",
    _COLUMN + r"(?:\w*SERIAL\d?\b|.*\bGENERATED\b)": "a column that is computed rewrites the table",
    f"(?:UPDATE|DELETE FROM|INSERT INTO) {_NAME}": "the journal would not see it: rows change in `setup`",
}
"""What is refused; of a table that is named last, unless the migration itself made it."""
_TIE = _ALTER + r"ADD (?:CONSTRAINT \S+ )?"
OF_LARGE: Mapping[str, str] = {
    rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON {_NAME}": "stops every change meanwhile: CONCURRENTLY",
    _TIE + r"(?:CHECK|FOREIGN KEY)\b(?!.*NOT VALID)": "reads all rows: NOT VALID, VALIDATE",
    _TIE + r"(?:UNIQUE|PRIMARY KEY|EXCLUDE)\b(?! USING INDEX)": "builds an index: USING INDEX",
    _COLUMN + r".*\b(?:CHECK|REFERENCES)\b": "reads all rows: a constraint of its own, NOT VALID",
    _COLUMN + r".*\b(?:UNIQUE|PRIMARY KEY)\b": "builds an index: CONCURRENTLY, before the constraint",
}
"""The same of tables that pass a million rows."""
ANEW: Mapping[str, str] = {
    rf"DROP (INDEX) (?:CONCURRENTLY )?{_NAME}": rf"CREATE (?:UNIQUE )?(INDEX) (?:CONCURRENTLY )?{_BARE} ON\b",
    rf"DROP (FUNCTION) {_NAME}": rf"CREATE (?:OR REPLACE )?(FUNCTION) {_BARE}",
    rf"DROP (TRIGGER) {_NAME} ON {_NAME}": rf"CREATE (?:OR REPLACE )?(TRIGGER) {_BARE} .*? ON {_BARE}",
    rf"{_ALTER}DROP (CONSTRAINT) {_NAME}": rf"{_ALTER}ADD (CONSTRAINT) {_BARE}",
}
"""What may go only where the same migration makes it anew: an old process counts on it."""
KNOWN = (
    "(?:BEGIN|COMMIT|SET lock_timeout = '')$",
    rf"CREATE TABLE (?:IF NOT EXISTS )?+{_BARE} \(",
    rf"CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?{_BARE} ON\b",
    rf"CREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER) {_BARE}",
    rf"{_ALTER}ADD {_TIED}",
    _COLUMN,
    rf"{_ALTER}VALIDATE CONSTRAINT ",
    rf"{_ALTER}ALTER (?:COLUMN )?\S+ (?:SET DEFAULT|SET STORAGE|DROP NOT NULL)\b",
)
"""What an old process bears, where no rule speaks against it."""
_TOKEN = re.compile(
    r"""(?P<remark>--[^\n]*|/\*.*?\*/)|(?P<words>\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(\w*)\$.*?\$\3\$)"""
    r"""|"[^"]*"|.""",
    re.DOTALL | re.IGNORECASE,
)
_DROP = "DROP (?:TABLE|FUNCTION|INDEX(?: CONCURRENTLY)?+)(?: IF EXISTS)?+"
_OF_MANY = re.compile(rf"(ALTER TABLE {_NAME}|TRUNCATE(?: TABLE)?+|{_DROP}) (.*)", re.IGNORECASE)


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
    """A connection that writes down what it is told."""

    def __init__(self, told: io.StringIO) -> None:
        self.dialect = postgresql.psycopg.dialect()
        self.told = told

    def exec_driver_sql(self, sql: str, *_: Any) -> Unanswered:
        """Write a statement down."""
        self.told.write(f"{sql}\n;\n")
        return Unanswered()

    def execute(self, statement: Any, *_: Any) -> Unanswered:
        """The same of one that is made of parts."""
        return self.exec_driver_sql(str(statement.compile(dialect=self.dialect)))


def statements(module: ModuleType) -> list[str]:
    """What a migration tells PostgreSQL on the way up, in order, each on one line and without remarks.

    What is done to several things at once is told of each: an ALTER TABLE of two columns is two.
    """
    told = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told}
    )
    with Operations.context(context), mock.patch.object(op, "get_bind", return_value=Pretended(told)):
        module.upgrade()
    return [one for sql in _parts(told.getvalue(), ";") for one in _each(" ".join(sql.split())) if one]


def _each(sql: str) -> Iterator[str]:
    if found := _OF_MANY.fullmatch(sql):
        yield from (f"{found[1]} {part.strip()}" for part in _parts(found[3], ","))
    else:
        yield sql


def _parts(sql: str, between: str) -> Iterator[str]:
    """SQL at each mark that is not in a string, in a name or (a comma) in brackets; remarks are left out."""
    part, depth = "", 0
    for token in _TOKEN.finditer(sql):
        depth += (token[0] == "(") - (token[0] == ")")
        if token[0] == between and (depth == 0 or between == ";"):
            yield part
            part = ""
        else:
            part += " " if token["remark"] else token[0]
    yield part


def faults(module: ModuleType) -> list[str]:
    """What a migration does that it may not; also exceptions without a reason, or of nothing."""
    told = statements(module)
    marked: Mapping[str, str] = getattr(module, MARKER, {})
    found = list(_refused(told))
    wrong = [f"{sql[:120]}: {why}" for sql, why in found if not any(_begins(sql, mark) for mark in marked)]
    for mark, reason in marked.items():
        if len(reason) < SHORTEST_REASON:
            wrong.append(f"{mark}: says no reason")
        if not any(_begins(sql, mark) for sql, _ in found):
            wrong.append(f"{mark}: is no exception")
    return wrong


def _begins(sql: str, mark: str) -> bool:
    """At a whole word: an exception of `place` is none of `place_of_birth`."""
    return f"{sql} ".startswith(f"{mark} ")


def _refused(told: list[str]) -> Iterator[tuple[str, str]]:
    """Statements, and why they may not be."""
    read = [_TOKEN.sub(lambda token: "''" if token["words"] else token[0], sql) for sql in told]
    own: set[str] = set()
    locked: set[str] = set()
    for sql, words in zip(told, read, strict=True):
        if why := _fault(words, own) or _gone(words, read) or _kept(words, locked - own):
            yield sql, why
        if found := _match(rf"CREATE TABLE {_BARE} \(", words):
            own.add(found[1].lower())
        if found := _match(_ALTER, words):
            locked.add(found[1].lower())
        elif words.upper() == "COMMIT":
            locked.clear()


def _fault(sql: str, own: set[str]) -> str:
    for rules, large in ((RULES, False), (OF_LARGE, True)):
        for rule, why in rules.items():
            found = _match(rule, sql)
            if found is None:
                continue
            table = str(found.groups()[-1]).lower() if found.groups() else ""
            if table in own:
                return ""
            if not large or table in LARGE:
                return why
    known = any(_match(rule, sql) for rule in (*KNOWN, *ANEW))
    return "" if known else "is not known to run beside an old process"


def _gone(sql: str, told: list[str]) -> str:
    for gone, made in ANEW.items():
        if found := _match(gone, sql):
            named = [name.lower() for name in found.groups()]
            again = (one for other in told if (one := _match(made, other)))
            if not any([name.lower() for name in one.groups()] == named for one in again):
                return "an old process counts on it: drop it in a later release"
    return ""


def _kept(sql: str, locked: set[str]) -> str:
    found = _match(f"{_ALTER}VALIDATE", sql)
    if found and found[1].lower() in locked & LARGE:
        return "reads all rows under the lock of what was changed before: in an autocommit_block"
    return ""


def _match(rule: str, sql: str) -> re.Match[str] | None:
    return re.match(rule, sql, re.IGNORECASE)
