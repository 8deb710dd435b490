"""Tracing a firearm over HTTP under the production server."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator

from registry.access import acts as access
from registry.core.database import Database
from registry.core.work import OPERATOR, Actor, Office
from schemas.access import AccountNew, TokenNew
from schemas.vocabulary import May, Role
from tests.bench import commits, databases, population, server
from tests.bench.line import Line
from tests.makers import open_account

FULL = 10_000_000
SMALL = 200_000
BODIES = 400
SQLITE_BAR, POSTGRESQL_BAR = 0.35, 0.2


def exact_http(full: bool) -> Iterator[Line]:
    """A legible mark, ten steps, token checked, without the durable record; to a plain Flask JSON route."""
    size = FULL if full else SMALL
    with databases.both() as engines:
        for engine, url, folder in engines:
            token = _prepared(url, size)
            with server.serving(url, folder) as base, server.serving(url, folder, plain=True) as floor:
                traced, plain = server.rates(
                    [(f"{base}/api/v1/bench/trace", token, bodies(size)), (f"{floor}/plain", "", ())]
                )
            bar = SQLITE_BAR if engine == "sqlite" else POSTGRESQL_BAR
            yield Line("trace_exact_http", engine, size, traced, "requests/s", plain, bar)


def exact_growth(full: bool) -> Iterator[Line]:
    """Time of the same at the full size, to that at a tenth of it."""
    size = FULL if full else SMALL
    with databases.both() as engines, databases.both() as tenths:
        for (engine, url, folder), (_, tenth, other) in zip(engines, tenths, strict=True):
            large, small = _prepared(url, size), _prepared(tenth, size // 10)
            with server.serving(url, folder) as base, server.serving(tenth, other) as less:
                fast, faster = server.rates(
                    [
                        (f"{base}/api/v1/bench/trace", large, bodies(size)),
                        (f"{less}/api/v1/bench/trace", small, bodies(size // 10)),
                    ]
                )
            yield Line("trace_exact_growth", engine, size, 1e6 / fast, "µs", 1e6 / faster, 1.2, "lower")


def logged_http(full: bool) -> Iterator[Line]:
    """The trace with its record durable before the answer; to bare one-row commits, as many at a time."""
    size = FULL if full else SMALL
    with databases.both() as engines:
        for engine, url, folder in engines:
            token = _prepared(url, size)
            floors, rates = [], []
            with server.serving(url, folder, threads=server.THREADS) as base:
                for _ in range(5):
                    target = (f"{base}/api/v1/traces", token, bodies(size))
                    rates += server.rates([target], rounds=1, seconds=2)
                    floors.append(commits.rate(url, server.THREADS))
            value, floor = statistics.median(rates), statistics.median(floors)
            yield Line("trace_logged_http", engine, size, value, "requests/s", floor, 0.6)


def bodies(size: int) -> list[bytes]:
    """Questions for firearms with ten steps, spread over the register."""
    step = max(size // population.LONG_CHAIN // BODIES, 1) * population.LONG_CHAIN
    return [
        json.dumps(
            {
                "kind": "firearm",
                "mark": population.serial(key),
                "maker": f"Bench maker {key % population.MAKERS + 1}",
                "purpose": "recovered_firearm",
                "case_number": "bench",
            }
        ).encode()
        for key in range(population.LONG_CHAIN, size, step)
    ][:BODIES]


def _prepared(url: str, size: int) -> str:
    """A loaded database; answers a token that may trace."""
    population.load(url, size)
    database = Database(url)
    office = Office(database)
    with office.begin(OPERATOR) as work:
        account = open_account(work, AccountNew("bench", "Benchmark", Role.POLICE))
    police = Actor(account.id, "Benchmark", Role.POLICE, frozenset(May))
    with office.begin(police) as work:
        token = access.make_token(work, TokenNew("bench")).token
    database.checkpoint()
    database.close()
    return token
