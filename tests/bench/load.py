"""Two hundred people at once, each asking again as soon as they were answered: no error, no growth, how long.

The load is a process of its own, so that it takes no turn from the threads of the server, which is the one of
production on a demonstration. People of every role do what is theirs: they register, trace, look at lists.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from registry.access import acts as access
from registry.access.tables import Account
from registry.core.numbers import registry_number
from registry.core.policy import permissions
from registry.core.work import OPERATOR, Actor, Office
from registry.demo import loading
from schemas.access import TokenNew
from schemas.vocabulary import Role
from tests.bench import databases
from tests.bench.line import Line
from tests.bench.server import ROOT, CannotRunError
from tests.engines import set_up
from tests.upkeep.faulty import HOST, Service, service

PEOPLE = 200
SECONDS, FULL_SECONDS = 60, 600
WARM = 0.5  # of the time, after which caches hold what they will ever hold
GROWTH = 1.1  # most memory at the end to that when all was warm
SLOWEST = 3_000.0  # ms at the 99th percentile; two cores serve two hundred people and play them as well
Request = tuple[str, str, Any]


def users(full: bool) -> Iterator[Line]:
    """Errors, memory at the end to memory when warm, and the 99th percentile of all answers."""
    with databases.both() as engines:
        for engine, url, folder in engines:
            set_up(url)
            with service(url, folder) as one:
                told = _prepared(one)
                found = _played(one, told, FULL_SECONDS if full else SECONDS)
            print(found.said(engine), file=sys.stderr)
            yield Line("load_errors", engine, PEOPLE, found.failed, "answers", None, 0, "lower", "value")
            yield Line(
                "load_memory", engine, PEOPLE, found.end / found.warm, "x", None, GROWTH, "lower", "value"
            )
            yield Line("load_p99", engine, PEOPLE, found.p99, "ms", None, SLOWEST, "lower", "value")


@dataclass(frozen=True)
class Found:
    """answers: how many; failed: of these; warm, end: bytes of the server's memory; p50, p99: ms."""

    answers: int
    failed: int
    faults: dict[str, int]
    warm: int
    end: int
    p50: float
    p99: float

    def said(self, engine: str) -> str:
        """For people."""
        memory = f"{self.warm / 1e6:.0f} MB when warm, {self.end / 1e6:.0f} MB at the end"
        times = f"p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms"
        return f"{engine}: {self.answers:,} answers, {self.failed} errors {self.faults}, {times}, {memory}"


def _prepared(one: Service) -> dict[str, Any]:
    """Tokens by role, and the records that people ask for."""
    office = one.office()
    list(loading.fill_if_empty(office, OPERATOR, 300, 14))
    with office.look(OPERATOR) as work:
        accounts = work.session.execute(
            select(Account.login, Account.id, Account.role, Account.party_id)
        ).all()
        maker = work.session.execute(text("SELECT maker_id FROM firearm ORDER BY id")).scalar()
        marks = list(
            work.session.execute(text("SELECT text FROM mark ORDER BY firearm_id, n LIMIT 100")).scalars()
        )
        lot = work.session.execute(text("SELECT id FROM lot ORDER BY quantity DESC, id")).scalar()
    told = {
        "tokens": {login: _token(office, key, Role(role), party) for login, key, role, party in accounts},
        "maker": registry_number("P", maker or 0),
        "marks": marks,
        "lot": registry_number("L", lot or 0),
        "port": one.port,
    }
    office.database.close()
    return told


def _token(office: Office, account: int, role: Role, party: int | None) -> str:
    actor = Actor(account, "load", role, permissions(role), party, proof=OPERATOR.proof)
    with office.begin(actor) as work:
        return access.make_token(work, TokenNew("load", (), 1)).token


