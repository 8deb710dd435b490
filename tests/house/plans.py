"""What the application asks of its database while a block runs, and how an engine would answer it.

Recorded are the statements themselves, at the engine and at the prepared statements that go around it. A
plan is read as if the large tables were large, whatever the database holds.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from registry.core import database, turns
from registry.core.prepared import Prepared
from registry.core.turns import as_kept
from tests.house.growing import BY_AN_INDEX, LARGE

READ = LARGE | BY_AN_INDEX
_LISTS = re.compile(r"\((?:\s*(?:\?|%\(\w+\)s(?:::\w+)?)\s*,?)+\)")
_PLANNED = re.compile(r"\s*(?:SELECT|UPDATE|DELETE|WITH|INSERT\b(?!.*\bVALUES\b))", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """asked_by: file and function that ask it."""

    sql: str
    values: Any
    asked_by: str


@dataclass
class Asked:
    """Statements by what they have in common, each as it was asked first."""

    engine: str
    statements: dict[str, Statement] = field(default_factory=dict)

    def add(self, sql: str, values: Any) -> None:
        """Keep a statement of the application that has a plan; lists of whatever length are one."""
        common = _LISTS.sub("(…)", sql)
        if common not in self.statements and _PLANNED.match(sql) and (asker := _asker()):
            self.statements[common] = Statement(sql, values, asker)


def _asker() -> str:
    """Who of the registry asks; "" where tests or the demonstration's making do."""
    frame = sys._getframe(2)
    while frame := frame.f_back:  # type: ignore[assignment]
        name = frame.f_code.co_filename
        if "/tests/" in name and not name.endswith("/house/plans.py"):
            return ""
        if "/registry/" in name and not name.endswith(_MEANS):
            inside = name.rpartition("/registry/")[2]
            return "" if inside.startswith("demo/") else f"{inside}: {frame.f_code.co_name}"
    return ""


_MEANS = ("/core/database.py", "/core/turns.py", "/core/work.py", "/core/paging.py")


