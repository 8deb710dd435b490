"""The primary is killed while many write: what was confirmed is there after a standby is promoted, once."""

# ruff: noqa: T201 - what was measured is said
from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.core.database import Base, Database
from registry.core.hosts import as_driven
from registry.core.journal import triggers
from registry.core.journal.tables import LedgerEntry
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.directory.tables import Party
from registry.ledger import exports, log, verifier
from registry.marks import index
from schemas.vocabulary import Role
from tests.engines import own_application
from tests.makers import bearer
from tests.upkeep.standbys import Fleet, Server, fleet, until

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(400)]
WRITERS = 6
FAULTS = 4
BEFORE = 100  # confirmed writes before each
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    with fleet() as made:
        made.synchronous()
        until(lambda: made["a"].ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"))
        yield made


@dataclass
class Writing:
    """People who register parties, each under a key of its own, and send again what was not confirmed."""

    app: Flask
    headers: list[dict[str, str]]
    confirmed: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: float = 0.0
    longest: float = 0.0
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Writing:
        self.threads = [threading.Thread(target=self._write, args=(who,)) for who in range(len(self.headers))]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def go_on(self, more: int) -> None:
        """Wait until so many more are confirmed."""
        enough = len(self.confirmed) + more
        until(lambda: len(self.confirmed) >= enough)

    def _write(self, who: int) -> None:
        client = self.app.test_client()
        for number in count():
            if self.over.is_set():
                return
            name = f"Writer {who} party {number}"
            headers = {**self.headers[who], "Idempotency-Key": f"{who}-{number}"}
            while not self._sent(client, name, headers):
                time.sleep(0.05)

    def _sent(self, client: Any, name: str, headers: dict[str, str]) -> bool:
        sent = {"kind": "dealer", "country": "BR", "name": name}
        answer = client.post("/api/v1/parties", json=sent, headers=headers)
        with self.lock:
            code = "" if answer.status_code == 201 else answer.get_json()["type"].rpartition("/")[2]
            self.answers[
                code or "kept" + (" before" if "Idempotency-Replayed" in answer.headers else "")
            ] += 1
            if answer.status_code == 503:
                assert answer.headers["Retry-After"]
                return False
            assert answer.status_code == 201, answer.get_data(as_text=True)
            now = time.monotonic()
            self.longest, self.last = max(self.longest, now - self.last if self.last else 0.0), now
            self.confirmed[name] = answer.get_json()["number"]
            return True


def names(url: str) -> Counter[str]:
    database = Database(url)
    try:
        with Office(database).look(OPERATOR) as work:
            return Counter(work.session.scalars(select(Party.name).where(Party.name.like("Writer %"))))
    finally:
        database.close()


def verified(office: Office, settings: Settings, older: list[str]) -> int:
    """How many rows the ledger states, all as they are; it goes on from older checkpoints."""
    key = log.signer(*settings.ledger_key)
    log.keep(office, key, now=True)
    with exports.snapshot(office.database) as connection:
        assert triggers.differences(connection, Base.metadata) == []
        report = verifier.verify(exports.collected(connection), str(key.key), older)
    assert report.problems == [], [problem.message for problem in report.problems][:5]
    return int(report.rows)


def without_a_leaf(office: Office) -> int:
    """Entries that are not in the ledger's tree."""
    with office.look(OPERATOR) as work:
        bare = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.leaf.is_(None))
        return work.session.scalar(bare) or 0


def most_advanced(*standbys: Server) -> Server:
    """Which standby has every confirmed record: of those that confirm, who received most."""
    return max(standbys, key=Server.received)


def test_nothing_confirmed_is_lost_when_one_primary_after_the_other_is_killed(
    running: Fleet, tmp_path: Path
) -> None:
    url = as_driven(running.url) or ""
    settings = Settings(tmp_path, url, secret_key="k" * 32, replica_urls=running.replica_urls, testing=True)
    with own_application(url, tmp_path, settings) as app:
        office: Office = app.extensions["registry"].office
        marks = index.copy_of(office.database)
        marks.blocks()
        run, primary, older = marks._generation[1], running["a"], list[str]()
        with Writing(app, [bearer(app, Role.AUTHORITY_OFFICER) for _ in range(WRITERS)]) as writing:
            for _ in range(FAULTS):
                writing.go_on(BEFORE)
                older.append(signed(office, settings))
                print(f"\nprimary {primary.name} killed, {len(writing.confirmed)} confirmed:", end=" ")
                primary = failed_over(running, primary, app)
        found = names(primary.url)
        assert set(writing.confirmed) - set(found) == set(), "confirmed records are lost"
        assert set(found.values()) == {1}, "something was kept twice"
        assert len(set(writing.confirmed.values())) == len(writing.confirmed), "a number was given twice"
        rows = verified(office, settings, older)
        assert without_a_leaf(office) == 0
        marks.blocks()
        assert marks._generation[1] != run, "what was known of the old server's transactions counts no more"
        reached = primary.ask("SELECT pg_current_wal_lsn()")
        for server in running.servers.values():
            if server is not primary:
                until(partial(server.ask, f"SELECT pg_last_wal_replay_lsn() >= '{reached}'"))
                assert names(server.url) == found
        print(
            f"\n{FAULTS} primaries killed -9 under {WRITERS} writers: {len(writing.confirmed)}"
            f" confirmed, {len(found)} there, 0 lost, 0 twice; longest"
            f" without a confirmed write {writing.longest:.1f} s;"
            f" answers {dict(writing.answers)}; the ledger states {rows} rows"
        )


def signed(office: Office, settings: Settings) -> str:
    """The ledger's newest checkpoint, which the ledger must go on from ever after."""
    log.keep(office, log.signer(*settings.ledger_key), now=True)
    note = log.newest_note(office.database)
    assert note is not None
    return bytes(note).decode()


def failed_over(running: Fleet, primary: Server, app: Flask) -> Server:
    """Kill the primary, promote whom has everything, and let the killed one follow; the new primary.

    The killed one is never begun as a primary again: it is rewound first.
    """
    standbys = [one for one in running.servers.values() if one is not primary]
    primary.kill()
    began = time.monotonic()
    chosen = most_advanced(*standbys)
    chosen.promote()
    promoted = time.monotonic() - began
    (other,) = (one for one in standbys if one is not chosen)
    until(lambda: chosen.ask(STREAMING) == 1)
    running.rewind(primary.name, chosen)
    running.follow(primary.name)
    until(lambda: chosen.ask(STREAMING) == 2)
    database = app.extensions["registry"].database
    both = {f"127.0.0.1:{one.port}" for one in (primary, other)}
    until(lambda: {one.name for one in database.replicas if one.seen} == both)
    took = time.monotonic() - began
    print(f"{chosen.name} promoted after {promoted:.1f} s, both others read again after {took:.1f} s", end="")
    return chosen
