"""Bringing an old register in: judged, entered with its ledger entries, searchable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO

from sqlalchemy import text

from registry.core import migrate
from registry.core.database import Database
from registry.core.work import OPERATOR, Office
from registry.directory import reference
from registry.intake import acts, queries, worker
from schemas.intake import IntakeSetting
from schemas.vocabulary import PartyKind
from tests.bench import bulk, databases, population
from tests.bench.line import Line
from tests.makers import make_party

FULL, SMALL = 1_000_000, 20_000
BAR = 0.25
HEAD = "Serial;Maker;Type;Model;Calibre;Country;Year;Date acquired;Acquired from;Date of sale;Buyer\n"
ROW = "S{0:07d};Bench;pistol;PT 92;9x19;BR;1998;1998-04-03;Bench;1999-01-{1:02d};Casa\n"
COPIED = ("state", "calibre", "party", "firearm", "mark", "custody")


def brought_in(full: bool) -> Iterator[Line]:
    """Rows a second from the file to records with marks, custody and ledger; to a bare load of these rows."""
    size = FULL if full else SMALL
    with databases.both() as engines, databases.both() as others:
        for (engine, url, _), (_, bare, _) in zip(engines, others, strict=True):
            taken = _entered(url, size)
            floor = _bare(url, bare)
            yield Line("intake", engine, size, size / taken, "rows/s", size / floor, BAR)


def _entered(url: str, size: int) -> float:
    """Seconds from the first byte to the last record."""
    migrate.upgrade(url)
    database = Database(url)
    office = Office(database, home="BR")
    with office.begin(OPERATOR, doing="bench") as work:
        reference.load(work)
        make_party(work, PartyKind.MAKER, "Bench")
        dealer = make_party(work, PartyKind.DEALER, "Casa").number
    content = (HEAD + "".join(ROW.format(n, n % 28 + 1) for n in range(size))).encode()
    begun = time.perf_counter()
    with office.begin(OPERATOR) as work:
        made = acts.hand_in(work, BytesIO(content), acts.FileTold("bench.csv"))
        setting = IntakeSetting(made.mapping, {"holder": dealer})
        made = acts.settle(work, queries.run_key(made.number), setting, made.version)
    worker.run_all(office)
    with office.begin(OPERATOR) as work:
        checked = queries.run(work, queries.run_key(made.number))
        acts.start(work, queries.run_key(made.number), checked.version)
    worker.run_all(office)
    taken = time.perf_counter() - begun
    with office.look(OPERATOR) as work:
        found = queries.run(work, queries.run_key(made.number))
    if found.entered != size:
        raise AssertionError(f"{found.entered} of {size} rows were entered")
    database.close()
    return taken


def _bare(url: str, other: str) -> float:
    """Seconds to load the same records into an empty database, below the journal."""
    migrate.upgrade(other)
    database = Database(url)
    with database.reader.connect() as connection:
        tables: list[bulk.Table] = []
        for name in COPIED:
            rows = connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - names of our own
            tables.append((name, tuple(rows.keys()), iter([tuple(row) for row in rows])))
    database.close()
    begun = time.perf_counter()
    population.fill(other, tables)
    return time.perf_counter() - begun
