"""A registry of any size, loaded by the raw driver: makers, firearms, marks, custody.

Every fiftieth firearm has ten steps of custody, the others two; every second one has an import mark too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.marks.reading import fold_key
from tests.bench import bulk

MAKERS = 20
HOLDERS = 1000
LONG_CHAIN = 50
AT = "2026-01-01 00:00:00+00:00"
FIRST_DAY = date(2000, 1, 1)
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
STATE = ("code", "name", "historic", "version")
FIREARM = (
    "id",
    "type",
    "action",
    "maker_id",
    "model",
    "calibre",
    "calibre_text",
    "country_made",
    "year_made",
    "out_of_scope",
    "status",
    "holder_id",
    "marks",
    "components",
    "steps",
    "created_at",
    "version",
)
MARK = (
    "firearm_id",
    "n",
    "kind",
    "text",
    "symbols",
    "key",
    "folded",
    "place",
    "technique",
    "condition",
    "country",
    "year",
    "marked_by",
    "recorded_at",
)
CUSTODY = (
    "firearm_id",
    "n",
    "kind",
    "happened_on",
    "from_id",
    "to_id",
    "place",
    "document_kind",
    "document_number",
    "recorded_at",
    "recorded_by",
)
PARTY = (
    "id",
    "kind",
    "name",
    "name_key",
    "short_name",
    "country",
    "place",
    "identifier",
    "created_at",
    "version",
)


def serial(key: int) -> str:
    """The serial of a firearm: three letters and six digits, spread so that neighbours differ."""
    spread = key * 7919 % 999_983
    letters = "".join(LETTERS[key // 23**power % 23] for power in range(3))
    return f"{letters}{spread:06d}"


def load(url: str, size: int, plain: bool = False) -> None:
    """Fill an empty database with `size` firearms, below the journal: they are not what is measured.

    plain: each with its serial and one step of custody alone.
    """
    migrate.upgrade(url)
    fill(url, list(_tables(size, plain)))


def fill(url: str, tables: Sequence[bulk.Table]) -> None:
    """Rows into a migrated database that nobody else has open, below the journal."""
    names = [table for table, *_ in tables]
    with below_the_journal(url):
        if url.startswith("sqlite"):
            bulk.into_sqlite(make_url(url).database or "", names, tables)
        else:
            bulk.into_postgresql(url.replace("+psycopg", ""), names, tables)


@contextmanager
def below_the_journal(url: str) -> Iterator[None]:
    """Rows may be written as they are: no entry in the ledger is asked for."""
    _journal(url, triggers.remove)
    yield
    _journal(url, lambda connection: triggers.install(connection, Base.metadata))


def _journal(url: str, change: Callable[[Connection], None]) -> None:
    database = Database(url)
    with database.writer.begin() as connection:
        change(connection)
    database.close()


def _tables(size: int, plain: bool) -> Iterator[bulk.Table]:
    yield (
        "state",
        STATE,
        iter([("BR", "Brazil", False, 1), ("AT", "Austria", False, 1)]),
    )
    yield "calibre", ("code", "name"), iter([("9x19", "9 mm Luger")])
    yield "party", PARTY, (_party(key) for key in range(1, MAKERS + HOLDERS + 1))
    one = 1 if plain else None
    yield "firearm", FIREARM, (_firearm(key, one) for key in range(1, size + 1))
    yield "mark", MARK, (row for key in range(1, size + 1) for row in islice(_marks(key), one))
    yield "custody", CUSTODY, (row for key in range(1, size + 1) for row in islice(_custody(key), one))


def _party(key: int) -> tuple[Any, ...]:
    kind = "maker" if key <= MAKERS else "dealer"
    return (key, kind, f"Bench {kind} {key}", f"bench {kind} {key}", "", "BR", "", "", AT, 1)


def steps_of(key: int) -> int:
    """How many steps of custody a firearm has."""
    return 10 if key % LONG_CHAIN == 0 else 2


def _firearm(key: int, one: int | None) -> tuple[Any, ...]:
    steps = one or steps_of(key)
    return (
        key,
        "pistol",
        "semi_automatic",
        key % MAKERS + 1,
        f"M{key % 40}",
        "9x19",
        "9x19",
        "BR",
        1999,
        "",
        "sold",
        key % MAKERS + 1 if steps == 1 else MAKERS + 1 + (key + steps) % HOLDERS,
        one or 2 - key % 2,
        0,
        steps,
        AT,
        1,
    )


def _marks(key: int) -> Iterator[tuple[Any, ...]]:
    text = serial(key)
    yield (
        key,
        1,
        "manufacture",
        text,
        "",
        text,
        fold_key(text),
        "",
        "engraved",
        "intact",
        "BR",
        1999,
        "",
        AT,
    )
    if key % 2 == 0:
        yield (key, 2, "import", "BR 05", "", "BR05", "8R05", "", "laser", "intact", "BR", 2005, "", AT)


def _custody(key: int) -> Iterator[tuple[Any, ...]]:
    holder = key % MAKERS + 1
    yield (key, 1, "manufactured", _day(0), None, holder, "", "production_record", f"P{key}", AT, 0)
    for n in range(2, steps_of(key) + 1):
        to = MAKERS + 1 + (key + n) % HOLDERS
        yield (key, n, "sold", _day(n * 90), holder, to, "", "invoice", f"I{key}-{n}", AT, 0)
        holder = to


def _day(days: int) -> str:
    return (FIRST_DAY + timedelta(days=days)).isoformat()
