"""What the ledger costs a transaction of one record."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection

from registry.core import migrate
from registry.core.database import Base, Database, Prepared
from registry.core.journal import entries, triggers
from registry.core.work import OPERATOR, Office
from registry.directory import acts as directory
from registry.directory import reference
from schemas.directory import PartyNew
from schemas.vocabulary import PartyKind
from tests.bench import databases
from tests.bench.line import Line

_NUMBERS = itertools.count()
FULL, SMALL, ROUNDS = 10_000, 1_000, 5
BARS = {"sqlite": 0.8, "postgresql": 0.7}


def write(full: bool) -> Iterator[Line]:
    """Parties registered one a transaction, with the ledger and without it, in turn."""
    each = (FULL if full else SMALL) // ROUNDS
    with databases.both() as engines:
        for engine, url, _ in engines:
            office = _prepared(url)
            with_ledger, without = [], []
            for _ in range(ROUNDS):
                with_ledger.append(_rate(office, each))
                with office.database.writer.begin() as connection:
                    triggers.remove(connection)
                without.append(_without(office, each))
                with office.database.writer.begin() as connection:
                    _installed(connection)
            office.database.close()
            value, floor = statistics.median(with_ledger), statistics.median(without)
            yield Line("ledger_write", engine, each * ROUNDS, value, "transactions/s", floor, BARS[engine])


def _installed(connection: Connection) -> None:
    triggers.install(connection, Base.metadata)


def _prepared(url: str) -> Office:
    migrate.upgrade(url)
    office = Office(Database(url), "BR")
    with office.begin(OPERATOR) as work:
        reference.load(work)
    return office


def _without(office: Office, count: int) -> float:
    """The same acts, with neither entry, journal nor leaf."""
    opened, closed = entries.OPEN, entries.close
    entries.close = lambda *_: None
    entries.OPEN = Prepared("SELECT 1, 1, NULL")
    try:
        return _rate(office, count)
    finally:
        entries.OPEN, entries.close = opened, closed


def _rate(office: Office, count: int) -> float:
    started = time.perf_counter()
    for n in islice(_NUMBERS, count):
        with office.begin(OPERATOR) as work:
            directory.register_party(work, PartyNew(kind=PartyKind.DEALER, name=f"Dealer {n}", country="BR"))
    return count / (time.perf_counter() - started)
