"""Records that become durable together: each its own outcome and its own entry, none lost by a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from registry.core.database import Database, Prepared, Turn
from registry.core.errors import Conflict
from registry.core.journal import entries
from registry.core.work import Actor, Office
from registry.ledger import exports, log, verifier
from schemas.vocabulary import May, Purpose, Role

ADD = Prepared(
    "INSERT INTO state (code, name, historic, version) VALUES (:code, :name, :historic, 1) RETURNING code"
)
ROLES = (Role.POLICE, Role.CUSTOMS)
PURPOSES = (Purpose.RECOVERED_FIREARM, None)
SAID_OF_EACH = text(
    "SELECT s.code, e.actor_id, e.role, e.purpose, e.case_number, e.request_id FROM state s"
    " JOIN ledger_change c ON c.subject = 'state' AND c.key = '[\"' || s.code || '\"]'"
    " JOIN ledger_entry e ON e.id = c.entry_id WHERE s.name LIKE 'Test%'"
)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    database = Database(database_url)
    yield Office(database)
    database.close()


def keep(office: Office, code: str, n: int = 1) -> str:
    """Add a State as the n-th actor; its code once it is durable."""
    actor = Actor(n, f"Actor {n}", ROLES[n % 2], frozenset({May.DIRECTORY_WRITE}))
    with office.begin(actor, PURPOSES[n % 2], f"case {n}", f"request {code}") as work:
        return str(work.put_alone(ADD, code=code, name=f"Test {code}", historic=False)[0][0])


def problems(office: Office, folder: Path) -> list[object]:
    """What the ledger's verifier finds, after all that waits has its leaf."""
    key = log.signer(folder, "test.example/ledger")
    log.keep(office, key, now=True)
    with exports.snapshot(office.database) as reading:
        return list(verifier.verify(exports.collected(reading), str(key.key), ()).problems)


def test_each_has_its_own_outcome_and_entry(office: Office, tmp_path: Path) -> None:
    keep(office, "00")

    def several(n: int) -> list[str]:
        kept = []
        for m in range(8):
            code = "00" if m % 3 == 1 else f"{n:X}{'abcdefgh'[m]}"
            try:
                kept.append(keep(office, code, n))
            except Conflict:
                kept.append("refused")
        return kept

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(several, range(12)))
    for n, outcome in enumerate(told):
        letters = "abcdefgh"
        assert outcome == ["refused" if m % 3 == 1 else f"{n:X}{letters[m]}" for m in range(8)]
    with office.database.reader.connect() as reading:
        said = {row[0]: tuple(row[1:]) for row in reading.execute(SAID_OF_EACH)}
    for code in {code for outcome in told for code in outcome} - {"refused"}:
        n = int(code[0], 16)
        purpose = PURPOSES[n % 2]
        stated = purpose.value if purpose else entries.UNSTATED_PURPOSE
        assert said[code] == (n, ROLES[n % 2].value, stated, f"case {n}", f"request {code}")
    assert problems(office, tmp_path) == []


def test_those_that_wait_share_a_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = office.together._write

    def counted(batch: Sequence[Any]) -> None:
        while not sizes and len(office.together._waiting) < 9:
            time.sleep(0.001)
        sizes.append(len(batch))
        write(batch)

    monkeypatch.setattr(office.together, "_write", counted)
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(keep, office, f"Q{n}", n) for n in range(10)]
    assert {one.result() for one in waiting} == {f"Q{n}" for n in range(10)}
    assert sizes == [1, 9]


def test_a_fault_of_the_database_is_everybodys_and_the_next_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(turn: Turn, records: object) -> None:
        turn.run(ADD, {"code": "00", "name": "Test lost", "historic": False})

    def no_room(turn: Turn, records: object) -> None:
        raise OperationalError(None, None, Exception("no room"))

    for fault in (no_room, broken):
        with monkeypatch.context() as patch, pytest.raises((OperationalError, Conflict)):
            patch.setattr(entries, "record_all", fault)
            keep(office, "Q1")
    assert keep(office, "Q1") == "Q1"
    assert problems(office, tmp_path) == []


KEEPER = """
import itertools, sys
from concurrent.futures import ThreadPoolExecutor
from registry.core.database import Database
from registry.core.work import Office
from tests.core.test_together import keep

office = Office(Database(sys.argv[1]))
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

def several(n):
    for letter in letters:
        sys.stdout.write(keep(office, letters[n] + letter, n) + "\\n")
        sys.stdout.flush()

with ThreadPoolExecutor(8) as pool:
    list(pool.map(several, range(8)))
"""


def test_what_was_answered_outlives_a_kill(office: Office, database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KEEPER, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        told = [keeper.stdout.readline() for _ in range(60)]
        keeper.send_signal(signal.SIGKILL)
        told += keeper.stdout.readlines()
    answered = {line.strip() for line in told if line.endswith("\n")}
    assert len(answered) >= 60
    with office.database.reader.connect() as reading:
        said = {row[0]: row[1] for row in reading.execute(SAID_OF_EACH)}
    assert answered <= said.keys()
    assert keep(office, "zz") == "zz"
    assert problems(office, tmp_path) == []
