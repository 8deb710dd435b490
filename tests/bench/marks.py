"""Marks: damaged ones by position, how often the right one stands first, and legible ones by index."""

from __future__ import annotations

import atexit
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from random import Random

import psycopg
from sqlalchemy.engine import make_url

from registry.core.database import Database
from registry.core.errors import Invalid
from registry.core.work import OPERATOR, Office, Work
from registry.firearms.queries import firearm_number
from registry.marks import index
from registry.marks.reading import fold_key
from registry.tracing import engine, queries
from schemas.tracing import Question
from schemas.vocabulary import Purpose, TraceKind
from tests.bench import databases, population, serials
from tests.bench.line import Line

FULL = 10_000_000
SMALL = 200_000
QUALITY_FULL, QUALITY_SMALL = (1_000_000, 100_000), (20_000, 1_000)
"""Marks in the register, and how many of them are damaged."""
QUALITY_PLACES = 5
SEARCHES = 200
SCANS = 12
ROUNDS = 5
EXACT = 2_000
MEDIAN_MS = {"sqlite": 5.0, "postgresql": 15.0}
P95_MS = {"sqlite": 15.0, "postgresql": 40.0}
MOST_BYTES = 25.0
START_SECONDS = 1.0
ADD_MS = 0.2


def damaged(full: bool) -> Iterator[Line]:
    """Half of the characters illegible: the whole answer, against GLOB or LIKE on the same table.

    Then what the index takes: bytes a mark, seconds to start a process with it, time to add a mark.
    """
    size = FULL if full else SMALL
    for name, url in _registers(size):
        database = Database(url)
        yield from _searched(name, Office(database), size)
        yield Line("mark_index_bytes", name, size, _bytes(database) / size, "bytes/mark", None,
                   MOST_BYTES, "lower", judged="value")  # fmt: skip
        yield Line("mark_index_start", name, size, _start(url), "s", None, START_SECONDS, "lower",
                   judged="value")  # fmt: skip
        yield Line("mark_index_add", name, size, _added(url), "ms", None, ADD_MS, "lower",
                   judged="value")  # fmt: skip
        database.close()


@cache
def _registers(size: int) -> list[tuple[str, str]]:
    """(engine, database url) of registers with so many marks and their index, made once a run."""
    stack = ExitStack()
    atexit.register(stack.close)
    found = stack.enter_context(databases.both())
    for _, url, folder in found:
        population.load(url, size, plain=True)
        database = Database(url)
        index.rebuild(Office(database))
        database.close()
        _vacuumed(url)
        databases.warm(folder)
    return [(name, url) for name, url, _folder in found]


def _searched(name: str, office: Office, size: int) -> Iterator[Line]:
    random = Random(7)
    questions = [_question(half_hidden(population.serial(random.randrange(1, size + 1)), random))
                 for _ in range(SEARCHES)]  # fmt: skip
    times: list[float] = []
    with office.look(OPERATOR) as work:
        engine.answer(work, questions[0])
        for question in questions:
            times.append(_seconds(lambda question=question: engine.answer(work, question)))
        scan = statistics.median(_scanned(work, question.mark) for question in questions[:SCANS])
    centiles = statistics.quantiles(times, n=100)
    yield Line("mark_damaged_median", name, size, 1e3 * centiles[49], "ms", 1e3 * scan, MEDIAN_MS[name],
               "lower", judged="value")  # fmt: skip
    yield Line("mark_damaged", name, size, 1e3 * centiles[94], "ms", 1e3 * scan, P95_MS[name], "lower",
               judged="value")  # fmt: skip
    if size == FULL:
        yield Line("mark_damaged_to_scan", name, size, 1e3 * centiles[49], "ms", 1e3 * scan, 0.05, "lower")


def half_hidden(mark: str, random: Random) -> str:
    """A mark with half of its characters illegible; of an odd number, one more or less by chance."""
    count = (len(mark) + random.randrange(2)) // 2
    hidden = set(random.sample(range(len(mark)), count))
    return "".join("?" if n in hidden else character for n, character in enumerate(mark))


def _question(mark: str, maker: str = "", calibre: str = "") -> Question:
    return Question(TraceKind.FIREARM, Purpose.AUDIT, "bench", mark=mark, maker=maker, calibre=calibre)


def _scanned(work: Work, mark: str) -> float:
    """Seconds of the search without the index: GLOB on SQLite, LIKE on PostgreSQL, by the exact key."""
    driver = work.session.connection().connection.dbapi_connection
    if work.database.is_sqlite:
        return _seconds(lambda: driver.execute(
            "SELECT firearm_id FROM mark NOT INDEXED WHERE key GLOB ?", (mark,)).fetchall())  # fmt: skip
    return _seconds(lambda: driver.execute(
        "SELECT firearm_id FROM mark WHERE key LIKE %s", (mark.replace("?", "_"),)).fetchall())  # fmt: skip


