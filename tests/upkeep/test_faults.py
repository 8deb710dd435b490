"""Processes are killed, the database goes and comes back, disks fill: nothing confirmed is lost or half-done.

Sales, registrations, approvals of licences and a file that is brought in go on meanwhile; what passes between
States is killed at each of its steps in `tests/exchange/test_processes.py`.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.access import totp
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.intake import acts as intake
from registry.intake.acts import FileTold
from registry.intake.queries import run_key
from registry.ledger import exports, log, verifier
from registry.upkeep import doctor
from registry.upkeep.findings import Finding
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import Role
from tests.ammunition.test_lots import lot_body, sale_body
from tests.engines import Sqlite
from tests.exchange.world import SECRET
from tests.firearms.world import make_world
from tests.intake.book import read as read_intake
from tests.licensing import world as licensing
from tests.makers import APP_SECRET, make_account, make_token
from tests.upkeep.clusters import Cluster, cluster
from tests.upkeep.faulty import Answer, Crowd, Service, Wanted, again, half_done, service

pytestmark = pytest.mark.timeout(900)
LICENCES, ROWS, FAULTS = 6, 400, 8
SEED = os.environ.get("FAULTS_SEED", "11")
FILE = "Tipo;Nome;País;CNPJ\n" + "".join(f"Loja;Loja Número {n};BR;{n:014d}\n" for n in range(ROWS))


@dataclass
class Trade:
    """Who does what: tokens, a lot to sell from, licences that wait for their approval."""

    officer: str
    maker: str
    dealer: str
    supervisors: list[str]
    proposals: list[tuple[int, str]]
    lot: str = ""

    def sales(self, who: str) -> Iterator[Wanted]:
        for n in itertools.count():
            sale = sale_body(self.maker, self.dealer, quantity=1, invoice_number=f"{who}{n:06d}")
            yield f"/api/v1/lots/{self.lot}/sales", self.officer, sale

    def firearms(self, who: str) -> Iterator[Wanted]:
        made = {"kind": "manufactured", "happened_on": "2001-05-02", "to_party": self.maker}
        for n in itertools.count():
            yield "/api/v1/firearms", self.officer, {
                "type": "pistol", "action": "semi_automatic", "maker": self.maker, "calibre": "9 mm Luger",
                "country_made": "BR", "model": "PT 92", "year_made": 2001, "custody": [made],
                "marks": [{"kind": "manufacture", "text": f"{who}{n:06d}"}],
            }  # fmt: skip

    def everybody(self) -> list[Iterator[Wanted]]:
        """Two who sell, two who register."""
        return [self.sales("SA"), self.sales("SB"), self.firearms("FA"), self.firearms("FB")]


def opened(one: Service, office: Office) -> Trade:
    """Everybody and everything that is needed for an hour of it."""
    people = make_world(office)
    supervisors = [make_account(office, Role.AUTHORITY_SUPERVISOR) for _ in range(4 * LICENCES)]
    numbers = [licensing.make(office, licensing.Situation()) for _ in range(LICENCES)]
    proposed = [licensing.propose(office, number) for number in numbers]
    found = Trade(
        make_token(office, make_account(office, Role.AUTHORITY_SUPERVISOR)),
        people.maker.number,
        people.dealer.number,
        [make_token(office, one) for one in supervisors],
        [(one.id, one.digest) for one in proposed],
    )
    made = one.ask("POST", "/api/v1/lots", found.officer, lot_body(found.maker))
    assert made.status == 201, made
    found.lot = made.body["number"]
    return found


def approve(one: Service, found: Trade, over: threading.Event) -> set[int]:
    """Approve the licences, by one supervisor after the other where no answer came; the confirmed ones."""
    confirmed = set[int]()
    for (proposal, digest), supervisor in zip(
        itertools.cycle(found.proposals), found.supervisors, strict=False
    ):
        if proposal not in confirmed:
            told = {"digest": digest, "code": totp.code_at(APP_SECRET, totp.step_at(datetime.now(UTC)))}
            answer = one.ask("POST", f"/api/v1/proposals/{proposal}/approve", supervisor, told)
            confirmed |= {proposal} if answer.status == 200 else set()
        if over.wait(0.7):
            break
    return confirmed


def hand_in(office: Office) -> str:
    """A file of parties for the worker; its number."""
    with office.begin(OPERATOR) as work:
        told = FileTold("p.csv", kind=IntakeKind.PARTIES)
        return intake.hand_in(work, BytesIO(FILE.encode()), told).number


def start(office: Office, number: str) -> None:
    """Let it be entered as soon as it is judged."""
    again(lambda: read_intake(office, number).state == "checked")
    with office.begin(OPERATOR) as work:
        intake.start(work, run_key(number), read_intake(office, number).version)


def faults_of_the_ledger(office: Office, folder: Path) -> list[str]:
    key = log.signer(*Settings(folder, office.database.url, SECRET).ledger_key)
    with exports.signed(office, key) as connection:
        found = verifier.verify(exports.collected(connection), str(key.key), [])
    return [str(one) for one in found.problems]


@dataclass(frozen=True)
class Kept:
    """What was confirmed while things broke, against what is there."""

    confirmed: int
    lost: int
    doubled: int
    half: int


def kept(office: Office, crowd: Crowd, licences: set[int]) -> Kept:
    """Every confirmed record is looked for, and every one that is there counted."""
    names = [one["marks"][0]["text"] if "marks" in one else one["invoice_number"] for one in crowd.confirmed]
    with office.database.reader.connect() as connection:
        rows = text("SELECT text FROM mark UNION ALL SELECT invoice_number FROM sale")
        there = Counter(connection.execute(rows).scalars())
        done = text("SELECT id FROM proposal WHERE kind = 'issue_licence' AND state = 'approved'")
        issued = set(connection.execute(done).scalars())
    lost = sum(name not in there for name in names) + len(licences - issued)
    doubled = sum(n - 1 for n in there.values())
    return Kept(len(names) + len(licences), lost, doubled, half_done(office))


def told(capsys: pytest.CaptureFixture[str], what: str, faults: int, found: Kept) -> None:
    """The figures, whatever pytest keeps to itself."""
    with capsys.disabled():
        sys.stdout.write(
            f"\n{what}: {faults} faults, {found.confirmed} confirmed, {found.lost} confirmed lost,"
            f" {found.doubled} twice, {found.half} half-done (seed {SEED})\n"
        )


def restart(server: Cluster) -> None:
    """The database is there again, as soon as the processes of the one that was killed have gone."""

    def starts() -> bool:
        try:
            server.server.ensure_postgres_running()
        except Exception:  # noqa: BLE001 - the wheel raises what pg_ctl did
            return False
        return True

    again(starts)


@pytest.fixture
def registry(
    request: pytest.FixtureRequest, sqlite: Sqlite, tmp_path: Path
) -> Iterator[tuple[Service, Cluster | None]]:
    """A registry that serves, on each engine as it is in production; the server of its database."""
    if request.param == "sqlite":
        with sqlite.ready() as url, service(url, tmp_path) as one:
            yield one, None
    else:
        with cluster() as server, service(server.url, tmp_path) as one:
            yield one, server


BOTH = pytest.mark.parametrize("registry", ["sqlite", "postgresql"], indirect=True)


@BOTH
def test_killed_at_random_moments_nothing_confirmed_is_lost_and_nothing_half_done(
    registry: tuple[Service, Cluster | None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, server = registry
    office, dice, done = one.office(), random.Random(SEED), Counter[str]()
    trade, number = opened(one, office), hand_in(office)
    start(office, number)
    with Crowd(one, trade.everybody()) as crowd, ThreadPoolExecutor(1) as desk:
        approving = desk.submit(approve, one, trade, crowd.over)
        for _ in range(FAULTS):
            crowd.go_on(20)
            time.sleep(dice.uniform(0, 0.5))
            victim = dice.choice(["serve", "work", *(["database"] if server else [])])
            done[victim] += 1
            if victim == "database" and server:
                server.die()
                restart(server)
            else:
                one.kill(victim)
                one.begin(victim)
        crowd.go_on(20)
        crowd.over.set()
        licences = approving.result()
    again(one.serves)
    office.database.close()
    office = one.office()
    again(lambda: read_intake(office, number).state == "done")
    found = kept(office, crowd, licences)
    told(capsys, f"killed on {'PostgreSQL' if server else 'SQLite'} {dict(done)}", FAULTS, found)
    assert (found.lost, found.doubled, found.half) == (0, 0, 0)
    assert crowd.unwell == {}
    assert len(licences) >= 2
    assert read_intake(office, number).entered == ROWS
    assert faults_of_the_ledger(office, tmp_path) == []
    office.database.close()


def refused(answer: Answer) -> str:
    """The name of a clear refusal: problem details that say when to ask again; else what came."""
    is_clear = isinstance(answer.body, dict) and answer.body["detail"] and answer.headers.get("retry-after")
    return f"{answer.status} {answer.body['type']}" if is_clear else str(answer)


@pytest.mark.parametrize("registry", ["postgresql"], indirect=True)
def test_while_its_database_is_gone_the_registry_says_so_and_is_well_again_by_itself(
    registry: tuple[Service, Cluster], tmp_path: Path
) -> None:
    one, server = registry
    office = one.office()
    trade, number = opened(one, office), hand_in(office)
    again(lambda: read_intake(office, number).state == "checked")
    sales = trade.sales("S")
    for _ in range(3):
        server.die()
        place, token, sale = next(sales)
        for answer in (one.ask("POST", place, token, sale, "k"), one.ask("GET", "/api/v1/lots", token)):
            assert refused(answer) == "503 /problems/database-unavailable"
        page = one.ask("GET", "/authorities", accept="text/html")
        assert (page.status, b"<h1" in page.body, page.headers["retry-after"]) == (503, True, "5")
        assert one.ask("GET", "/healthz").status == 200
        restart(server)
        again(one.serves)
        told = Counter(one.ask("GET", "/api/v1/lots", token).status for _ in range(30))
        told += Counter(one.ask(*("POST", *next(sales))).status for _ in range(30))
        assert told == {200: 30, 201: 30}
    office.database.close()
    fresh = one.office()
    start(fresh, number)
    again(lambda: read_intake(fresh, number).state == "done")
    assert half_done(fresh) == 0
    assert faults_of_the_ledger(fresh, tmp_path) == []
    fresh.database.close()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, which may become full and be made read-only."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder], capture_output=True
    )
    if made.returncode:
        pytest.skip("only who may mount a file system can fill one without harm")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def remounted(disk: Path, way: str) -> bool:
    """Whether it could be, since nobody writes there any more."""
    return subprocess.run(["mount", "-o", f"remount,{way}", disk], capture_output=True).returncode == 0


def fill(disk: Path) -> Path:
    """A file that takes all that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    return filler


