"""Restoring a backup, and proving one: restored beside, verified, held against what was signed since."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from registry.core import migrate
from registry.core.database import Database
from registry.core.errors import RegistryError
from registry.core.journal import entries
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.ledger import exports, log, verifier
from registry.ledger.checkpoints import Checkpoint
from registry.ledger.notes import Note
from registry.upkeep import backups, clusters, record
from registry.upkeep.backups import DATABASE, FILES, KEYS, SQLITE
from registry.upkeep.manifest import BackupRefused, Manifest, check, fingerprint, write_new


@dataclass(frozen=True)
class Wanted:
    """What to restore. archive: folder of PostgreSQL's log; until: a moment, None for as far as it reaches;
    key: the log's verifier key, noted elsewhere, "" for this registry's own or the backup's.
    """

    folder: Path
    archive: Path | None = None
    until: datetime | None = None
    key: str = ""


@dataclass(frozen=True)
class Proof:
    """What verifying a backup found.

    problems: lines, none where everything is proven; leaves: what the restored ledger holds, of which
    `signed` are under its last checkpoint, which was signed at `signed_at`; rows: of all tables; since: how
    many leaves the running registry has beyond, None where it was not asked; trusted: whether the key came
    from elsewhere.
    """

    problems: tuple[str, ...]
    leaves: int
    signed: int
    signed_at: datetime | None
    rows: int
    since: int | None
    trusted: bool


def restore(settings: Settings, wanted: Wanted, data: Path | None) -> tuple[Manifest, list[str]]:
    """Put a backup in the place of this registry, which has to have no database yet; what was done, in lines.

    data: the new data directory, for PostgreSQL alone. Raises BackupRefused before anything is changed where
    the backup is not whole or something is in its place.
    """
    manifest, _ = check(wanted.folder, wanted.key)
    _refuse_other(settings, manifest)
    target = _place(settings, manifest, data)
    with _left_clean(target), _opened(settings, wanted, manifest, target) as database:
        _require_held(database, manifest)
        said = [_went_on(database, settings, wanted)]
    return manifest, [*_keys(settings, wanted.folder, manifest), *said]


def _refuse_other(settings: Settings, manifest: Manifest) -> None:
    engine = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    if manifest.engine != engine:
        raise BackupRefused(f"It is of {manifest.engine}; REGISTRY_DATABASE_URL says {engine}.")
    if manifest.state != settings.state:
        raise BackupRefused(f"It is of {manifest.state}; this is the registry of {settings.state}.")


def _place(settings: Settings, manifest: Manifest, data: Path | None) -> Path:
    """Where the database goes: nothing may be there."""
    if manifest.engine == "sqlite":
        target = Path(make_url(settings.database_url).database or "")
        for path in _sqlite_files(target):  # a log of another database would be played into this one
            if path.exists():
                raise BackupRefused(f"{path} is there: move it away first; nothing is overwritten.")
        return target
    if data is None:
        raise BackupRefused("Name the new data directory of PostgreSQL with --data.")
    if data.exists() and any(data.iterdir()):
        raise BackupRefused(f"{data} is not empty: name a new folder; nothing is overwritten.")
    return data


def _sqlite_files(database: Path) -> list[Path]:
    return [database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal")]


@contextmanager
def _left_clean(target: Path) -> Iterator[None]:
    """Nothing half restored stays behind."""
    try:
        yield
    except BaseException:
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            for path in _sqlite_files(target):
                path.unlink(missing_ok=True)
        raise


@contextmanager
def _opened(settings: Settings, wanted: Wanted, manifest: Manifest, target: Path) -> Iterator[Database]:
    """The backup's database at its place, running."""
    if manifest.engine == "sqlite":
        if wanted.until or wanted.archive:
            raise BackupRefused(
                "SQLite is restored to the moment of the backup: only PostgreSQL keeps a log."
            )
        _sqlite_copy(wanted.folder / DATABASE / SQLITE, target)
        yield from _used(f"sqlite:///{target}")
        return
    tools = backups.tools(settings)
    clusters.unpack(tools, wanted.folder / DATABASE, target)
    with clusters.recovered(tools, target, settings.database_url, wanted.archive, wanted.until) as url:
        yield from _used(url)


