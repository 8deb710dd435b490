"""What tests stand on: a clean database on each engine, the application on it, and a browser.

`database_url`, and with it `app` and `client`, runs a test once on each engine. Browser tests run on
SQLite: what they look at is the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from registry.access import secrets
from registry.app import settle
from registry.core import database
from registry.core.work import Office
from registry.ledger import log
from tests.engines import (
    Engine,
    Postgresql,
    Sqlite,
    application,
    own_application,
    postgresql_server,
    remembering_engine,
)
from tests.passing import passing_folder

pytest_plugins = ["tests.browsing", "tests.ledger.tally", "tests.sharing"]

# Shared machines stall now and then, so an example is not timed; CI tries the same examples each time.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("tests")


LEFT_OUT = re.compile(
    r"tests/exchange/test_(processes|behalf_processes|bad_peers|on_behalf_faults)\.py|tests/demo/test_(states|starting)\.py"
    r"|tests/core/test_label_product\.py|tests/verification/test_(camera_in_a_browser|every_paper)\.py"
    r"|tests/upkeep/test_(reload|replicas|failover|shards|to_a_moment)\.py"
    r"|tests/(intake/test_killed|marks/test_processes)\.py"
    r"|tests/journeys/test_customs_in_a_browser\.py|tests/house/test_(every_upgrade|upgrades_between)\.py"
    r"|tests/upkeep/test_(faults|clocks|disks)\.py"
)
"""Real processes, served, killed and kept waiting, every label and paper there is, a browser with a
camera: `make test` runs them, a change's own check does not.
"""
ON_ONE_ENGINE = re.compile(
    r"tests/labels/|test_(\w+_)?pages\.py|test_(api|hostile|wear)\.py"
    r"|tests/access/test_(forms|second_factor|own_access|sign_in|tokens|limits)\.py"
    r"|/test_(record_matrix|statements|upgrades_broken_off)\.py"
    r"|tests/intake/test_(parties|licences|recoveries|mappings)\.py|tests/licensing/test_(cases|taking_over)\.py"
    r"|tests/ammunition/test_against_a_model\.py"
    r"|tests/retention/test_ending\.py|tests/requests/test_(attachments|delegation|delegation_ends|files_refused|holders|holders_again|said_again)\.py|tests/exchange/test_keys\.py"
)
"""What looks at pages, papers and messages rather than at the database: both engines in `make test`."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A change's own check (`CI`) has a quarter of an hour: `make test` runs what it leaves out."""
    if not os.environ.get("CI"):
        return
    left = [
        item
        for item in items
        if LEFT_OUT.search(item.nodeid) or ("postgresql" in item.nodeid and ON_ONE_ENGINE.search(item.nodeid))
    ]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]


@pytest.fixture(scope="session", autouse=True)
def hasher() -> Iterator[Callable[[], PasswordHasher]]:
    """Passwords of tests are hashed with argon2's least cost; gives what hashes them outside tests."""
    with pytest.MonkeyPatch.context() as patch:
        real = secrets.hasher
        least = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(secrets, "hasher", lambda: least)
        yield real


@pytest.fixture(scope="session", autouse=True)
def unsigned() -> Iterator[timedelta]:
    """Nobody signs the ledgers of tests, whose clocks leap; gives after how long that holds things up."""
    with pytest.MonkeyPatch.context() as patch:
        real = log.STALE
        patch.setattr(log, "STALE", timedelta(days=365_000))
        yield real


@pytest.fixture
def stale(unsigned: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that looks at what is held up."""
    monkeypatch.setattr(log, "STALE", unsigned)


@pytest.fixture(scope="session", autouse=True)
def remembering() -> Iterator[None]:
    """Statements are compiled once in a run, not once for each test's database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", remembering_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def settled() -> None:
    """What is loaded stays, as in the server: the collector looks at what tests make alone."""
    settle()


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Sqlite]:
    """The embedded engine."""
    with passing_folder("registry-sqlite-") as folder:
        yield Sqlite(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """PostgreSQL, started when the first test asks for it."""
    with postgresql_server() as server:
        engine = Postgresql(server)
        yield engine
        engine.close()


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ]
)
def engine(request: pytest.FixtureRequest) -> Any:
    """One engine after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def empty_database_url(engine: Engine) -> Iterator[str]:
    """A database without tables, of the test's own."""
    with engine.empty() as url:
        yield url


@pytest.fixture
def database_url(engine: Engine) -> Iterator[str]:
    """A migrated database with the reference data, of the test's own."""
    with engine.ready() as url:
        yield url


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on a clean database."""
    with application(database_url, tmp_path) as app:
        yield app


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The same, for a test that changes the application itself: no other test will see it."""
    with own_application(database_url, tmp_path) as app:
        yield app


@pytest.fixture
def office(app: Flask) -> Office:
    """Where tests begin units of work on the application's database."""
    office: Office = app.extensions["registry"].office
    return office


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a sign-in."""
    return app.test_client()
