"""Replicas as they are now: asked one by one, also by a command, which keeps no watch of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry.core import replicas as reading
from registry.core.database import Database
from registry.core.hosts import DRIVEN
from registry.core.replicas import LOOK, PATIENCE, name_of
from registry.core.settings import Settings
from registry.core.wire import asked_within
from registry.upkeep.findings import Finding, good, warning
from schemas.words import amount, said

_PRIMARY = (
    "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint, system_identifier FROM pg_control_system()"
)
_SINCE = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())"
MOMENT = 0.5  # seconds
SYNCHRONOUS = said(
    "docs/scaling.md says how a standby confirms each commit: without one a failover can lose some."
)


@dataclass(frozen=True)
class Replica:
    """name: host and port; trouble: why it is not read, "" where it is; behind: bytes of the log it lacks.

    lag: seconds since what it replayed last was committed, 0 while it lacks nothing. None where it tells not.
    """

    name: str
    trouble: str
    behind: int | None = None
    lag: float | None = None


def look(database: Database, settings: Settings) -> list[Replica]:
    """Every replica of the settings; raises DBAPIError where the primary cannot be asked."""
    if not settings.replica_urls:
        return []
    with database.reader.connect() as connection:
        position, cluster = connection.execute(text(_PRIMARY)).one()
    return [_looked_at(url, position, cluster) for url in settings.replica_urls]


def _looked_at(url: str, position: int, cluster: int) -> Replica:
    name = name_of(url)
    try:
        with psycopg.connect(_as_libpq(url), autocommit=True) as connection:
            replayed, its = _replayed(connection, position)
            (since,) = asked_within(connection, _SINCE, PATIENCE)
    except psycopg.Error as error:
        return Replica(
            name, said("does not answer: %(why)s", why=(str(error).splitlines() or ["?"])[0][:120])
        )
    if int(its or 0) != cluster:
        return Replica(name, said("is a replica of another database"))
    if replayed is None:
        return Replica(name, said("is no standby now"))
    behind = max(0, position - int(replayed))
    lag = float(since or 0) if behind else 0.0
    return Replica(
        name,
        said("is %(seconds)s s behind", seconds=f"{lag:.0f}") if lag > reading.MOST_LAG else "",
        behind,
        lag,
    )


def _replayed(connection: psycopg.Connection, position: int) -> list[str | None]:
    """How far it is, after a moment for what is on its way: a change after a quiet hour is no hour."""
    end = time.monotonic() + MOMENT
    while True:
        found = asked_within(connection, LOOK, PATIENCE)
        if found[0] is None or int(found[0]) >= position or time.monotonic() > end:
            return found
        time.sleep(MOMENT / 10)


def _as_libpq(url: str) -> str:
    found = make_url("postgresql://" + url.removeprefix(DRIVEN))
    return found.update_query_dict({"connect_timeout": str(int(PATIENCE))}).render_as_string(
        hide_password=False
    )


def replicas(database: Database, settings: Settings) -> Iterator[Finding]:
    """Each replica, and whether a failover could lose what was confirmed."""
    for one in look(database, settings):
        what = f"replica.{one.name}"
        if one.trouble:
            advice = said(
                "Reads go elsewhere meanwhile. Start it, or see its log; after a failover: pg_rewind."
            )
            yield warning(what, one.trouble, advice)
        else:
            yield good(
                what,
                said("%(count)s bytes behind", count=amount(one.behind))
                if one.behind
                else said("has everything"),
            )
    if settings.replica_urls:
        with database.reader.connect() as connection:
            names = connection.execute(text("SHOW synchronous_standby_names")).scalar_one()
        yield (
            good("replica.synchronous", said("a commit waits for %(names)s", names=names))
            if names
            else warning("replica.synchronous", said("no standby confirms a commit"), SYNCHRONOUS)
        )
