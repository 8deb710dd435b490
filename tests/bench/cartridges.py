"""Ammunition: the trace of one cartridge, how it grows, what a cartridge costs to keep, and sales.

A lot has 10,000 cartridges in boxes of 50 and cartons of 1,000, laid out by arithmetic. It is sold in 4
parts to dealers, each goes in 5 spans to units, and one of those hands its cartridges on, down to a box
that has ten holders: 32 movements and 4 lines of the register to a lot.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from registry.ammunition import acts, sales_acts
from registry.core.database import Database, Prepared
from registry.core.numbers import registry_number
from registry.core.work import OPERATOR, Office
from registry.directory import acts as directory
from registry.tracing import cartridge_queries, engine
from schemas.ammunition import LotNew, SaleNew
from schemas.ammunition_sales import SaleLine
from schemas.directory import PartyNew
from schemas.tracing import Question
from schemas.vocabulary import MarkingScheme, Outcome, PartyKind, Purpose, TraceKind
from tests.bench import population
from tests.bench.databases import both
from tests.bench.line import Line
from tests.engines import set_up

CARTRIDGES = 10_000
FULL, SMALL = 100_000, 1_000  # lots
PARTIES = 200
ROUNDS = 5
TRACES = 200
DAY = date(2020, 1, 7)
AT = "2020-01-08 00:00:00"
LOT = ("id", "maker_id", "code", "code_key", "code_folded", "calibre", "product_code", "product", "gtin",
       "quantity", "produced_on", "scheme", "historical", "sales", "packages", "created_at",
       "version")  # fmt: skip
SALE = ("lot_id", "n", "seller_id", "buyer_id", "sold_on", "quantity", "authorization", "product_code",
        "description", "invoice_number", "invoice_series", "invoice_date", "permit_number", "permit_date",
        "recorded_at", "recorded_by")  # fmt: skip
MOVEMENT = ("lot_id", "depth", "first", "last", "parent_depth", "parent_first", "kind", "happened_on",
            "from_id", "to_id", "sale_n", "place", "document", "unit", "recorded_at",
            "recorded_by")  # fmt: skip
PACKING = ("lot_id", "level", "round", "first", "last", "size", "n", "packed_on")
Row = tuple[Any, ...]


class Loaded:
    """A database of lots on one engine, loaded through its triggers by the driver itself."""

    def __init__(self, url: str) -> None:
        set_up(url)
        self.url, self.lots = url, 0
        self.office = Office(Database(url), "BR")
        with self.office.begin(OPERATOR) as work:
            kinds = [PartyKind.MAKER] + [PartyKind.DEALER] * (PARTIES - 1)
            for n, kind in enumerate(kinds):
                directory.register_party(work, PartyNew(kind=kind, country="BR", name=f"Party {n}"))
        self.driver = connect(url)

    def grow(self, lots: int) -> float:
        """Load lots until there are so many; answers the seconds it took."""
        start = time.perf_counter()
        with population.below_the_journal(self.url):
            for at in range(self.lots, lots, 1_000):
                self._load(range(at, min(at + 1_000, lots)))
        self.lots = lots
        self.settle()
        return time.perf_counter() - start

    def settle(self) -> None:
        """Everything in the database file, and the planner's statistics current."""
        if isinstance(self.driver, sqlite3.Connection):
            self.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            self.driver.execute("VACUUM ANALYZE")

    def _load(self, some: range) -> None:
        for table, columns, rows in (
            ("lot", LOT, lot_rows), ("packing", PACKING, packing_rows), ("sale", SALE, sale_rows),
            ("movement", MOVEMENT, movement_rows),
        ):  # fmt: skip
            put(self.driver, table, columns, [row for n in some for row in rows(n)])

    def size(self) -> int:
        """Bytes of the database."""
        if isinstance(self.driver, sqlite3.Connection):
            pages = self.driver.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            )
        else:
            pages = self.driver.execute("SELECT pg_database_size(current_database())")
        return int(pages.fetchone()[0])  # type: ignore[index]

    def close(self) -> None:
        self.driver.close()
        self.office.database.close()


