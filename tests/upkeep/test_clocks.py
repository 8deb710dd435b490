"""The clock of a registry that serves jumps two days back and forth: the ledger stays in order, the doctor
says so, and no licence is used twice, or on a day on which it is not valid.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.access import totp
from registry.core.settings import SOURCE_ROOT
from registry.core.turns import as_moment
from registry.core.work import Office
from registry.shipments import offices
from schemas import shipments as shapes
from schemas.vocabulary import Role
from tests.engines import Sqlite
from tests.licensing import world as licensing
from tests.makers import APP_SECRET, EVERYTHING, make_account, make_token
from tests.shipments.world import PORT, Licensed, announce, check_all, customs, open_offices
from tests.upkeep.clusters import cluster
from tests.upkeep.faulty import Service, counted, half_done, service
from tests.upkeep.test_faults import examined, faults_of_the_ledger, opened

pytestmark = pytest.mark.timeout(900)
BOTH = pytest.mark.parametrize("registry", ["sqlite", "postgresql"], indirect=True)
JUMPS = (0, -48, 0, 48)  # hours
PIECES, SHIPMENTS, EACH, ASKING = 40, 12, 5, 4
BARRELS = {"goods": "part", "hs": "9305", "description": "Barrel 9x19", "quantity": PIECES}


@dataclass
class Leaping:
    """A registry that serves, with a clock as wrong as one likes. ahead: hours."""

    service: Service
    clock: Path
    ahead: int = 0

    def leap(self, hours: int) -> None:
        self.ahead = hours
        self.clock.write_text(str(hours * 3600))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=self.ahead)


@contextmanager
def leaping(url: str, folder: Path) -> Iterator[Leaping]:
    clock = folder / "clock"
    clock.write_text("0")
    preloaded = f"{SOURCE_ROOT / 'tests/exchange/preloaded'}{os.pathsep}{SOURCE_ROOT}"
    with service(url, folder, PYTHONPATH=preloaded, TESTS_CLOCK=str(clock)) as one:
        yield Leaping(one, clock)


@pytest.fixture
def registry(request: pytest.FixtureRequest, sqlite: Sqlite, tmp_path: Path) -> Iterator[Leaping]:
    """On each engine as it is in production."""
    if request.param == "sqlite":
        with sqlite.ready() as url, leaping(url, tmp_path) as one:
            yield one
    else:
        with cluster() as server, leaping(server.url, tmp_path) as one:
            yield one


@BOTH
def test_a_clock_that_jumps_leaves_the_ledger_in_order_and_the_doctor_says_so(
    registry: Leaping, tmp_path: Path
) -> None:
    one = registry.service
    office = one.office()
    trade = opened(one, office)
    sales = trade.sales("S")
    week = make_token(office, make_account(office, Role.AUTHORITY_SUPERVISOR), days=7)

    def sell(token: str) -> int:
        place, _, sale = next(sales)
        return one.ask("POST", place, token, sale).status

    for hours in JUMPS:
        registry.leap(hours)
        assert sell(week) == 201
        assert sell(trade.officer) == (401 if hours > 24 else 201)  # a token of a day
        assert one.serves()
    assert clocks(one) == {"wrong"}
    registry.leap(0)
    assert sell(week) == 201
    assert clocks(one) == {"good"}
    with office.database.reader.connect() as connection:
        entries = connection.execute(text("SELECT at FROM ledger_entry ORDER BY id")).scalars()
        times = [as_moment(at) for at in entries]
    assert max(times) - min(times) > timedelta(hours=95)
    assert times != sorted(times)
    assert faults_of_the_ledger(office, tmp_path) == []
    office.database.close()


def clocks(one: Service) -> set[str]:
    """What the doctor says of the times of changes."""
    return {found.health for found in examined(one) if found.what == "clock.records"}


@dataclass
class Desk:
    """Licences that wait for their approval, one that is in force, and what is to be cleared under it."""

    proposals: list[tuple[int, str]]
    supervisors: list[str]
    officers: list[str]
    shipments: list[str]


def at_the_desk(office: Office) -> Desk:
    """A licence that ends tomorrow, more announced under it than it holds, and licences to be issued."""
    open_offices(office)
    ends = {"application": {"expires_on": 1}, "lines": (BARRELS,)}
    licence = Licensed(licensing.issue(office, licensing.Situation(**ends)), "", (), "")
    shipments = [announce(office, licence, {1: EACH}).number for _ in range(SHIPMENTS)]
    by = customs(office)
    for number in shipments:
        check_all(office, number, by)
    waiting = [licensing.propose(office, licensing.make(office, licensing.Situation())) for _ in range(4)]
    accounts = [make_account(office, Role.AUTHORITY_SUPERVISOR) for _ in range(4 * len(JUMPS))]
    officers = [make_account(office, Role.CUSTOMS) for _ in range(ASKING)]
    for one in officers:
        with office.begin(EVERYTHING) as work:
            offices.post(work, shapes.PostNew(one.login, PORT))
    return Desk(
        [(one.id, one.digest) for one in waiting],
        [make_token(office, one, days=7) for one in accounts],
        [make_token(office, one, days=7) for one in officers],
        shipments,
    )


def clear_all(one: Leaping, token: str, shipments: Sequence[str], start: threading.Barrier) -> Counter[int]:
    """One officer lets out whatever can be, at the same moment as the others."""
    told = Counter[int]()
    start.wait(60)
    for number in shipments:
        place = f"/api/v1/shipments/{number}"
        version = one.service.ask("GET", place, token).body["version"]
        told[one.service.ask("POST", f"{place}/clearance", token, {}, match=version).status] += 1
    return told


def all_clear(one: Leaping, tokens: Sequence[str], shipments: Sequence[str]) -> Counter[int]:
    """All officers at once; what came."""
    start = threading.Barrier(len(tokens))
    with ThreadPoolExecutor(len(tokens)) as people:
        told = people.map(lambda token: clear_all(one, token, shipments, start), tokens)
        return sum(told, Counter[int]())


def issue_one(one: Leaping, desk: Desk) -> int:
    """A supervisor who has not yet done so approves the next licence; what came."""
    code = totp.code_at(APP_SECRET, totp.step_at(one.now()))
    proposal, digest = desk.proposals[0]
    told = {"digest": digest, "code": code}
    place = f"/api/v1/proposals/{proposal}/approve"
    answer = one.service.ask("POST", place, desk.supervisors.pop(), told)
    if answer.status == 200:
        desk.proposals.pop(0)
    return answer.status


TWICE = (
    "SELECT count(*) FROM licence_line l WHERE l.drawn > l.quantity OR l.drawn <>"
    " (SELECT coalesce(sum(d.quantity), 0) FROM licence_draw d"
    " WHERE d.licence_id = l.licence_id AND d.line_n = l.n)"
)
IN_PART = (
    "SELECT count(*) FROM shipment s WHERE (s.state <> 'announced') <> (s.cleared_at IS NOT NULL)"
    " OR (s.cleared_at IS NOT NULL) <> EXISTS (SELECT 1 FROM licence_draw d WHERE d.shipment_id = s.id)"
)
USED = (
    "SELECT DISTINCT e.id, e.at, l.starts_on, l.expires_on FROM licence_draw d"
    " JOIN ledger_change c ON c.subject = 'shipment' AND c.op = 'U'"
    " AND replace(c.key, ' ', '') = '[' || d.shipment_id || ']'"
    " JOIN ledger_entry e ON e.id = c.entry_id AND e.act LIKE '%shipment.clear%'"
    " JOIN licence l ON l.id = d.licence_id"
    " WHERE EXISTS (SELECT 1 FROM ledger_change g WHERE g.entry_id = e.id AND g.subject = 'licence_draw')"
)


def used_outside(office: Office) -> tuple[int, int]:
    """Draws that the ledger tells of, and those among them on a day on which the licence was not valid."""
    with office.database.reader.connect() as connection:
        rows = connection.execute(text(USED)).all()
    days = [(as_moment(at).date(), str(first), str(last)) for _, at, first, last in rows]
    return len(days), sum(not first <= str(day) <= last for day, first, last in days)


@BOTH
def test_no_licence_is_used_twice_or_out_of_its_days_whatever_the_clock_says(
    registry: Leaping, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, office = registry.service, registry.service.office()
    desk, came, issued = at_the_desk(office), dict[int, Counter[int]](), list[tuple[int, int]]()
    for n, hours in enumerate((48, -48, 0, 48, 0)):
        registry.leap(hours)
        wanted = desk.shipments[: 4 * (n + 1)]
        came[n] = all_clear(registry, desk.officers, wanted)
        if desk.proposals:
            issued.append((hours, issue_one(registry, desk)))
    registry.leap(0)
    assert one.serves()
    draws, outside = used_outside(office)
    twice, in_part = counted(office, TWICE), counted(office, IN_PART) + half_done(office)
    with capsys.disabled():
        sys.stdout.write(
            f"\nclock by ±48 h on {office.database.writer.dialect.name}: cleared {came}, issued {issued};"
            f" {draws} draws, {twice} licences used twice, {outside} out of their days, {in_part} half-done\n"
        )
    assert (twice, outside, in_part) == (0, 0, 0)
    assert draws == PIECES // EACH, "all of it went, and nothing more"
    assert came[0][200] == came[1][200] == 0, "it is over, or has not begun"
    assert not {0, 500} & set(itertools.chain.from_iterable(came.values()))
    assert 200 in [status for hours, status in issued if hours == 0]
    assert faults_of_the_ledger(office, tmp_path) == []
    office.database.close()
