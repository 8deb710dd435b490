"""What tests stand on: a clean database on each engine, the application on it, and a browser.

`database_url`, and with it `app` and `client`, runs a test once on each engine. Browser tests run on
SQLite: what they look at is the page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from registry.core.work import Office
from tests.engines import Engine, Postgresql, Sqlite, application, postgresql_server

pytest_plugins = ["tests.browsing"]

# Shared machines stall now and then, so an example is not timed; CI tries the same examples each time.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("tests")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """The embedded engine."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


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
def office(app: Flask) -> Office:
    """Where tests begin units of work on the application's database."""
    office: Office = app.extensions["registry"].office
    return office


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a sign-in."""
    return app.test_client()
