"""A registry that has run through every revision with records in it is whole today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.core.work import Office
from registry.ledger import exports, log, verifier
from schemas.vocabulary import Role
from tests.engines import Engine, application, set_up
from tests.house import carrying
from tests.house.carrying import Carried, Rows
from tests.makers import bearer

STOPS = ("0002", "0044")
"""Where records of new tables are added on the way: the first tables, and what the next forty brought."""
NEWEST_BUT_ONE = sorted(migrate.known())[-2:-1]
"""Where they are added on PostgreSQL, which tries every revision in `test_every_upgrade`."""
PLACES = ("firearms", "lots", "licences", "shipments", "parties", "recoveries", "deactivations", "traces")


@pytest.fixture(
    params=[
        pytest.param(("sqlite", STOPS), marks=pytest.mark.sqlite, id="a-file"),
        pytest.param(("postgresql", NEWEST_BUT_ONE), marks=pytest.mark.postgresql, id="a-server"),
    ]
)
def earlier(request: pytest.FixtureRequest) -> Iterator[tuple[str, Sequence[str]]]:
    """An empty database on each engine, whatever the records to carry were made on; where it stops."""
    name, stops = request.param
    engine: Engine = request.getfixturevalue(name)
    with engine.empty() as url:
        yield url, stops


@pytest.fixture(scope="module")
def records(demonstration: Flask) -> Rows:
    return carrying.records_of(demonstration.extensions["registry"].database)


def carried_through(url: str, records: Rows, stops: Sequence[str]) -> Carried:
    """A database that was at each of the stops, and got there what was new."""
    carried, database = Carried(), Database(url)
    for stop in stops:
        migrate.upgrade(url, stop)
        carrying.add(database, records, carried)
    database.close()
    migrate.upgrade(url)
    set_up(url)
    return carried


def faults(url: str, carried: Carried, folder: Path) -> list[str]:
    """What is wrong with a database that was upgraded; it is set up once more on the way."""
    with application(url, folder) as app:
        office: Office = app.extensions["registry"].office
        found = [f"lost: {name}" for name in carrying.lost(office.database, carried)]
        with office.database.writer.connect() as connection:
            found += triggers.differences(connection, Base.metadata)
        key = log.signer(folder, "BR")
        with exports.signed(office, key) as connection:
            problems = verifier.verify(exports.collected(connection), str(key.key), []).problems
        found += [str(problem) for problem in problems]
        reader = bearer(app, Role.AUDITOR)
        answers = {place: app.test_client().get(f"/api/v1/{place}", headers=reader) for place in PLACES}
        found += [
            f"{place}: {told.status_code}" for place, told in answers.items() if told.status_code != 200
        ]
        found += [f"{place} is empty" for place in carried.tables() & {*PLACES} if not answers[place].json]
    return found


@pytest.mark.parametrize("played", ["sqlite"], indirect=True)
def test_records_of_every_time_are_there_after_all_revisions(
    earlier: tuple[str, Sequence[str]], records: Rows, tmp_path: Path
) -> None:
    url, stops = earlier
    carried = carried_through(url, records, stops)
    assert len(carried.tables()) > 80
    assert {name: n for name, n in carried.refused.items() if n} == {}
    assert faults(url, carried, tmp_path) == []
