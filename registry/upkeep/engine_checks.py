"""The doctor on the database: that it answers, keeps what it confirmed, and is the one this version needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.upkeep.findings import Finding, good, warning, wrong

OLDEST_SERVER = 150_000
KEEPS = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply"),
}
"""Without these a confirmed record is lost with the power."""
SAFE_SQLITE = (3, 51, 3)
FULL = "2"
APART = timedelta(seconds=5)
SETUP = "flask --app wsgi setup"


def database(of: Database) -> Iterator[Finding]:
    """Everything about the engine; raises DBAPIError where it cannot be reached."""
    with of.reader.connect() as connection:
        yield from _sqlite(connection) if of.is_sqlite else _postgresql(connection)
        yield _revision(connection)
        yield _triggers(connection)


def _one(connection: Connection, statement: str) -> str:
    return str(connection.execute(text(statement)).scalar())


def _sqlite(connection: Connection) -> Iterator[Finding]:
    version = _one(connection, "SELECT sqlite_version()")
    number = tuple(int(part) for part in version.split("."))
    yield good("database", f"SQLite {version} answers")
    if number < SAFE_SQLITE:
        yield good("database.version", "before 3.51.3: the registry moves its log by itself, alone")
    mode, sync = (_one(connection, f"PRAGMA {name}") for name in ("journal_mode", "synchronous"))
    advice = (
        "The registry sets WAL and FULL as it connects; where they do not hold, use a disk of this machine."
    )
    yield (
        good("database.settings", "journal in WAL, synchronous FULL")
        if (mode, sync) == ("wal", FULL)
        else wrong("database.settings", f"journal mode {mode}, synchronous {sync}", advice)
    )
    found = _one(connection, "PRAGMA encoding")
    if found != "UTF-8":
        yield wrong("database.encoding", found, "Export, and rebuild into a new database (docs/export.md).")


def _postgresql(connection: Connection) -> Iterator[Finding]:
    number = int(_one(connection, "SHOW server_version_num"))
    version = f"PostgreSQL {_one(connection, 'SHOW server_version')}"
    yield (
        good("database", f"{version} answers")
        if number >= OLDEST_SERVER
        else wrong("database", version, "PostgreSQL 15 or newer is needed: upgrade the server.")
    )
    unsafe = [
        f"{name} = {found}"
        for name, allowed in KEEPS.items()
        if (found := _one(connection, f"SHOW {name}")) not in allowed
    ]
    yield (
        good("database.settings", "commits are on the disk when they are confirmed")
        if not unsafe
        else wrong(
            "database.settings", ", ".join(unsafe), "Set them on: with the power, confirmed records go."
        )
    )
    if _one(connection, "SHOW data_checksums") != "on":
        advice = "Stop the server and run pg_checksums --enable: a damaged disk is noticed then."
        yield warning("database.checksums", "off", advice)
    yield _encoding(connection)
    yield _clock(connection)


_COLLATION = """
SELECT pg_encoding_to_char(encoding), datcollate, datcollversion, pg_database_collation_actual_version(oid)
FROM pg_database WHERE datname = current_database()
"""


def _encoding(connection: Connection) -> Finding:
    encoding, collation, kept, now = connection.execute(text(_COLLATION)).one()
    if encoding != "UTF8":
        advice = "Export, and rebuild into a database with ENCODING 'UTF8' (docs/export.md)."
        return wrong("database.encoding", encoding, advice)
    if kept != now:
        advice = "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION: indexes may be wrong."
        return wrong("database.collation", f"{collation} was of version {kept}, is now {now}", advice)
    return good("database.collation", f"{encoding}, {collation}")


def _clock(connection: Connection) -> Finding:
    theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(datetime.now(UTC) - theirs.astimezone(UTC))
    found = f"{apart.total_seconds():.1f} s from the database's"
    if apart > APART:
        return wrong("clock", found, "Let both machines keep time (chrony, systemd-timesyncd).")
    return good("clock", found)


def _revision(connection: Connection) -> Finding:
    found, newest = migrate.revision(connection), migrate.head()
    if found == newest:
        return good("migrations", f"at {found}")
    if found in migrate.known():
        return wrong("migrations", f"at {found}, this version has {newest}", f"Back up, then: {SETUP}")
    advice = (
        "The database is of a newer version: install that one." if found else f"Nothing is set up: {SETUP}"
    )
    return wrong("migrations", f"at {found or 'nothing'}", advice)


def _triggers(connection: Connection) -> Finding:
    differing = triggers.differences(connection, Base.metadata)
    if not differing:
        return good("journal", "every trigger is as it should be")
    advice = f"{SETUP}; if that was done before, somebody changed the database: ledger verify."
    return wrong("journal", f"{len(differing)} triggers differ", advice)