def _vacuumed(url: str) -> None:
    """As the database is after its own housekeeping: space of the changes, now in blocks, is given back."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE, FULL) mark_change")
            connection.execute("VACUUM ANALYZE mark_block")


def _bytes(database: Database) -> int:
    """What blocks and changes take."""
    with database.reader.connect() as connection:
        if not database.is_sqlite:
            sizes = "SELECT sum(pg_total_relation_size(c::regclass)) FROM unnest(%s::text[]) c"
            tables = ["mark_block", "mark_change", "mark_index"]
            return int(connection.exec_driver_sql(sizes, (tables,)).scalar() or 0)
        pages = "SELECT sum(length(ids) + length(planes) + 64) FROM mark_block"
        changes = "SELECT count(*) * 40 FROM mark_change"
        return sum(int(connection.exec_driver_sql(asked).scalar() or 0) for asked in (pages, changes))


def _start(url: str) -> float:
    """Seconds until a new process has the index."""
    database = Database(url)
    database.rows(index._GENERATION, {})
    seconds = _seconds(index.copy_of(database).blocks)
    database.close()
    return seconds


def _added(url: str) -> float:
    """Milliseconds that the index adds to a mark: with the trigger, less without it."""
    rows = [(1, n, "registration", f"ADD{n:06}", "", f"ADD{n:06}", f"A00{n:06}", "", "laser", "intact", "BR",
             2005, "", population.AT) for n in range(100, 2100)]  # fmt: skip
    with_it, without = [], []
    with population.below_the_journal(url):
        for _ in range(ROUNDS):
            with_it.append(_insert(url, rows, "mark"))
            without.append(_insert(url, rows, "bare_mark"))
    return 1e3 * (statistics.median(with_it) - statistics.median(without)) / len(rows)


def _insert(url: str, rows: Sequence[tuple[object, ...]], table: str) -> float:
    """Seconds to insert rows into the table or a copy of it that has its indexes and no trigger, undone."""
    columns = ",".join(population.MARK)
    if url.startswith("sqlite"):
        connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        connection.execute("BEGIN")
        if table == "bare_mark":
            connection.execute("DROP TRIGGER mark_noted")
        insert = f"INSERT INTO mark ({columns}) VALUES ({','.join('?' * len(population.MARK))})"  # noqa: S608
        seconds = _seconds(lambda: connection.executemany(insert, rows))
        connection.execute("ROLLBACK")
        connection.close()
        return seconds
    with psycopg.connect(url.replace("+psycopg", "")) as server, server.cursor() as cursor:
        if table == "bare_mark":
            cursor.execute("ALTER TABLE mark DISABLE TRIGGER mark_noted")
        insert = f"INSERT INTO mark ({columns}) VALUES ({','.join(['%s'] * len(population.MARK))})"  # noqa: S608
        seconds = _seconds(lambda: cursor.executemany(insert, rows))
        server.rollback()
    return seconds


def exact(full: bool) -> Iterator[Line]:
    """A legible mark by its key, as the registry asks for it; to the same statement on the bare driver."""
    size = FULL if full else SMALL
    for name, url in _registers(size):
        database = Database(url)
        random = Random(3)
        keys = [fold_key(population.serial(random.randrange(1, size + 1))) for _ in range(EXACT)]
        prepared = queries.statement("legible", True)
        with (
            Office(database).look(OPERATOR) as work,
            _bare(url, prepared.sqlite if database.is_sqlite else prepared.postgresql) as bare,
        ):
            ours, floors = [], []
            for _ in range(ROUNDS):
                floors.append(_each(bare, keys))
                ours.append(_each(lambda key, work=work: queries.by_mark(work, key), keys))
        value, floor = statistics.median(ours), statistics.median(floors)
        yield Line("mark_exact", name, size, 1e6 * value, "µs", 1e6 * floor, 1.5, "lower")
        database.close()


@contextmanager
def _bare(url: str, sql: str) -> Iterator[Callable[[str], object]]:
    """The same statement on the driver's own connection, its rows as they come."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        connection.execute("PRAGMA cache_size=-64000")
        cursor = connection.cursor()
        yield lambda key: cursor.execute(sql, {"folded": key, "most": queries.MOST + 1}).fetchall()
        connection.close()
        return
    options = "-c default_transaction_read_only=on -c jit=off -c plan_cache_mode=force_generic_plan"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, options=options) as server:
        asking = server.cursor()
        yield lambda key: asking.execute(sql, {"folded": key, "most": queries.MOST + 1}).fetchall()


def quality(full: bool) -> Iterator[Line]:
    """How often the right firearm stands among the first five, and first, with maker and calibre known."""
    size, count = QUALITY_FULL if full else QUALITY_SMALL
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/quality.db"
        firearms = list(serials.made(size))
        serials.load(url, firearms)
        database = Database(url)
        index.rebuild(Office(database))
        random = Random(5)
        with Office(database).look(OPERATOR) as work:
            ranks = [_rank(work, one, kind(one.serial, random))
                     for one, kind in ((random.choice(firearms), serials.DAMAGE[n % len(serials.DAMAGE)])
                                       for n in range(count))]  # fmt: skip
        database.close()
    for name, most, bar in (("mark_quality", 5, 0.95), ("mark_quality_first", 1, 0.85)):
        share = sum(0 < rank <= most for rank in ranks) / count
        yield Line(name, "sqlite", size, share, "share", None, bar, judged="value")
    for n, kind in enumerate(serials.DAMAGE):
        some = ranks[n :: len(serials.DAMAGE)]
        share = sum(0 < rank <= QUALITY_PLACES for rank in some) / len(some)
        yield Line(f"mark_quality_{kind.__name__}", "sqlite", size, share, "share", None, 0.0, judged="value")


def _rank(work: Work, one: serials.Made, mark: str) -> int:
    """Where the firearm stands among the candidates, 0 if it does not or the mark is refused."""
    try:
        answer = engine.answer(work, _question(mark, one.model.maker, one.calibre))
    except Invalid:  # damage made of it what stands for a missing serial: 0000
        return 0
    number = firearm_number(one.key)
    return next((c.rank for c in answer.candidates if c.number == number), 0)


def _each(ask: Callable[[str], object], keys: Sequence[str]) -> float:
    """Median seconds of a look-up."""
    return statistics.median(_seconds(lambda key=key: ask(key)) for key in keys)


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
