"""Making a backup: the database of one moment, the files and the keys, while the registry goes on working."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry.core import migrate, pulse
from registry.core.database import Database
from registry.core.settings import Settings
from registry.core.web import counting
from registry.core.work import OPERATOR, Office
from registry.ledger import log
from registry.ledger.notes import Signer
from registry.upkeep import clusters, record
from registry.upkeep.clusters import Tools
from registry.upkeep.manifest import (
    MANIFEST,
    NOTE,
    PARTIAL,
    BackupRefused,
    Manifest,
    described,
    durable,
    fingerprint,
    seal,
    write_new,
)

DATABASE, FILES, KEYS = "database", "files", "keys"
SQLITE = "registry.db"
KEY_FILES = ("secret_key", "ledger.key")
PASSING = ("verification", record.NAME, pulse.FOLDER, counting.FOLDER, "states")
"""Beginnings of what lies in the instance's folder and is made anew."""


@dataclass(frozen=True)
class Made:
    """A whole backup. digest: SHA-256 of its manifest; bytes: of all files."""

    folder: Path
    digest: str
    bytes: int
    held: int


def tools(settings: Settings) -> Tools:
    """PostgreSQL's programs as the settings name them."""
    return Tools(settings.postgresql_bin, settings.postgresql_account)


def make(office: Office, settings: Settings, key: Signer, into: Path, *, with_keys: bool = True) -> Made:
    """A new folder in `into` with everything; the ledger says that it was made.

    It has its name only when it is whole. Raises BackupRefused where something cannot be read or written.
    """
    begun = office.clock()
    name = f"registry-{settings.state}-{begun:%Y%m%dT%H%M%S}Z"
    with _private(), _finished(into / name) as folder:
        log.keep(office, key, now=True)
        checkpoint = log.newest_note(office.database)
        _database(office.database, settings, folder / DATABASE)
        _files(settings, folder, into)
        if with_keys:
            _keys(settings, folder / KEYS)
        manifest = Manifest(
            state=settings.state,
            engine="sqlite" if office.database.is_sqlite else "postgresql",
            server=_server(office.database),
            revision=revision(office.database),
            begun_at=_written(begun),
            made_at=_written(office.clock()),
            log=str(key.key),
            checkpoint=bytes(checkpoint).decode() if checkpoint else "",
            secret=fingerprint(settings.secret_key),
            in_token=bool(settings.ledger_token),
            folder_keys=with_keys,
            files=described(folder),
        )
        digest = seal(folder, manifest, key)
    size = sum(file.bytes for file in manifest.files)
    record.made(settings.instance, str((into / name).resolve()), manifest.made_at, digest)
    with office.begin(OPERATOR, doing="registry.backup") as work:
        work.note["backup"] = {"manifest": digest, "bytes": size}
        work.run()  # opens the entry: there is nothing else to write
    return Made(into / name, digest, size, manifest.held)


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@contextmanager
def _private() -> Iterator[None]:
    """Whatever is written meanwhile, also by other programs, only its owner may read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _finished(folder: Path) -> Iterator[Path]:
    """A folder that gets its name when the block is left well; else nothing stays."""
    partial = folder.with_name(folder.name + PARTIAL)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            raise FileExistsError(f"{folder} exists")
        partial.mkdir()
    except OSError as error:
        raise BackupRefused(f"The backup cannot be written: {error}") from None
    try:
        yield partial
        partial.rename(folder)
        durable(folder.parent)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise BackupRefused(f"The backup cannot be written: {error}") from None
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _database(database: Database, settings: Settings, folder: Path) -> None:
    if not database.is_sqlite:
        clusters.base_backup(tools(settings), settings.backup_url or settings.database_url, folder)
        return
    folder.mkdir()
    try:
        with database.reader.connect() as connection, closing(sqlite3.connect(folder / SQLITE)) as copy:
            source: Any = connection.connection.dbapi_connection
            source.backup(copy)  # all pages of one moment; whoever writes goes on writing
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise BackupRefused(f"The database cannot be copied: {error}") from None


def _files(settings: Settings, folder: Path, into: Path) -> None:
    """What else lies in the instance's folder: neither database nor keys nor backups."""
    beside = into.resolve()
    for path in sorted(settings.instance.rglob("*")):
        name = path.relative_to(settings.instance)
        if path.is_file() and not path.is_relative_to(beside) and not _is_left_out(name, settings):
            _copied(path, folder / FILES / name)


def _is_left_out(name: Path, settings: Settings) -> bool:
    database = Path(make_url(settings.database_url).database or "").name
    return name.parts[0] in KEY_FILES or name.parts[0].startswith((database, *PASSING))


def _keys(settings: Settings, folder: Path) -> None:
    """The secret key, wherever it came from; the ledger's, unless a token holds it."""
    folder.mkdir()
    write_new(folder / "secret_key", settings.secret_key.encode())
    if not settings.ledger_token:
        _copied(settings.instance / "ledger.key", folder / "ledger.key")
    if settings.exchange_certificate:
        _copied(Path(settings.exchange_certificate), folder / "exchange_certificate.pem")


def _copied(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    write_new(to, path.read_bytes())


def revision(database: Database) -> str:
    """The newest migration of a database."""
    with database.reader.connect() as connection:
        return migrate.revision(connection)


def _server(database: Database) -> str:
    asked = "SELECT sqlite_version()" if database.is_sqlite else "SHOW server_version"
    with database.reader.connect() as connection:
        return str(connection.execute(text(asked)).scalar_one())


def thin(into: Path, state: str, keep: int) -> list[str]:
    """Remove all but the newest whole backups of a State in a folder; the names of those removed."""
    whole = [path for path in into.glob(f"registry-{state}-*Z") if (path / MANIFEST).is_file()]
    old = sorted(whole, key=lambda path: path.name)[:-keep]
    for path in old:
        (path / NOTE).unlink(missing_ok=True)  # from now on it is no backup, also when this is interrupted
        shutil.rmtree(path)
    return [path.name for path in old]
