"""The export of the ledger: what a stranger needs to verify everything, in JSON lines within a ZIP.

The format is written down in docs/ledger-format.md; `verifier.py` reads it.
"""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import OperationalError

from registry.core.database import Base, Database
from registry.core.errors import Conflict
from registry.core.journal import entries
from registry.core.journal.triggers import journaled, key_json, row_json
from registry.core.work import Office
from registry.ledger import log
from registry.ledger.notes import Signer

Lines = Iterator[dict[str, Any]]
VERSION = 1


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment, however long it reads."""
    if database.is_sqlite:
        with database.reader.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")
        return
    repeatable = database.reader.execution_options(isolation_level="REPEATABLE READ")
    with repeatable.connect() as connection, connection.begin():
        yield connection


@contextmanager
def signed(office: Office, key: Signer) -> Iterator[Connection]:
    """A moment at which all of the log is under a signed checkpoint, however busy the registry is.

    What is written between signing and reading is no alarm: then both are done again. Raises Conflict
    where that never fits.
    """
    for quiet in (*[False] * 20, *[True] * 10):
        with _quiet(office.database) if quiet else nullcontext():
            log.keep(office, key, now=True)
            found = ExitStack()
            connection = found.enter_context(snapshot(office.database))
            fits = connection.execute(text(_UNSIGNED)).scalar_one() == 0
        with found:
            if fits:
                yield connection
                return
    raise Conflict("The registry is too busy to be read at one signed moment; try again later.")


@contextmanager
def _quiet(database: Database) -> Iterator[None]:
    """On PostgreSQL nobody begins to write for this moment, if those who write end within two seconds."""
    if database.is_sqlite:
        time.sleep(0.05)
        yield
        return
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET lock_timeout = '2s'")
        try:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MOMENT})")
        except OperationalError:  # somebody writes for long: the others are not kept waiting
            time.sleep(1)
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MOMENT})")
            connection.exec_driver_sql("RESET lock_timeout")


_MOMENT = "hashtextextended('ledger.moment', 0)"
_UNSIGNED = """
SELECT (SELECT size FROM ledger_state WHERE id = 1) - (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)
  + (SELECT count(*) FROM ledger_entry WHERE leaf IS NULL)
"""


def documents(connection: Connection) -> Iterator[tuple[str, Lines]]:
    """(name, lines) of every file, read in one transaction of the connection."""
    if connection.dialect.name == "postgresql":
        for setting in ("timezone = 'UTC'", "bytea_output = 'hex'", "extra_float_digits = 1"):
            connection.exec_driver_sql(f"SET LOCAL {setting}")
    for name, sql, line in _LOG:
        yield name, _lines(connection, sql, line)
    yield "tables", _tables(connection)


def collected(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The export in memory."""
    return {name: list(lines) for name, lines in documents(connection)}


def count(connection: Connection) -> int:
    """How many lines the export will have."""
    names = [*_LOG_TABLES, *(table.name for table in journaled(Base.metadata))]
    return sum(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names)  # noqa: S608


def write(connection: Connection, path: Path, wrote: Callable[[int], None] = lambda _: None) -> int:
    """Write the export to a file; how many lines it has. wrote: told after each how many there are."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, lines in documents(connection):
            with archive.open(f"{name}.jsonl", "w", force_zip64=True) as file:
                for line in lines:
                    file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                    count += 1
                    wrote(count)
    return count


def _lines(connection: Connection, sql: str, line: Callable[[Any], dict[str, Any]]) -> Lines:
    for row in connection.execute(text(sql).execution_options(yield_per=1000)):
        yield line(row)


def _meta(row: Any) -> dict[str, Any]:
    return {"v": VERSION, "size": row.size, "peaks": bytes(row.peaks).hex()}


def _checkpoint(row: Any) -> dict[str, Any]:
    signed_at = entries.iso(row.signed_at)
    return {"size": row.size, "root": bytes(row.root).hex(), "note": row.note, "signed_at": signed_at}


def _entry(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "leaf": row.leaf,
        "tx": row.tx,
        "at": entries.iso(row.at),
        "actor": row.actor_id,
        "role": row.role,
        "purpose": row.purpose,
        "case": row.case_number,
        "act": row.act,
        "request": row.request_id,
        "note": row.note,
    }


def _change(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "entry": row.entry_id,
        "subject": row.subject,
        "op": row.op,
        "key": row.key,
        "before": row.before,
        "after": row.after,
        "salt": bytes(row.salt).hex(),
    }


_LOG: tuple[tuple[str, str, Callable[[Any], dict[str, Any]]], ...] = (
    ("meta", "SELECT size, peaks FROM ledger_state WHERE id = 1", _meta),
    ("checkpoints", "SELECT size, root, note, signed_at FROM ledger_checkpoint ORDER BY size", _checkpoint),
    (
        "tiles",
        "SELECT level, n, hashes FROM ledger_tile ORDER BY level, n",
        lambda row: {"level": row.level, "n": row.n, "hashes": bytes(row.hashes).hex()},
    ),
    (
        "leaves",
        "SELECT id, entry_id, body FROM ledger_leaf ORDER BY id",
        lambda row: {"id": row.id, "entry": row.entry_id, "body": row.body},
    ),
    ("entries", "SELECT * FROM ledger_entry ORDER BY id", _entry),
    ("changes", "SELECT * FROM ledger_change ORDER BY id", _change),
    (
        "personal",
        "SELECT change_id, name, value, salt FROM ledger_personal ORDER BY change_id, name",
        lambda row: {
            "change": row.change_id,
            "name": row.name,
            "value": row.value,
            "salt": bytes(row.salt).hex(),
        },
    ),
)


_LOG_TABLES = (
    "ledger_state", "ledger_checkpoint", "ledger_tile", "ledger_leaf", "ledger_entry", "ledger_change",
    "ledger_personal",
)  # fmt: skip


def _tables(connection: Connection) -> Lines:
    for table in journaled(Base.metadata):
        sql = _rows(table, connection.dialect.name)
        for row in connection.execute(text(sql).execution_options(yield_per=1000)):
            yield {"subject": table.name, "key": row.key, "row": row.ordinary, "personal": row.personal}


def _rows(table: Table, engine: str) -> str:
    ordinary, personal = (row_json(table, engine, "t", personal=apart) for apart in (False, True))
    ordered = ", ".join(f't."{column.name}"' for column in table.primary_key.columns)
    key = key_json(table, engine, "t")
    return (
        f"SELECT {key} AS key, {ordinary} AS ordinary, {personal} AS personal"  # noqa: S608 - our catalogue
        f' FROM "{table.name}" t ORDER BY {ordered}'
    )