@contextmanager
def recording(engine: str) -> Iterator[Asked]:
    """Everything that is asked of databases of one engine ("sqlite", "postgresql") while the block runs."""
    asked = Asked(engine)

    def executed(own: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if own.dialect.name == engine:
            asked.add(sql, values[0] if many and isinstance(values, Sequence) else values)

    with pytest.MonkeyPatch.context() as patch:
        event.listen(Engine, "before_cursor_execute", executed)
        _around(patch, asked)
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", executed)


def _around(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Prepared statements go past the engine's events."""
    rows_of, run_all = database.Database.rows_of, turns.Turn.run_all

    def kept_rows_of(self: Any, statements: Any) -> Any:
        for statement, values in statements:
            _keep(asked, statement, values, self.is_sqlite)
        return rows_of(self, statements)

    def kept_run_all(self: Any, statements: Any, commit: bool = False) -> Any:
        for statement, values in statements:
            _keep(asked, statement, values, self.is_sqlite)
        return run_all(self, statements, commit)

    patch.setattr(database.Database, "rows_of", kept_rows_of)
    patch.setattr(turns.Turn, "run_all", kept_run_all)


def _keep(asked: Asked, statement: Prepared, values: Mapping[str, Any], is_sqlite: bool) -> None:
    if is_sqlite is not (asked.engine == "sqlite"):
        return
    sql = statement.sqlite if is_sqlite else statement.postgresql
    asked.add(sql, {name: as_kept(value) for name, value in values.items()} if is_sqlite else values)


def whole_reads(connection: Connection, asked: Asked) -> dict[str, list[str]]:
    """By who asks: statements that read the whole of a large table, with the table.

    Reading in the order of an index until a page is full is fine where nothing is left out on the way.
    """
    read = _of_sqlite if asked.engine == "sqlite" else _of_postgresql
    found: dict[str, list[str]] = {}
    for one in asked.statements.values():
        if tables := sorted(set(read(connection, one))):
            found.setdefault(one.asked_by, []).append(f"{', '.join(tables)}: {' '.join(one.sql.split())}")
    return found


def _of_sqlite(connection: Connection, one: Statement) -> Iterator[str]:
    driver = connection.connection.dbapi_connection
    lines = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {one.sql}", one.values or ())]
    named = {alias: table for table, alias in _NAMED.findall(one.sql)}
    is_page = "LIMIT" in one.sql and not _FILTERED.search(one.sql)
    is_page = is_page and not any("TEMP B-TREE FOR ORDER BY" in line for line in lines)
    partial = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'"
    few = {name for (name,) in driver.execute(partial)}
    walked = set(_WALKED.findall(one.sql))
    scans = [(found, lines[n + 1 : n + 2]) for n, line in enumerate(lines) if (found := _SCANNED.match(line))]
    for n, (scanned, after) in enumerate((found, after) for found, after in scans if found[2] not in few):
        table = named.get(scanned[1], scanned[1])
        until_full = (is_page and n == 0) or (
            table in walked and not any("TEMP B-TREE" in line for line in after)
        )
        if table in READ and not until_full and _NOTHING not in one.sql:
            yield table
    for indexed in (found[1] for line in lines if (found := _INDEXED.match(line))):
        if named.get(indexed, indexed) in READ and _NOTHING not in one.sql:
            yield named.get(indexed, indexed)


_NAMED = re.compile(r'(?:FROM|JOIN|,)\s+"?(\w+)"?\s+(?:AS\s+)?"?(\w+)"?')
_WALKED = re.compile(r"\bFROM (\w+) ORDER BY (?:[^()]|\([^()]*\))*? LIMIT\b")
"""Read in the order of an index, whatever is in it, until so many rows were looked at."""
_FILTERED = re.compile(r"\bWHERE\b")
_SCANNED = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_INDEXED = re.compile(r"SEARCH (\w+) USING AUTOMATIC\b")
"""An index is missed so badly that SQLite makes one of all rows, each time it is asked."""
_NOTHING = "WHERE 0 = 1"
"""Somebody without a record of their own: SQLite plans the reading, and does none."""


def as_if_large(connection: Connection) -> None:
    """PostgreSQL: let the planner take large tables for large, and look for ways by an index alone."""
    for way in ("seqscan", "hashjoin", "mergejoin", "jit"):
        connection.exec_driver_sql(f"SET {'' if way == 'jit' else 'enable_'}{way} = off")
    connection.exec_driver_sql(
        "DELETE FROM pg_statistic WHERE starelid IN"
        " (SELECT name::regclass::oid FROM unnest(%(names)s::text[]) AS name)",
        {"names": sorted(READ)},
    )
    connection.exec_driver_sql(
        "UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE oid IN (SELECT indexrelid FROM pg_index"
        " WHERE indrelid::regclass::text = ANY (%(names)s) UNION"
        " SELECT name::regclass::oid FROM unnest(%(names)s::text[]) AS name)",
        {"names": sorted(READ)},
    )


def _of_postgresql(connection: Connection, one: Statement) -> Iterator[str]:
    """As it is asked without a limit, so that the planner cannot hope for a page that fills early; and
    without an order too, where it would rather not sort what it guesses an index to give. A table that
    nothing was put into is small whatever is said: SQLite's plan tells of it.
    """
    driver: Any = connection.connection.dbapi_connection
    filled = READ - {name for (name,) in driver.execute(_EMPTY)}
    few = {name for (name,) in driver.execute(_FEW)}
    whole = _LIMIT.sub("", one.sql)
    head, _, order = whole.rpartition(" ORDER BY ")
    read = set(_under(_plan(driver, whole, one.values), "LIMIT" in one.sql, filled, few))
    if read and head and ")" not in order.replace("()", ""):
        read &= set(_under(_plan(driver, head, one.values), False, filled, few))
    yield from read


def _plan(driver: Any, sql: str, values: Any) -> Mapping[str, Any]:
    (found,) = driver.execute(f"EXPLAIN (FORMAT JSON) {sql}", values).fetchone()
    plan: Mapping[str, Any] = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return plan


_LIMIT = re.compile(r"\bLIMIT (?:%\(\w+\)s(?:::\w+)?|\d+)(?=\s*(?:FOR UPDATE.*)?$)")
_EMPTY = "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) = 0"
_FEW = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
_STREAMS = {"Nested Loop", "Incremental Sort", "Subquery Scan", "Result", "LockRows"}


def _under(node: Mapping[str, Any], is_page: bool, large: Set[str], few: Set[str]) -> Iterator[str]:
    """is_page: whether whoever takes the rows of this node stops when a page is full; few: indexes of few."""
    kind, table = node["Node Type"], node.get("Relation Name")
    bare = kind in ("Seq Scan", "Index Scan", "Index Only Scan") and "Index Cond" not in node
    bare = bare and node.get("Index Name") not in few
    if bare and table in large and (not is_page or "Filter" in node):
        yield table
    streams = kind == "Limit" or (is_page and kind in _STREAMS)
    for n, child in enumerate(node.get("Plans", ())):
        yield from _under(child, streams and n == 0, large, few)
