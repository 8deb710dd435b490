"""PostgreSQL restored to a moment, and to the last confirmed record after its server was killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry.core.database import Database
from registry.core.errors import RegistryError
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.directory.tables import Party
from registry.ledger import log
from registry.upkeep import backups, clusters, restoring
from registry.upkeep.manifest import BackupRefused
from registry.upkeep.restoring import Wanted
from schemas.vocabulary import PartyKind
from tests.makers import EVERYTHING, make_party
from tests.upkeep.clusters import Cluster, cluster

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    with cluster() as made:
        made.receive()
        yield made


def settings_of(running: Cluster, instance: Path) -> Settings:
    instance.mkdir(exist_ok=True)
    return Settings(
        instance,
        running.url,
        secret_key="k" * 32,
        postgresql_bin=str(running.bin),
        postgresql_account=running.account,
        testing=True,
    )


def restored(settings: Settings, wanted: Wanted, data: Path) -> set[str]:
    """The parties in a restored data directory."""
    restoring.restore(settings, wanted, data)
    tools = backups.tools(settings)
    with clusters.recovered(tools, data, settings.database_url, None, None) as url:
        database = Database(url)
        try:
            with Office(database).look(OPERATOR) as work:
                return {name for name in work.session.scalars(select(Party.name)) if name.startswith("D")}
        finally:
            database.close()


def test_what_was_confirmed_is_there_again_at_any_moment_and_after_the_server_was_killed(
    running: Cluster, tmp_path: Path
) -> None:
    settings = settings_of(running, tmp_path / "instance")
    key = log.signer(*settings.ledger_key)
    with ExitStack() as stack:
        database = Database(running.url)
        stack.callback(database.close)
        office = Office(database, "BR")

        def enter(name: str) -> None:
            with office.begin(EVERYTHING) as work:
                make_party(work, PartyKind.DEALER, name)

        enter("D before")
        over, busy = threading.Event(), list[str]()

        def write() -> None:
            while not over.is_set():
                enter(f"D busy {len(busy)}")
                busy.append(f"D busy {len(busy)}")

        writer = threading.Thread(target=write)
        writer.start()
        while len(busy) < 3:
            time.sleep(0.01)
        before = {"D before", *busy}
        made = backups.make(office, settings, key, running.folder / "backups")
        over.set()
        writer.join()
        everything = {"D before", *busy, "D first", "D second"}
        enter("D first")
        moment = datetime.now(UTC)
        time.sleep(0.05)
        enter("D second")
        log.keep(office, key, now=True)
        newest = log.newest_note(database)
        assert newest is not None
        wanted = Wanted(made.folder, archive=running.archive, key=str(key.key))

        proof = restoring.verify(settings, wanted, office, [], running.folder)
        assert (proof.problems, proof.since, proof.signed) == ((), 0, proof.leaves)
        alone = restoring.verify(settings, replace(wanted, archive=None), office, [], running.folder)
        assert alone.problems == ()
        assert alone.since is not None
        assert alone.since > 0
        lost = restoring.verify(
            settings, replace(wanted, archive=None), None, [bytes(newest).decode()], running.folder
        )
        assert [line for line in lost.problems if "cut off" in line]

        late = list[str]()

        def write_on() -> None:
            with suppress(SQLAlchemyError, psycopg.Error, RegistryError):
                while len(late) < 100_000:
                    enter(f"D late {len(late)}")
                    late.append(f"D late {len(late)}")

        writer = threading.Thread(target=write_on)
        writer.start()
        while len(late) < 20:
            time.sleep(0.01)
        running.die()
        writer.join()
    everything |= set(late)
    fresh = settings_of(running, tmp_path / "fresh")
    latest = restored(fresh, wanted, running.folder / "latest")
    assert everything - latest == set(), "confirmed records are lost"
    assert latest - everything <= {f"D late {len(late)}"}  # written, killed before it was confirmed
    then = restored(fresh, replace(wanted, until=moment), running.folder / "then")
    assert then == {"D before", *busy, "D first"}
    base = restored(fresh, replace(wanted, archive=None), running.folder / "base")
    assert before <= base <= {"D before", *busy}
    assert {path.stat().st_mode & 0o077 for path in (made.folder, *made.folder.rglob("*"))} == {0}
    with pytest.raises(BackupRefused, match="could not be recovered: recovery ended before"):
        future = replace(wanted, until=datetime.now(UTC) + timedelta(days=1))
        restoring.restore(fresh, future, running.folder / "future")
    assert not (running.folder / "future").exists()
    with pytest.raises(BackupRefused, match="is not empty"):
        restoring.restore(fresh, wanted, running.folder / "latest")