def _played(one: Service, told: dict[str, Any], seconds: int) -> Found:
    """The load of a process of its own, while the server's memory is looked at."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load", str(seconds)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(told).encode())
    process.stdin.close()
    time.sleep(seconds * WARM)
    warm = memory(one)
    time.sleep(seconds * (0.97 - WARM))
    end = memory(one)
    assert process.stdout is not None
    output = process.stdout.read()
    if process.wait(120):
        raise CannotRunError("the load ended before its time")
    heard = json.loads(output)
    return Found(**heard, warm=warm, end=end)


def memory(one: Service) -> int:
    """Bytes that all processes of the server hold now."""
    group, held = one.running["serve"].pid, 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if os.getpgid(int(status.parent.name)) == group:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                held += int(lines.get("VmRSS", "0 kB").split()[0]) * 1024
    return held


@dataclass
class Load:
    """What the people of one run have heard."""

    told: dict[str, Any]
    until: float
    times: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    async def person(self, n: int) -> None:
        """One of them, on a connection of their own."""
        login = sorted(self.told["tokens"])[n % len(self.told["tokens"])]
        wants = wanted(login, n, self.told)
        reader, writer = await asyncio.open_connection(HOST, self.told["port"])
        while time.monotonic() < self.until:
            method, path, body = next(wants)
            began = time.monotonic()
            try:
                status = await _asked(reader, writer, method, path, self.told["tokens"][login], body)
                wrong = "" if 200 <= status < 300 else f"{method} {path.partition('?')[0]}: {status}"
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                wrong = f"{method} {path.partition('?')[0]}: {error!r}"
                reader, writer = await asyncio.open_connection(HOST, self.told["port"])
            self.times.append(time.monotonic() - began)
            if wrong:
                self.faults[wrong] += 1
        writer.close()


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, token: str, body: Any
) -> int:
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(answer.split("content-length:", 1)[1].split("\r\n", 1)[0])
    await reader.readexactly(length)
    return int(answer.split(" ", 2)[1])


def wanted(login: str, n: int, told: dict[str, Any]) -> Iterator[Request]:
    """What somebody of a role does all day, over and over."""
    dice = random.Random(n)
    for turn in itertools.count():
        yield "GET", dice.choice(LISTS[login]), None
        if login in ("officer", "supervisor"):
            yield "POST", "/api/v1/firearms", firearm(told["maker"], f"LD{n:03d}{turn:06d}")
        if login == "police":
            yield "POST", "/api/v1/traces", {
                "kind": "firearm", "mark": dice.choice(told["marks"]), "purpose": "recovered_firearm",
                "case_number": f"LD {n}/{turn}",
            }  # fmt: skip


LISTS = {
    "officer": ("/api/v1/firearms", "/api/v1/lots", "/api/v1/licences", "/api/v1/parties"),
    "supervisor": ("/api/v1/proposals", "/api/v1/licences", "/api/v1/shipments", "/api/v1/sales"),
    "police": ("/api/v1/traces", "/api/v1/recoveries", "/api/v1/requests"),
    "customs": ("/api/v1/shipments",),
    "maker": ("/api/v1/firearms", "/api/v1/lots"),
    "dealer": ("/api/v1/firearms", "/api/v1/lots"),
    "auditor": ("/api/v1/firearms", "/api/v1/licences", "/api/v1/traces", "/api/v1/lots"),
    "admin": ("/api/v1/states", "/api/v1/calibres"),
}


def firearm(maker: str, mark: str) -> dict[str, Any]:
    """A pistol that nobody has registered yet."""
    made = {"kind": "manufactured", "happened_on": "2020-05-02", "to_party": maker}
    return {
        "type": "pistol", "action": "semi_automatic", "maker": maker, "calibre": "9 mm Luger",
        "country_made": "BR", "model": "PT 92", "year_made": 2020, "custody": [made],
        "marks": [{"kind": "manufacture", "text": mark}],
    }  # fmt: skip


async def _all_at_once(load: Load) -> None:
    async with asyncio.TaskGroup() as group:
        for n in range(PEOPLE):
            group.create_task(load.person(n))


def main(seconds: int) -> None:
    """Play the load that standard input tells; says what was heard."""
    load = Load(json.load(sys.stdin), time.monotonic() + seconds)
    asyncio.run(_all_at_once(load))
    times = sorted(load.times)
    told = {
        "answers": len(times),
        "failed": load.faults.total(),
        "faults": dict(load.faults),
        "p50": times[len(times) // 2] * 1000,
        "p99": times[len(times) * 99 // 100] * 1000,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