def _used(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    except DBAPIError as error:
        why = str(error.orig).splitlines()[0][:300]
        raise BackupRefused(f"The restored database cannot be read: {why}") from None
    finally:
        database.close()


def _sqlite_copy(path: Path, target: Path) -> None:
    write_new_from(path, target)
    with closing(sqlite3.connect(target)) as connection:
        ((found,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise BackupRefused(f"The database in the backup is damaged: {found}")


def write_new_from(path: Path, target: Path) -> None:
    """A copy of a file, which only its owner may read, on the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("rb") as source,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _require_held(database: Database, manifest: Manifest) -> None:
    """The checkpoint that was signed before the backup began is in it: it holds all that was written then."""
    asked = text("SELECT note FROM ledger_checkpoint WHERE size = :size")
    with database.reader.connect() as connection:
        found = connection.execute(asked, {"size": manifest.held}).scalar()
    if manifest.checkpoint and found is None:
        raise BackupRefused(
            f"It does not hold the checkpoint of {manifest.held:,} leaves that it was made at."
        )


def _went_on(database: Database, settings: Settings, wanted: Wanted) -> str:
    """The ledger says that it goes on from a backup, where this version of the registry can write there."""
    if backups.revision(database) != migrate.head():
        return "Run `flask --app wsgi setup`: the backup is of an earlier version."
    until = wanted.until.isoformat() if wanted.until else None
    with Office(database, settings.state).begin(OPERATOR, doing="registry.restore") as work:
        work.note["restored"] = {"backup": wanted.folder.name, "until": until}
        work.run()  # opens the entry: there is nothing else to write
    return "The ledger says that it was restored."


def _keys(settings: Settings, folder: Path, manifest: Manifest) -> list[str]:
    """Keys and files back to their places, what differs there kept beside; what is left to do, in lines."""
    said = []
    own = settings.instance / "secret_key"
    is_given = not own.is_file() or own.read_text().strip() != settings.secret_key  # by the environment
    for name in backups.KEY_FILES:
        if (folder / KEYS / name).is_file():
            _put(folder / KEYS / name, settings.instance / name)
    for path in sorted((folder / FILES).rglob("*")):
        if path.is_file():
            _put(path, settings.instance / path.relative_to(folder / FILES))
    if not manifest.folder_keys:
        said.append("The backup has no keys: put secret_key and ledger.key into the instance's folder.")
    elif is_given and fingerprint(settings.secret_key) != manifest.secret:
        said.append("Set REGISTRY_SECRET_KEY to what keys/secret_key of the backup says.")
    if manifest.in_token:
        said.append("The ledger's key is in a token, which is not in the backup.")
    if (folder / KEYS / "exchange_certificate.pem").is_file():
        said.append(
            "keys/exchange_certificate.pem of the backup belongs where REGISTRY_EXCHANGE_CERTIFICATE says."
        )
    return said


def _put(path: Path, place: Path) -> None:
    content = path.read_bytes()
    if place.exists():
        if place.read_bytes() == content:
            return
        place.rename(place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_new(place, content)


def verify(
    settings: Settings, wanted: Wanted, running: Office | None, older: Sequence[str], beside: Path
) -> Proof:
    """Restore a backup into a passing folder and verify all of it; nothing of this registry is changed.

    running: the registry that was backed up, to compare with, where it answers; older: checkpoints kept
    elsewhere, which the backup must hold; beside: where the passing folder is made.
    """
    manifest, _ = check(wanted.folder, wanted.key)
    newest = log.newest_note(running.database) if running else None
    size = log.status(running).size if running else None
    with tempfile.TemporaryDirectory(prefix="registry-backup-", dir=beside) as folder:
        _passable(settings, manifest, Path(folder))
        with _opened(settings, wanted, manifest, Path(folder) / DATABASE) as database:
            proof = _proven(database, settings, wanted, manifest, newest, older)
            if running and size is not None:
                fork = _fork(Office(database), running)
                proof = replace(proof, problems=proof.problems + fork, since=max(0, size - proof.leaves))
    if not proof.problems:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        record.proven(settings.instance, at)
    return proof


def _passable(settings: Settings, manifest: Manifest, folder: Path) -> None:
    """PostgreSQL's account may go through the passing folder to the data that are its own."""
    if manifest.engine == "postgresql" and backups.tools(settings).user:
        folder.chmod(0o711)


def _proven(
    database: Database,
    settings: Settings,
    wanted: Wanted,
    manifest: Manifest,
    newest: Note | None,
    older: Sequence[str],
) -> Proof:
    while not database.is_sqlite and _sequenced(database):
        pass
    known = log.status(Office(database, settings.state))
    _brought_up(database)
    notes = [note for note in (manifest.checkpoint, *older) if note]
    if newest and Checkpoint.parse(newest.text).size <= known.size:
        notes.append(bytes(newest).decode())
    with exports.snapshot(database) as connection:
        report = verifier.verify(exports.collected(connection), manifest.log, notes)
    problems = tuple(_line(one) for one in report.problems if not _is_unsigned(one, known))
    return Proof(
        problems, known.size, known.signed, known.signed_at, report.rows, None, trusted=bool(wanted.key)
    )


def _brought_up(database: Database) -> None:
    """A copy of an earlier version is migrated, as the registry itself would be."""
    try:
        if backups.revision(database) != migrate.head():
            migrate.upgrade(database.url)
    except RegistryError:
        raise
    except Exception as error:
        raise BackupRefused(
            f"The backup cannot be brought to this version of the registry: {error}"
        ) from error


def _sequenced(database: Database) -> int:
    with database.transaction() as turn:
        return entries.sequence(turn)


def _line(problem: verifier.Problem) -> str:
    return f"LEVEL {problem.level}  {problem.where}: {problem.message}"


def _is_unsigned(problem: verifier.Problem, known: log.Status) -> bool:
    """Transactions of the last seconds before the backup, which were to be signed after it: no loss."""
    unsigned = 1, f"leaf {known.signed}", "leaves after the last checkpoint are not signed"
    return (problem.level, problem.where, problem.message) == unsigned


def _fork(restored: Office, running: Office) -> tuple[str, ...]:
    """What is wrong where the running registry's log is not the one that the last checkpoint is of."""
    note = log.newest_note(restored.database)
    if note is None:
        return ()
    signed = Checkpoint.parse(note.text)
    if log.status(running).size < signed.size:
        return (f"The running registry has fewer than the {signed.size:,} leaves that are signed in it.",)
    if log.tree(running).root(signed.size) != signed.root:
        return (f"The first {signed.size:,} leaves of the running registry are others than its own.",)
    return ()
