"""A registry with a little of everything, its ledger signed, for tests that tamper with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from registry.access import acts as access
from registry.core.database import Database, Prepared
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
        rows = self.office.database.rows(_NEWEST, {})
        return str(rows[0][0])

    def verify(self, connection: Connection | None = None, older: tuple[str, ...] = ()) -> verifier.Report:
        """What the verifier says of the database, or of what an open transaction made of it."""
        if connection is not None:
            return verifier.verify(exports.collected(connection), str(self.key.key), older)
        with exports.snapshot(self.office.database) as reading:
            return verifier.verify(exports.collected(reading), str(self.key.key), older)

    @contextmanager
    def below(self) -> Iterator[Connection]:
        """A transaction of somebody who owns the database and goes around the registry; undone at the end."""
        with self.office.database.writer.connect() as connection:
            yield connection
            connection.rollback()


def unguarded(connection: Connection) -> None:
    """Switch off every trigger and foreign key for the length of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))


@contextmanager
def populated(url: str, folder: Path) -> Iterator[World]:
    """Firearms, lots, persons, sales, accounts, tokens, traces; signed."""
    database = Database(url)
    office = Office(database, "BR")
    list(loading.load(office, OPERATOR, 40, 3))
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


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A populated registry on each engine."""
    with populated(database_url, tmp_path) as made:
        yield made


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A populated registry on each engine, for tests that leave it as it was."""
    engine = request.getfixturevalue(request.param)
    with engine.ready() as url, populated(url, tmp_path_factory.mktemp("standing")) as made:
        yield made