def connect(url: str) -> Any:
    """The engine's own driver, each statement its own transaction unless one is begun."""
    if url.startswith("sqlite"):
        driver = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        driver.execute("PRAGMA synchronous=FULL")
        driver.execute("PRAGMA foreign_keys=ON")
        return driver
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def put(driver: Any, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    """Rows in one transaction, as fast as the driver can."""
    named = ", ".join(f'"{column}"' for column in columns)
    driver.execute("BEGIN")
    if isinstance(driver, sqlite3.Connection):
        places = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({named}) VALUES ({places})", rows)  # noqa: S608
    else:
        with driver.cursor().copy(f"COPY {table} ({named}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    driver.execute("COMMIT")


def code(n: int) -> str:
    return "".join("ACEFHJKMNPRTVWXY"[n // 16**power % 16] for power in range(5)) + "37"


def lot_rows(n: int) -> Iterator[Row]:
    yield (n + 1, 1, code(n), code(n), code(n), "9x19", "9E", "9 mm Luger", "", CARTRIDGES, "2019-11-01",
           "serialised", 0, 4, 210, AT, 1)  # fmt: skip


def packing_rows(n: int) -> Iterator[Row]:
    yield n + 1, "carton", 0, 0, CARTRIDGES - 1, 1_000, 1, "2019-11-02"
    yield n + 1, "unit_box", 0, 0, CARTRIDGES - 1, 50, 11, "2019-11-02"


def sale_rows(n: int) -> Iterator[Row]:
    for part in range(4):
        yield (n + 1, part + 1, 1, dealer(n, part), "2020-01-07", 2_500, f"EB-{n}-{part}", "9E", "9 mm Luger",
               f"NF-{n}-{part}", "1", "2020-01-07", f"GT-{n}", "2020-01-07", AT, 1)  # fmt: skip


def movement_rows(n: int) -> Iterator[Row]:
    """The whole lot; 4 sales; 20 transfers; and 7 more of a span that narrows down to one box."""
    tail = ("", "", "", AT, 1)
    yield n + 1, 0, 0, CARTRIDGES - 1, None, None, "manufactured", "2019-11-01", None, 1, None, *tail
    for part in range(4):
        yield (n + 1, 1, part * 2_500, part * 2_500 + 2_499, 0, 0, "sold", "2020-01-07", 1, dealer(n, part),
               part + 1, "", f"NF-{n}-{part}", "", AT, 1)  # fmt: skip
    for span in range(20):
        part, first = span // 5, span * 500
        yield (n + 1, 2, first, first + 499, 1, part * 2_500, "transferred", "2020-02-07", dealer(n, part),
               dealer(n, part, span + 1), None, *tail)  # fmt: skip
    giver, last = dealer(n, 0, 1), 499
    for depth in range(3, 10):
        taker, last = dealer(n, 0, depth * 7), max(last - 70, 49)
        yield n + 1, depth, 0, last, depth - 1, 0, "transferred", "2020-03-07", giver, taker, None, *tail
        giver = taker


def dealer(n: int, part: int, further: int = 0) -> int:
    return 2 + (n * 7 + part * 41 + further * 11) % (PARTIES - 1)


def question(lot: int, position: int) -> Question:
    return Question(
        TraceKind.CARTRIDGE,
        Purpose.RECOVERED_FIREARM,
        "1",
        code=code(lot),
        maker="Party 0",
        position=position,
    )


def traced(full: bool) -> Iterator[Line]:
    """A cartridge to its last of ten holders, in the process; to the same statements by the driver."""
    lots = FULL if full else SMALL
    with both() as engines:
        for name, url, _ in engines:
            loaded = Loaded(url)
            loaded.grow(lots)
            value, floor = trace_time(loaded)
            loaded.close()
            size = lots * CARTRIDGES
            yield Line("cartridge_trace", name, size, 1e6 * value, "µs", 1e6 * floor, 3.0, "lower")
            yield Line("cartridge_trace", name, size, 1e3 * value, "ms", None, 5.0, "lower", judged="value")


def trace_time(loaded: Loaded) -> tuple[float, float]:
    """Medians of the seconds of a trace and of the raw statements it needs, interleaved."""
    picked = random.Random(loaded.lots)
    wanted = [(picked.randrange(loaded.lots), picked.randrange(50)) for _ in range(TRACES)]
    traces, floors = [], []
    for _ in range(ROUNDS):
        for lot, position in wanted:
            traces.append(timed(lambda lot=lot, position=position: trace(loaded, lot, position)))
            floors.append(timed(lambda lot=lot, position=position: raw(loaded, lot, position)))
    return statistics.median(traces), statistics.median(floors)


def trace(loaded: Loaded, lot: int, position: int) -> None:
    with loaded.office.look(OPERATOR) as work:
        answer = engine.answer(work, question(lot, position + 1))
    if answer.outcome is not Outcome.IDENTIFIED or len(answer.steps) != 10:
        raise AssertionError("the trace did not find ten holders")


RAW = (
    Prepared("SELECT l.*, p.name FROM lot l JOIN party p ON p.id = l.maker_id WHERE l.code_folded = :code"),
    Prepared(cartridge_queries.CHAIN.format(giver="a.name", taker="b.name", persons="")),
    Prepared("SELECT level, round, first, last, size, n FROM packing WHERE lot_id = :lot"),
    Prepared("SELECT quantity FROM ammunition_rule WHERE kind = 'lot_limit'"),
)


def raw(loaded: Loaded, lot: int, position: int) -> None:
    values = {"code": code(lot), "lot": lot + 1, "position": position}
    for statement in RAW:
        if isinstance(loaded.driver, sqlite3.Connection):
            loaded.driver.execute(statement.sqlite, values).fetchall()
        else:
            loaded.driver.execute(statement.postgresql, values).fetchall()


def grown(full: bool) -> Iterator[Line]:
    """The same trace at the full size, to a tenth of it."""
    lots = FULL if full else SMALL
    with both() as engines:
        for name, url, _ in engines:
            loaded = Loaded(url)
            loaded.grow(lots // 10)
            tenth, _ = trace_time(loaded)
            loaded.grow(lots)
            value, _ = trace_time(loaded)
            loaded.close()
            size = lots * CARTRIDGES
            yield Line("cartridge_growth", name, size, 1e6 * value, "µs", 1e6 * tenth, 1.3, "lower")


def kept(full: bool) -> Iterator[Line]:
    """Bytes a cartridge with everything of its lot; to one row a cartridge in the same database."""
    lots = FULL if full else SMALL
    rows = 10_000_000 if full else 200_000
    with both() as engines:
        for name, url, _ in engines:
            loaded = Loaded(url)
            before = loaded.size()
            seconds = loaded.grow(lots)
            size = lots * CARTRIDGES
            value, speed = (loaded.size() - before) / size, size / seconds
            floor, plain = one_row_each(loaded, rows)
            loaded.close()
            bar = 1.0 if name == "sqlite" else 2.0
            yield Line("cartridge_bytes", name, size, value, "bytes", floor, bar, "lower", judged="value")
            yield Line("cartridge_bytes", name, size, value, "bytes", floor, 1 / 8, "lower")
            yield Line("cartridge_bytes", name, size, speed, "cartridges/s", plain, 50.0)


def one_row_each(loaded: Loaded, rows: int) -> tuple[float, float]:
    """Bytes and rows a second of a table with a row for each cartridge and where it is.

    It has the keys without which it could not take the movements' place: lots and holders exist, and what
    a holder has is found.
    """
    loaded.driver.execute(
        "CREATE TABLE one_each (lot_id BIGINT REFERENCES lot(id), position BIGINT,"
        " holder_id BIGINT REFERENCES party(id), kind TEXT, since DATE, PRIMARY KEY (lot_id, position))"
    )
    loaded.driver.execute("CREATE INDEX ix_one_each ON one_each (holder_id, lot_id)")
    before, start = loaded.size(), time.perf_counter()
    for at in range(0, rows, 100_000):
        made = [
            (n // CARTRIDGES + 1, n % CARTRIDGES, n % PARTIES + 1, "sold", "2020-01-07")
            for n in range(at, at + 100_000)
        ]
        put(loaded.driver, "one_each", ("lot_id", "position", "holder_id", "kind", "since"), made)
    loaded.settle()
    seconds = time.perf_counter() - start
    return (loaded.size() - before) / rows, rows / seconds


def shop(url: str, lots: int) -> tuple[Office, list[int], list[str]]:
    """Fresh lots of which the maker has everything, and who buys."""
    set_up(url)
    office = Office(Database(url), "BR")
    with office.begin(OPERATOR) as work:
        maker = directory.register_party(
            work, PartyNew(kind=PartyKind.MAKER, country="BR", name="Maker")
        ).number
        buyers = [
            directory.register_party(
                work, PartyNew(kind=PartyKind.DEALER, country="BR", name=f"Dealer {n}")
            ).number
            for n in range(100)
        ]
        for n in range(lots):
            new = LotNew(maker, code(n), "9x19", "9E", "9 mm", CARTRIDGES, DAY, MarkingScheme.SERIALISED)
            acts.register_lot(work, new)
    return office, list(range(1, lots + 1)), [maker, *buyers]


def sale(parties: list[str], n: int) -> dict[str, Any]:
    return {
        "seller": parties[0], "buyer": parties[1 + n % 100], "sold_on": DAY, "authorization": f"EB-{n}",
        "invoice_number": f"NF-{n}", "invoice_series": "1", "invoice_date": DAY, "permit_number": "GT-1",
        "permit_date": DAY, "quantity": 50,
    }  # fmt: skip


def sold_single(full: bool) -> Iterator[Line]:
    """Sales a second, each judged and durable before the next; to bare inserts of the same rows."""
    many = 10_000 if full else 400
    with both() as engines:
        for name, url, _ in engines:
            value, floor = single_rates(url, many)
            yield Line("sales_single", name, many, value, "sales/s", floor, 300, judged="value")


def single_rates(url: str, many: int) -> tuple[float, float]:
    """Sales and bare inserts a second."""
    office, lots, parties = shop(url, many // 100)
    seconds = sum(timed(lambda n=n: sell(office, lots[n % len(lots)], parties, n)) for n in range(many))
    driver = connect(url)
    bare(driver, [0])
    plain = sum(timed(lambda n=n: bare(driver, [n])) for n in range(min(many, 1_000)))
    driver.close()
    office.database.close()
    return many / seconds, min(many, 1_000) / plain


def sell(office: Office, lot: int, parties: list[str], n: int) -> None:
    with office.begin(OPERATOR) as work:
        acts.sell(work, lot, SaleNew(**sale(parties, n)))


def sold_in_bulk(full: bool) -> Iterator[Line]:
    """Sales a second in reports of many lines, each line judged; to bare inserts of the same rows."""
    many, report = (1_000_000, 20_000) if full else (10_000, 5_000)
    with both() as engines:
        for name, url, _ in engines:
            value, floor = bulk_rates(url, many, report)
            yield Line("sales_bulk", name, many, value, "sales/s", floor, 10_000, judged="value")


def bulk_rates(url: str, many: int, report: int) -> tuple[float, float]:
    """Sales and bare inserts a second, in reports of so many lines."""
    office, lots, parties = shop(url, many // 100)
    seconds = 0.0
    for at in range(0, many, report):
        lines = [
            SaleLine(lot=registry_number("L", lots[n * len(lots) // many]), **sale(parties, n))
            for n in range(at, at + report)
        ]
        seconds += timed(lambda lines=lines: reported(office, lines))
    driver = connect(url)
    bare(driver, [0])
    plain = timed(lambda: bare(driver, list(range(report))))
    driver.close()
    office.database.close()
    return many / seconds, report / plain


def reported(office: Office, lines: list[SaleLine]) -> None:
    with office.begin(OPERATOR) as work:
        found = sales_acts.report_sales(work, "bench", "", lines)
    if found.refused:
        raise AssertionError(f"{found.refused} lines were refused: {found.outcome[0].unmet}")


def bare(driver: Any, numbers: list[int]) -> None:
    """The row of a sale and of its movement, without keys, triggers or rules."""
    for table, columns in (("bare_sale", SALE), ("bare_movement", MOVEMENT)):
        types = ", ".join(f'"{column}" TEXT' for column in columns)
        driver.execute(f"CREATE TABLE IF NOT EXISTS {table} ({types})")
        put(driver, table, columns, [tuple(str(n) for _ in columns) for n in numbers])


def timed(act: Callable[[], object]) -> float:
    """The seconds an act takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
