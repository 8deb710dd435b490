"""Bringing an old register in: judged, entered with its ledger entries, searchable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import text

from registry.core import migrate
from registry.core.database import Database
from registry.core.work import OPERATOR, Office
from registry.directory import reference
from registry.intake import acts, queries, worker
from registry.ledger import log
from schemas.intake import IntakeSetting
from schemas.vocabulary import PartyKind
from tests.bench import bulk, databases, population
from tests.bench.line import Line
from tests.ledger.notaries import invented
from tests.makers import make_party

FULL, SMALL = 1_000_000, 20_000
BAR, MOST_MEMORY = 0.25, 300
HEAD = (
    "Serial;Maker;Type;Model;Calibre;Country;Year;Import mark;Year of import;Date acquired;Acquired from;"
    "Date of sale;Buyer;Invoice\n"
)
MAKERS, DEALERS = 6, 30
CALIBRES, TYPES = ("9x19", "9 mm Luger", ".38 Special", ".40 S&W", "12/70"), ("pistol", "Pistola", "fuzil")
COPIED = ("state", "calibre", "party", "firearm", "mark", "custody")


def brought_in(full: bool) -> Iterator[Line]:
    """Rows a second from the file to records with marks, custody and leaves of the ledger, searchable; to a
    bare load of these rows. And the most memory that a process that does nothing else had meanwhile.
    """
    size = FULL if full else SMALL
    with databases.both() as engines, databases.both() as others:
        for (engine, url, folder), (_, bare, _) in zip(engines, others, strict=True):
            file = folder / f"{engine}.csv"
            _write(file, size)
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                taken, memory = alone.submit(_entered, url, size, file).result()
            floor = _bare(url, bare)
            yield Line("intake", engine, size, size / taken, "rows/s", size / floor, BAR)
            yield Line("intake_memory", engine, size, memory, "MB", None, MOST_MEMORY, "lower", "value")


def _write(file: Path, size: int) -> None:
    """A register: each firearm is taken in by one dealer and sold to another, every fifth was imported."""
    with file.open("w") as book:
        book.write(HEAD)
        for n in range(size):
            brought = "AT;1999" if n % 5 == 0 else ";"
            book.write(
                f"S{n:07d};Maker {n % MAKERS};{TYPES[n % 3]};M{n % 40};{CALIBRES[n % 5]};BR;{1960 + n % 40};"
                f"{brought};2000-01-{n % 28 + 1:02d};Maker {n % MAKERS};2001-{n % 12 + 1:02d}-05;"
                f"Dealer {n % DEALERS};NF-{n}\n"
            )


def _entered(url: str, size: int, file: Path) -> tuple[float, float]:
    """Seconds from the first byte to the last leaf; megabytes at most."""
    migrate.upgrade(url)
    database = Database(url)
    office = Office(database, home="BR")
    with office.begin(OPERATOR, doing="bench") as work:
        reference.load(work)
        for n in range(MAKERS):
            make_party(work, PartyKind.MAKER, f"Maker {n}")
        for n in range(DEALERS):
            make_party(work, PartyKind.DEALER, f"Dealer {n}")
        keeper = make_party(work, PartyKind.DEALER, "Casa").number
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    begun = time.perf_counter()
    with file.open("rb") as stream, office.begin(OPERATOR) as work:
        made = acts.hand_in(work, stream, acts.FileTold("bench.csv"))
        setting = IntakeSetting(made.mapping, {"holder": keeper})
        made = acts.settle(work, queries.run_key(made.number), setting, made.version)
    worker.run_all(office)
    with office.begin(OPERATOR) as work:
        checked = queries.run(work, queries.run_key(made.number))
        acts.start(work, queries.run_key(made.number), checked.version)
    worker.run_all(office)
    log.keep(office, invented("bench"), now=True)
    taken = time.perf_counter() - begun
    with office.look(OPERATOR) as work:
        found = queries.run(work, queries.run_key(made.number))
    if (found.entered, found.doubted) != (size, 0):
        raise AssertionError(f"{found.entered} of {size} rows were entered, {found.doubted} with a doubt")
    database.close()
    return taken, _peak()


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


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
