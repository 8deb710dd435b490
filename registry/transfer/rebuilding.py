"""A registry from an export: into an empty one, all in one transaction, every digest and count compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from registry.access.tables import Account
from registry.core.database import Base
from registry.core.errors import Conflict, Invalid
from registry.core.journal import restating, triggers
from registry.core.work import OPERATOR, Office
from registry.directory.tables import Party
from registry.firearms.tables import Firearm
from registry.marks import index
from registry.transfer import formats, numbers
from registry.transfer.catalogue import exported, kinds
from schemas.words import said

AT_ONCE = 1000
LONGEST_LINE = 64 << 20
"""Bytes; a photograph is one line."""


@dataclass(frozen=True)
class Rebuilt:
    """What was taken in. digest: SHA-256 of the manifest."""

    tables: int
    rows: int
    digest: str


def read(office: Office, folder: Path, took: Callable[[str, int], None]) -> Rebuilt:
    """The registry that an export describes, in place of this empty one; the ledger says that it was done.

    took: told each table and its rows. Raises Invalid naming file and line where something is not as the
    manifest says, Conflict where this registry has records; nothing is changed then.
    """
    content, manifest = _manifest(folder)
    told = {one["name"]: one for one in manifest["tables"]}
    tables = exported()
    _refuse_others(office, manifest, told, tables)
    restated = manifest["engine"] != office.database.writer.dialect.name
    with office.database.writer.connect() as connection, _raw(connection, restated=restated):
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            took(table.name, _table(connection, table, folder, told[table.name]))
        for table in tables:
            numbers.go_on(connection, table, told[table.name].get("last"))
        index.note_all(connection)
    index.rebuild(office)
    done = Rebuilt(
        len(tables), sum(one["rows"] for one in told.values()), hashlib.sha256(content).hexdigest()
    )
    with office.begin(OPERATOR, doing="registry.rebuild") as work:
        work.note["rebuilt"] = {"manifest": done.digest, "rows": done.rows}
        work.run()  # opens the entry: there is nothing else to write
    return done


def _manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        content = (folder / formats.MANIFEST).read_bytes()
        manifest = orjson.loads(content)
        if (manifest["format"], manifest["version"]) != (formats.FORMAT, formats.VERSION):
            raise ValueError("another format or version")
        for one in manifest["tables"]:
            _ = one["name"], one["rows"], one["file"]["sha256"], one["columns"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = "%(name)s cannot be read: %(why)s"
        raise Invalid.at("export", said(words, name=formats.MANIFEST, why=str(error)[:200])) from None
    return content, manifest


def _refuse_others(
    office: Office, manifest: dict[str, Any], told: dict[str, Any], tables: list[Table]
) -> None:
    with office.database.reader.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        for row in (Account, Party, Firearm):
            if connection.scalar(select(func.count()).select_from(row).limit(1)):
                raise Conflict("This registry has records: rebuild into an empty one.")
    if manifest["revision"] != revision:
        words = "It was made at revision %(theirs)s; this registry is at %(ours)s: use the same version."
        raise Invalid.at("export", said(words, theirs=str(manifest["revision"])[:20], ours=revision))
    if manifest["state"] != office.home:
        words = "It is of %(theirs)s; this is the registry of %(ours)s."
        raise Invalid.at("export", said(words, theirs=str(manifest["state"])[:2], ours=office.home))
    if missing := {table.name for table in tables} ^ told.keys():
        words = "Tables that are missing or unknown: %(names)s."
        raise Invalid.at("export", said(words, names=", ".join(sorted(missing))))


def _table(connection: Connection, table: Table, folder: Path, told: dict[str, Any]) -> int:
    name, columns, digest, rows = f"{table.name}.jsonl", kinds(table), hashlib.sha256(), 0
    statement = insert(table)
    for lines in _lines(folder / name):
        digest.update(b"".join(lines))
        given = [formats.read(one, columns, f"{name}:{n}") for n, one in enumerate(lines, rows + 1)]
        try:
            connection.execute(statement, given)
        except DBAPIError as error:
            words = "%(name)s, lines %(first)s to %(last)s are refused by the database: %(why)s"
            why = str(error.orig).splitlines()[0][:200]
            first, last = rows + 1, rows + len(lines)
            raise Invalid.at("export", said(words, name=name, first=first, last=last, why=why)) from None
        rows += len(lines)
    if (rows, digest.hexdigest()) != (told["rows"], told["file"]["sha256"]):
        raise Invalid.at("export", said("%(name)s is not the file that the manifest names.", name=name))
    return rows


def _lines(path: Path) -> Iterator[list[bytes]]:
    try:
        with path.open("rb") as file:
            while some := list(islice(iter(lambda: file.readline(LONGEST_LINE), b""), AT_ONCE)):
                yield some
    except OSError as error:
        raise Invalid.at(
            "export", said("%(name)s cannot be read: %(why)s", name=path.name, why=str(error))
        ) from None


@contextmanager
def _raw(connection: Connection, *, restated: bool) -> Iterator[None]:
    """One transaction without triggers: what they guard was guarded when it was written.

    Keys are still held; on SQLite all are looked through before the commit. restated: the journal states
    every row anew, since the other engine wrote rows otherwise.
    """
    _hold_keys(connection, held=False)
    try:
        with connection.begin():
            triggers.remove(connection)
            again = _without_triggers(connection)
            yield
            for statement in again:
                connection.exec_driver_sql(statement)
            if restated:
                restating.restate(connection, triggers.journaled(Base.metadata), "registry.rebuild")
            triggers.install(connection, Base.metadata)
            if connection.dialect.name == "sqlite":
                _refuse_loose_ends(connection)
    finally:
        _hold_keys(connection, held=True)


def _hold_keys(connection: Connection, *, held: bool) -> None:
    """On SQLite, where this is said outside of a transaction."""
    if connection.dialect.name == "sqlite" and (driver := connection.connection.dbapi_connection):
        driver.execute(f"PRAGMA foreign_keys = {'ON' if held else 'OFF'}")


def _without_triggers(connection: Connection) -> list[str]:
    """Take the other triggers away; the statements that put them back."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
        found = connection.execute(text(asked)).all()
        for row in found:
            connection.exec_driver_sql(f'DROP TRIGGER "{row.name}"')
        return [row.sql for row in found]
    names = [table.name for table in Base.metadata.sorted_tables]
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    return [f'ALTER TABLE "{name}" ENABLE TRIGGER USER' for name in names]


def _refuse_loose_ends(connection: Connection) -> None:
    if (loose := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
        words = "A row of %(table)s refers to one of %(parent)s that is not there."
        raise Invalid.at("export", said(words, table=loose[0], parent=loose[2]))
