"""An upgrade that is broken off, wherever that is and however often, is gone on with by the next one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from flask import Flask

from registry.app import JournalBrokenError, begin_to_keep
from registry.core import migrate
from registry.core.database import Database
from registry.core.journal import restating, stated, triggers
from registry.core.settings import SOURCE_ROOT
from registry.upkeep import engine_checks
from registry.upkeep.findings import Health
from tests.engines import Engine, application
from tests.house import carrying
from tests.house.carrying import Carried
from tests.house.test_upgrades import faults

BEFORE, BETWEEN = "0066", "0067"
"""A revision that the version before may have been at, and one that gives a table of the journal a column."""
LATER = {"licence_line"}
"""Tables with rows that have got columns since."""


class BrokenOffError(Exception):
    """What ends an upgrade."""


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, demonstration: Flask) -> Iterator[tuple[str, Carried]]:
    """A registry with records at the revision of before, its journal as that version kept it."""
    engine: Engine = request.getfixturevalue(request.param)
    with engine.empty() as url:
        migrate.upgrade(url, BEFORE)
        carried, database = Carried(), Database(url)
        carrying.add(database, carrying.records_of(demonstration.extensions["registry"].database), carried)
        database.close()
        assert migrate.runs_beside(url)
        yield url, carried


def after(place: Any, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Broken off when a function has done its work."""

    def patch(within: pytest.MonkeyPatch) -> None:
        real = getattr(place, name)

        def broken(*given: Any) -> None:
            real(*given)
            raise BrokenOffError

        within.setattr(place, name, broken)

    return patch


def instead(_config: Any, _revision: str) -> None:
    """No migration at all."""
    raise BrokenOffError


def in_between(config: Any, _revision: str, real: Callable[..., None] = command.upgrade) -> None:
    """Some of the migrations."""
    real(config, BETWEEN)
    raise BrokenOffError


POINTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "before the first migration": lambda within: within.setattr(command, "upgrade", instead),
    "between two": lambda within: within.setattr(command, "upgrade", in_between),
    "after the last": after(command, "upgrade"),
    "without triggers": after(triggers, "remove"),
    "rows stated anew": after(restating, "restate"),
    "triggers made anew": after(triggers, "install"),
    "all but the commit": after(stated, "keep"),
}
KILLED = """
import os, signal, sys
from registry.core import migrate
from registry.core.journal import restating
from registry.tables import TABLES
real = restating.restate
def killed(*given):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)
restating.restate = killed
migrate.upgrade(sys.argv[1])
"""


def behind(url: str) -> set[str]:
    database = Database(url)
    with database.reader.connect() as connection:
        found = migrate.unfinished(connection)
    database.close()
    return set(found)


def broken_off_everywhere(url: str) -> None:
    """One attempt after the other, each broken off later than the one before; the last is killed."""
    for point, patch in POINTS.items():
        with pytest.MonkeyPatch.context() as within, pytest.raises(BrokenOffError):
            patch(within)
            migrate.upgrade(url)
        at_head = point not in ("before the first migration", "between two")
        assert not at_head or behind(url) >= LATER, point
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url], cwd=SOURCE_ROOT, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr


@pytest.mark.parametrize("played", ["sqlite"], indirect=True)
def test_the_next_upgrade_goes_on_wherever_one_was_broken_off(
    older: tuple[str, Carried], tmp_path: Path
) -> None:
    url, carried = older
    broken_off_everywhere(url)
    assert behind(url) >= LATER
    refused_and_told(url, tmp_path)
    migrate.upgrade(url)
    assert behind(url) == set()
    assert faults(url, carried, tmp_path) == []


def refused_and_told(url: str, folder: Path) -> None:
    """While it is not gone on with, nothing is served and everybody who asks is told."""
    with application(url, folder) as app:
        parts = app.extensions["registry"]
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "upgrade unfinished"})
        (found,) = (one for one in engine_checks.database(parts.database) if one.what == "journal")
        assert found.health is Health.WRONG
        assert "broken off" in found.found
        with pytest.raises(JournalBrokenError, match="broken off"):
            begin_to_keep(parts)


def test_what_stands_is_not_stated_again(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an upgrade that was whole leaves nothing to do, and who goes back begins anew."""
    restated: list[list[str]] = []
    monkeypatch.setattr(restating, "restate", lambda _, tables: restated.append([t.name for t in tables]))
    migrate.upgrade(database_url)
    assert restated == []
    migrate.downgrade(database_url, BEFORE)
    migrate.upgrade(database_url)
    assert {"state", *LATER} <= set(restated[0])