def sold_until_refused(one: Service, sales: Iterator[Wanted]) -> tuple[list[str], Answer]:
    """What was confirmed until there was no more room, and what came then."""
    confirmed = []
    for place, token, sale in sales:
        answer = one.ask("POST", place, token, sale)
        if answer.status != 201:
            return confirmed, answer
        confirmed.append(sale["invoice_number"])
    raise AssertionError("there are always more sales")


def test_a_full_disk_refuses_changes_and_answers_reads_until_there_is_room(
    sqlite: Sqlite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        shutil.copy(sqlite.template, disk / "registry.db")
        with service(f"sqlite:///{disk / 'registry.db'}", disk) as one:
            office = one.office()
            trade = opened(one, office)
            sales = trade.sales("S")
            filler = fill(disk)
            confirmed, answer = sold_until_refused(one, sales)
            assert refused(answer) == "507 /problems/no-room"
            assert one.ask("GET", "/api/v1/lots", trade.officer).status == 200
            assert one.ask("GET", "/api/v1/firearms", trade.officer).status == 200
            assert [f"{x.what}: {x.health}" for x in examined(one) if x.what == "disk"] == ["disk: wrong"]
            filler.unlink()
            for place, token, sale in itertools.islice(sales, 20):
                assert one.ask("POST", place, token, sale).status == 201
                confirmed.append(sale["invoice_number"])
            with office.database.reader.connect() as connection:
                there = sorted(connection.execute(text("SELECT invoice_number FROM sale")).scalars())
            assert there == sorted(confirmed)
            assert half_done(office) == 0
            assert faults_of_the_ledger(office, disk) == []
            office.database.close()


def examined(one: Service) -> list[Finding]:
    """What the doctor finds."""
    office = one.office()
    try:
        return doctor.examine(office, Settings(one.folder, one.url, SECRET, production=True))
    finally:
        office.database.close()


@pytest.mark.parametrize("registry", ["postgresql"], indirect=True)
def test_a_database_that_takes_no_changes_is_read_and_says_so(registry: tuple[Service, Cluster]) -> None:
    one, server = registry
    office = one.office()
    trade = opened(one, office)
    sales = trade.sales("S")
    for asked in (True, False):
        server.ask(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if asked else 'off'}")
        server.ask("SELECT pg_reload_conf()")
        server.until("SHOW default_transaction_read_only", "on" if asked else "off")
        time.sleep(1)  # each connection hears of it before its next statement
        answers = [one.ask(*("POST", *next(sales))) for _ in range(20)]
        if asked:
            assert {refused(one) for one in answers} == {"503 /problems/read-only"}
        else:
            assert {one.status for one in answers} == {201}
        assert {one.ask("GET", "/api/v1/lots", trade.officer).status for _ in range(20)} == {200}
    office.database.close()


def test_a_file_system_that_became_read_only_is_read_and_refuses_changes(
    sqlite: Sqlite, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        shutil.copy(sqlite.template, disk / "registry.db")
        with service(f"sqlite:///{disk / 'registry.db'}", disk) as one:
            office = one.office()
            trade = opened(one, office)
            office.database.close()
            sales = trade.sales("S")
            assert one.ask(*("POST", *next(sales))).status == 201
            for way, status in (("ro", 503), ("rw", 201)):
                one.kill("serve")
                one.kill("work")
                again(lambda way=way: remounted(disk, way))
                one.log = tmp_path
                one.begin("serve")
                again(lambda: one.ask("GET", "/healthz").status == 200)
                answer = one.ask(*("POST", *next(sales)))
                assert answer.status == status, answer
                assert status == 201 or refused(answer) == "503 /problems/read-only"
                assert one.ask("GET", "/api/v1/lots", trade.officer).status == 200
                one.begin("work")
