"""Firearms and lots on two servers, by hash: the registry's own traces answer there what they answer on one.

PostgreSQL's partitions, half of them foreign tables, stand in for a distributed engine. The schema's triggers
and pointers are off, as `tests/house/spreading.py` says they would have to be.
"""

# ruff: noqa: T201, S608 - what was measured is said; names are the schema's own
from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import select

from registry.ammunition.marking_tables import LotMarking
from registry.ammunition.tables import Lot
from registry.core import migrate
from registry.core.database import Base, Database, Prepared
from registry.core.work import OPERATOR, Actor, Office
from registry.demo import loading
from registry.firearms.queries import firearm_number
from registry.firearms.tables import Firearm, Mark
from registry.tracing import cartridge_queries, engine, queries
from schemas.tracing import Answer, Question
from schemas.vocabulary import Outcome, Purpose, Role, TraceKind
from tests.engines import application, set_up
from tests.house.spreading import SPREAD
from tests.makers import EVERYTHING, make_actor
from tests.upkeep.standbys import Fleet, Server, begin, servers

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(400)]
FIREARMS, LOTS = 150, 20
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
WHY = {"purpose": Purpose.CRIMINAL_INVESTIGATION, "case_number": "1/2026"}
ASKING = (EVERYTHING, make_actor(Role.POLICE))
REPLICA = "ALTER DATABASE registry SET session_replication_role = replica"
SMALL = sorted(set(Base.metadata.tables) - set(SPREAD))
"""What each machine of a distributed engine would have, or what is looked up there: here it is on one."""


@dataclass
class Spread:
    """whole: a registry on one server; spread: the same records on two."""

    fleet: Fleet
    whole: Office
    spread: Office


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spread]:
    with servers(("one", "two")) as fleet:
        one, two = fleet["one"], fleet["two"]
        for server in (one, two):
            begin(server)
            server.ask("CREATE DATABASE registry", "postgres")
            migrate.upgrade(server.url)
            server.ask(REPLICA)
        one.ask("CREATE DATABASE whole", "postgres")
        url = one.url.replace("/registry", "/whole")
        set_up(url)
        with application(url, tmp_path_factory.mktemp("whole")) as app:
            whole: Office = app.extensions["registry"].office
            list(loading.fill_if_empty(whole, OPERATOR, FIREARMS, LOTS))
            spread_over(one, two)
            spread = copy(whole)
            spread.database = Database(one.url)
            yield Spread(fleet, whole, spread)
            spread.database.close()


