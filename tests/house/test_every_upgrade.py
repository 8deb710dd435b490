"""A registry of each revision there ever was, with records in it, is whole when it is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.core.work import OPERATOR, Office
from registry.demo import loading
from tests.engines import Engine, Sqlite, application
from tests.house import carrying
from tests.house.carrying import Rows
from tests.house.test_upgrades import carried_through, faults

ALWAYS = {"party", "person", "firearm", "component", "mark", "custody", "lot", "sale", "movement", "account"}
"""Tables that every revision could fill."""


@pytest.fixture(scope="module")
def records(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rows]:
    """Of a small demonstration, in which nearly every subject has something."""
    with sqlite.ready() as url, application(url, tmp_path_factory.mktemp("demonstration")) as app:
        office: Office = app.extensions["registry"].office
        list(loading.fill_if_empty(office, OPERATOR, 60, 14))
        yield carrying.records_of(office.database)


@pytest.mark.parametrize("revision", sorted(migrate.known()))
def test_records_of_a_revision_are_there_today(
    revision: str, empty_database_url: str, records: Rows, tmp_path: Path
) -> None:
    carried = carried_through(empty_database_url, records, (revision,))
    assert carried.tables() >= ALWAYS
    assert {name: n for name, n in carried.refused.items() if n} == {}
    assert faults(empty_database_url, carried, tmp_path) == []


def test_a_row_that_went_on_the_way_is_noticed(sqlite: Engine, records: Rows, tmp_path: Path) -> None:
    """The control: without the change of one row, and without the row of another, nothing is whole."""
    with sqlite.empty() as url:
        carried = carried_through(url, records, ("0026",))
        database = Database(url)
        with Office(database).begin(OPERATOR) as work:
            work.session.execute(text("UPDATE firearm SET model = 'another' WHERE id = 1"))
        assert set(carrying.lost(database, carried)) == {"firearm"}
        with database.writer.begin() as connection:
            triggers.remove(connection)
            connection.execute(text("DELETE FROM custody WHERE firearm_id = 2 AND n = 1"))
            triggers.install(connection, Base.metadata)
        database.close()
        found = faults(url, carried, tmp_path)
        assert "lost: custody" in found
        assert any("custody" in problem for problem in found if "lost" not in problem)
