"""A registry with a little of everything, its ledger signed, and somebody who owns its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from registry.access import acts as access
from registry.core.database import Database, Prepared
from registry.core.journal import entries, restating
from registry.core.work import OPERATOR, Actor, Office
from registry.demo import loading
from registry.ledger import exports, log, verifier
from registry.ledger.notes import Signer
from registry.tracing import acts as tracing
from schemas.access import AccountNew, TokenNew
from schemas.tracing import Question
from schemas.vocabulary import May, Purpose, Role, TraceKind
from tests.makers import open_account

_NEWEST = Prepared("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
ORIGIN = "test.example/ledger"
MESSAGES = 4  # the level that looks at them
READINGS = 260  # leaves that change nothing, enough for a full tile


class World:
    """An office, the key of its ledger, and the verifier on what they give."""

    def __init__(self, office: Office, key: Signer) -> None:
        self.office = office
        self.key = key

    def sign(self) -> str:
        """A checkpoint of all there is."""
        note = log.keep(self.office, self.key, now=True)
        assert note is not None
        return bytes(note).decode()

    def newest(self) -> str:
        """The newest checkpoint, as a witness would have kept it."""
        return str(self.office.database.rows(_NEWEST, {})[0][0])

    def export(self) -> verifier.Export:
        """The export as it stands."""
        with exports.snapshot(self.office.database) as connection:
            return exports.collected(connection)

    def verify(self, export: verifier.Export | None = None, older: tuple[str, ...] = ()) -> verifier.Report:
        """What the verifier says of an export, or of the database.

        Its rows of messages are made up and were never signed: what level 4 says of messages that were
        exchanged is held by tests/exchange/test_verified.py.
        """
        report = verifier.verify(export or self.export(), str(self.key.key), older)
        report.problems[:] = [problem for problem in report.problems if problem.level < MESSAGES]
        return report

    @contextmanager
    def below(self) -> Iterator[Connection]:
        """A transaction of somebody who goes around the registry; undone at the end."""
        with self.office.database.writer.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()


class Owner:
    """Somebody who owns a world's database: nothing guards it from them. What they do is undone each time."""

    def __init__(self, world: World, connection: Connection) -> None:
        self.world = world
        self.connection = connection
        self.honest = world.export()

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction without triggers, foreign keys and CHECKs."""
        with self.connection.begin() as transaction:
            if not self.world.office.database.is_sqlite:
                self.connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield self.connection
            transaction.rollback()

    def export(self, *touched: str) -> verifier.Export:
        """The export of what was made of it, where only these documents can differ; all if none is named."""
        if not touched:
            return exports.collected(self.connection)
        documents = exports.documents(self.connection)
        return self.honest | {name: list(lines) for name, lines in documents if name in touched}


@contextmanager
def owned(world: World, folder: Path) -> Iterator[Owner]:
    """The world's database in the hands of its owner: on SQLite a copy without triggers."""
    database = world.office.database
    if not database.is_sqlite:
        with database.writer.connect() as connection:
            yield Owner(world, connection)
        return
    path = folder / "owned.db"
    _copy_without_triggers(str(database.writer.url.database), path)
    copy = Database(f"sqlite:///{path}")
    with copy.writer.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("PRAGMA ignore_check_constraints = ON")
        yield Owner(world, connection)
    copy.close()


def _copy_without_triggers(source: str, path: Path) -> None:
    with sqlite3.connect(source) as honest, sqlite3.connect(path) as copy:
        honest.backup(copy)
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f'DROP TRIGGER "{name}"')
    honest.close()
    copy.close()


@contextmanager
def populated(url: str, folder: Path) -> Iterator[World]:
    """Firearms, lots, persons, sales, accounts, tokens, traces; signed."""
    database = Database(url)
    office = Office(database, "BR")
    list(loading.load(office, OPERATOR, 40, 3, 40))
    with office.begin(OPERATOR) as work:
        account = open_account(work, AccountNew("inspector", "An Inspector", Role.POLICE))
    police = Actor(account.id, "An Inspector", Role.POLICE, frozenset(May))
    with office.begin(police, Purpose.RECOVERED_FIREARM, "7/26") as work:
        access.make_token(work, TokenNew("laptop"))
    question = Question(TraceKind.FIREARM, Purpose.RECOVERED_FIREARM, "7/26", mark="TAB12345")
    with office.look(police) as work:
        answer = tracing.find(work, question)
    with office.begin(police, Purpose.RECOVERED_FIREARM, "7/26") as work:
        tracing.keep(work, question, answer)
    world = World(office, log.signer(folder, ORIGIN))
    world.sign()
    try:
        yield world
    finally:
        database.close()


def read_often(world: World, times: int) -> None:
    """So many leaves that say what was read and change nothing, in one transaction."""
    note = {"note": '{"reads":{"person":[1]}}'}
    with world.office.database.transaction() as turn:
        for _ in range(times):
            said = restating.said("person.read") | note
            ((opened,),) = [turn.run(entries.OPEN, said)]
            entries.close(turn, opened, said, said)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A populated registry on each engine."""
    with populated(database_url, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def owner(standing: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Whoever owns the database of the standing registry."""
    with owned(standing, tmp_path_factory.mktemp("owned")) as made:
        yield made
