"""The doctor on the database: that it answers, keeps what it confirmed, and is the one this version needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.upkeep.findings import Finding, good, warning, wrong
from schemas.words import said

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
        yield _journal(connection)


def _one(connection: Connection, statement: str) -> str:
    return str(connection.execute(text(statement)).scalar())


def _sqlite(connection: Connection) -> Iterator[Finding]:
    version = _one(connection, "SELECT sqlite_version()")
    number = tuple(int(part) for part in version.split("."))
    yield good("database", said("%(what)s answers", what=f"SQLite {version}"))
    if number < SAFE_SQLITE:
        yield good("database.version", said("before 3.51.3: the registry moves its log by itself, alone"))
    mode, sync = (_one(connection, f"PRAGMA {name}") for name in ("journal_mode", "synchronous"))
    advice = said(
        "The registry sets WAL and FULL as it connects; where they do not hold, use a disk of this machine."
    )
    yield (
        good("database.settings", said("journal in WAL, synchronous FULL"))
        if (mode, sync) == ("wal", FULL)
        else wrong(
            "database.settings",
            said("journal mode %(mode)s, synchronous %(sync)s", mode=mode, sync=sync),
            advice,
        )
    )
    found = _one(connection, "PRAGMA encoding")
    if found != "UTF-8":
        yield wrong(
            "database.encoding", found, said("Export, and rebuild into a new database (docs/export.md).")
        )


def _postgresql(connection: Connection) -> Iterator[Finding]:
    number = int(_one(connection, "SHOW server_version_num"))
    version = f"PostgreSQL {_one(connection, 'SHOW server_version')}"
    yield (
        good("database", said("%(what)s answers", what=version))
        if number >= OLDEST_SERVER
        else wrong("database", version, said("PostgreSQL 15 or newer is needed: upgrade the server."))
    )
    unsafe = [
        f"{name} = {found}"
        for name, allowed in KEEPS.items()
        if (found := _one(connection, f"SHOW {name}")) not in allowed
    ]
    yield (
        good("database.settings", said("commits are on the disk when they are confirmed"))
        if not unsafe
        else wrong(
            "database.settings", ", ".join(unsafe), said("Set them on: with the power, confirmed records go.")
        )
    )
    if _one(connection, "SHOW data_checksums") != "on":
        advice = said("Stop the server and run pg_checksums --enable: a damaged disk is noticed then.")
        yield warning("database.checksums", said("off"), advice)
    yield _encoding(connection)
    yield _clock(connection)


_COLLATION = """
SELECT pg_encoding_to_char(encoding), datcollate, datcollversion, pg_database_collation_actual_version(oid)
FROM pg_database WHERE datname = current_database()
"""


def _encoding(connection: Connection) -> Finding:
    encoding, collation, kept, now = connection.execute(text(_COLLATION)).one()
    if encoding != "UTF8":
        advice = said("Export, and rebuild into a database with ENCODING 'UTF8' (docs/export.md).")
        return wrong("database.encoding", encoding, advice)
    if kept != now:
        advice = said(
            "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION: indexes may be wrong."
        )
        return wrong(
            "database.collation",
            said("%(what)s was of version %(then)s, is now %(now)s", what=collation, then=kept, now=now),
            advice,
        )
    return good("database.collation", f"{encoding}, {collation}")


def _clock(connection: Connection) -> Finding:
    theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(datetime.now(UTC) - theirs.astimezone(UTC))
    found = said("%(seconds)s s from the database's", seconds=f"{apart.total_seconds():.1f}")
    if apart > APART:
        return wrong("clock", found, said("Let both machines keep time (chrony, systemd-timesyncd)."))
    return good("clock", found)


def _revision(connection: Connection) -> Finding:
    found, newest = migrate.revision(connection), migrate.head()
    if found == newest:
        return good("migrations", said("at %(revision)s", revision=found))
    if found in migrate.known():
        return wrong(
            "migrations",
            said("at %(revision)s, this version has %(newest)s", revision=found, newest=newest),
            said("Back up, then: %(command)s", command=SETUP),
        )
    if found:
        advice = said("The database is of a newer version: install that one.")
        return wrong("migrations", said("at %(revision)s", revision=found), advice)
    return wrong("migrations", said("at nothing"), said("Nothing is set up: %(command)s", command=SETUP))


def _journal(connection: Connection) -> Finding:
    if behind := migrate.unfinished(connection):
        return wrong(
            "journal",
            said("an upgrade was broken off: %(count)s tables are still to be stated", count=len(behind)),
            said("%(command)s: it goes on from there.", command=SETUP),
        )
    differing = triggers.differences(connection, Base.metadata)
    if not differing:
        return good("journal", said("every trigger is as it should be"))
    advice = said(
        "%(command)s; if that was done before, somebody changed the database: ledger verify.", command=SETUP
    )
    return wrong("journal", said("%(count)s triggers differ", count=len(differing)), advice)