def spread_over(one: Server, two: Server) -> None:
    """Every table of a firearm or a lot as two partitions, one here and one there; then the records."""
    with psycopg.connect(one.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgres_fdw")
        for name, server, database in (("whole", one, "whole"), ("two", two, "registry")):
            connection.execute(
                f"CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw"
                f" OPTIONS (host '127.0.0.1', port '{server.port}', dbname '{database}')"
            )
            connection.execute(f"CREATE USER MAPPING FOR postgres SERVER {name} OPTIONS (user 'postgres')")
            connection.execute(f"CREATE SCHEMA {name}")
        connection.execute("IMPORT FOREIGN SCHEMA public FROM SERVER whole INTO whole")
        names = ", ".join(SPREAD)
        connection.execute(f"IMPORT FOREIGN SCHEMA public LIMIT TO ({names}) FROM SERVER two INTO two")
        for table, column in SPREAD.items():
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_one")
            connection.execute(
                f"CREATE TABLE {table} (LIKE {table}_one INCLUDING DEFAULTS) PARTITION BY HASH ({column})"
            )
            for number, part in enumerate((f"{table}_one", f"two.{table}")):
                connection.execute(
                    f"ALTER TABLE {table} ATTACH PARTITION {part}"
                    f" FOR VALUES WITH (MODULUS 2, REMAINDER {number})"
                )
        for table in SMALL:
            connection.execute(f"TRUNCATE {table} CASCADE")
        for table in (*SPREAD, *SMALL):
            connection.execute(f"INSERT INTO {table} SELECT * FROM whole.{table}")
        connection.execute("ANALYZE")


def test_what_belongs_together_is_on_one_server(made: Spread) -> None:
    one, two = made.fleet["one"], made.fleet["two"]
    shares = {}
    for table, column in SPREAD.items():
        parent = table if column == "id" else column.removesuffix("_id")
        astray = f"SELECT count(*) FROM {{}} t WHERE NOT EXISTS (SELECT FROM {{}} p WHERE p.id = t.{column})"
        assert one.ask(astray.format(f"{table}_one", f"{parent}_one")) == 0
        assert two.ask(astray.format(table, parent)) == 0
        shares[table] = (
            one.ask(f"SELECT count(*) FROM {table}_one"),
            two.ask(f"SELECT count(*) FROM {table}"),
        )
        with made.whole.look(OPERATOR) as work:
            every = work.session.scalar(select(Base.metadata.tables[table].c[column]).limit(1))
        assert every is None or sum(shares[table]) > 0
    print(f"\nrows on each of two servers: {shares}")
    for table in ("firearm", "mark", "custody", "lot", "movement", "packing"):
        assert min(shares[table]) > 0, table


def questions(office: Office) -> list[Question]:
    """Every mark as it is and damaged, every number, every lot by its code, its cartridges, its headstamp."""
    with office.look(OPERATOR) as work:
        marks = sorted(set(work.session.scalars(select(Mark.text).where(Mark.folded != ""))))
        keys = list(work.session.scalars(select(Firearm.id)))
        lots = work.session.execute(select(Lot.code, Lot.quantity)).all()
        stamps = sorted(set(work.session.scalars(select(LotMarking.headstamp))))
    worn = [f"{text[:2]}??{text[4:]}" for text in marks if len(text) > 6 and text.isascii()]
    told = [*marks, *worn[:60], *map(firearm_number, keys), "NOT 9999 THERE"]
    found = [Question(TraceKind.FIREARM, mark=text, **WHY) for text in told]  # type: ignore[arg-type]
    for code, quantity in lots:
        for position in (None, 1, 2, quantity // 2, quantity):
            found.append(Question(TraceKind.CARTRIDGE, code=code, position=position, **WHY))  # type: ignore[arg-type]
    found += [Question(TraceKind.CARTRIDGE, headstamp=text, **WHY) for text in stamps if text]  # type: ignore[arg-type]
    return found


def answered(office: Office, who: Actor, question: Question) -> tuple[Answer | str, float]:
    """The answer, or what was refused; and how long it took, in seconds."""
    began = time.perf_counter()
    with office.look(who, question.purpose, question.case_number) as work:
        work.now = NOW
        try:
            found: Answer | str = engine.answer(work, question)
        except Exception as error:  # noqa: BLE001 - a refusal has to be the same, too
            found = repr(error)
        work.note = {}  # nothing is kept: the ledger is not what is looked at here
    return found, time.perf_counter() - began


def test_every_trace_says_on_two_servers_what_it_says_on_one(made: Spread) -> None:
    outcomes: dict[str, int] = {}
    took: dict[str, list[float]] = {"one": [], "two": []}
    asked = questions(made.whole)
    for who in ASKING:
        for question in asked:
            whole, first = answered(made.whole, who, question)
            spread, second = answered(made.spread, who, question)
            assert spread == whole, question
            outcome = whole.outcome.value if isinstance(whole, Answer) else "refused"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            took["one"].append(first)
            took["two"].append(second)
    median = {name: statistics.median(times) * 1000 for name, times in took.items()}
    print(
        f"\n{len(asked)} questions by {len(ASKING)} people: {outcomes}, alike on one server and on two;"
        f" {median['one']:.1f} ms at the median on one, {median['two']:.1f} ms on two"
    )
    assert {Outcome.IDENTIFIED.value, Outcome.LOT_IDENTIFIED.value, Outcome.CANDIDATES.value} <= set(outcomes)


def servers_asked(made: Spread, statement: Prepared, **values: int) -> set[str]:
    """On which servers tables of firearms and lots were read for a statement."""
    given = ", ".join(str(values[name]) for name in statement.names)
    with psycopg.connect(made.fleet["one"].url.replace("+psycopg", "")) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(b"PREPARE asked AS " + statement.numbered)
        plan = [line for (line,) in connection.execute(f"EXPLAIN ANALYZE EXECUTE asked ({given})")]
    read = [line for line in plan if SCANS.search(line) and "never executed" not in line]
    return {"two" if "Foreign" in line else "one" for line in read}


SCANS = re.compile(rf"Foreign Scan|Scan.* on ({'|'.join(SPREAD)})_one")


def test_what_belongs_to_one_firearm_or_lot_is_read_on_its_server_alone(made: Spread) -> None:
    one, two = made.fleet["one"], made.fleet["two"]
    numbered = queries._STATEMENTS["numbered", True]
    for server, name, suffix in ((one, "one", "_one"), (two, "two", "")):
        firearm = server.ask(f"SELECT max(id) FROM firearm{suffix}")
        lot = server.ask(f"SELECT max(lot_id) FROM movement{suffix}")
        assert servers_asked(made, numbered, firearm=firearm, most=1) == {name}
        assert servers_asked(made, cartridge_queries._CHAINS[True], lot=lot, position=0) == {name}
        assert servers_asked(made, cartridge_queries._RUNS, lot=lot) == {name}
    where = Prepared("SELECT count(*) FROM mark WHERE folded >= :place || ''")
    assert servers_asked(made, where, place=0) == {"one", "two"}, "the control: a mark may be anywhere"
