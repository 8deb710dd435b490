"""Connections to PostgreSQL that end: what is idle is replaced, what was on its way is told honestly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from registry.core.database import Database, Prepared
from registry.core.replicas import Primary
from registry.core.turns import OutcomeUnknown
from registry.core.web import problems
from registry.core.work import OPERATOR, Office, Work
from registry.directory import acts
from registry.directory.tables import State
from tests.engines import Postgresql
from tests.makers import EVERYTHING, bearer

pytestmark = pytest.mark.postgresql
SEEN = Prepared("SELECT 1")
ALL = text(
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


ADD = Prepared("INSERT INTO state (code, name, historic, version) VALUES (:code, :name, FALSE, 1)")


@pytest.fixture
def databases(postgresql: Postgresql) -> Iterator[tuple[Office, Database]]:
    """A registry's database, and another way to it."""
    with postgresql.ready() as url:
        database, other = Database(url), Database(url)
        yield Office(database), other
        database.close()
        other.close()


def end_all(other: Database) -> None:
    """The server ends every connection but this one."""
    with other.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(ALL)


def by_session(work: Work) -> None:
    work.session.add(State(code="Q1", name="Test", historic=False))
    work.session.flush()


def by_statement(work: Work) -> None:
    work.put(ADD, code="Q1", name="Test")


def by_statements_with_the_commit(work: Work) -> None:
    work.put(ADD, code="Q1", name="Test")
    work.later(ADD, code="Q2", name="Test")


def names(office: Office) -> list[str]:
    with office.look(OPERATOR) as work:
        return list(work.session.scalars(select(State.name).where(State.name.like("Test%"))))


@pytest.mark.parametrize("change", [by_session, by_statement, by_statements_with_the_commit])
def test_a_commit_that_broke_off_is_told_as_such_and_the_next_one_is_well(
    databases: tuple[Office, Database], change: Callable[[Work], None]
) -> None:
    office, other = databases
    with pytest.raises(OutcomeUnknown), office.begin(EVERYTHING) as work:
        change(work)
        end_all(other)
    assert names(office) == []
    with pytest.raises(OperationalError) as broken, office.begin(EVERYTHING) as work:
        change(work)
        end_all(other)
        work.sees(SEEN)
    assert not isinstance(broken.value, OutcomeUnknown), "no commit was on its way"
    end_all(other)
    with office.begin(EVERYTHING) as work:
        change(work)
    assert set(names(office)) == {"Test"}


def test_who_is_answered_knows_whether_it_may_be_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, sent = bearer(app), {"kind": "dealer", "country": "BR", "name": "Shop"}

    def broken_off(kind: type[OperationalError]) -> Any:
        def refuse(*_: Any) -> None:
            raise kind(None, None, Exception("gone"))

        monkeypatch.setattr(acts, "register_party", refuse)
        return app.test_client().post("/api/v1/parties", json=sent, headers=headers)

    for kind, code in ((OutcomeUnknown, "outcome-unknown"), (OperationalError, "database-unavailable")):
        answer = broken_off(kind)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.get_json()["type"] == f"/problems/{code}"


def test_without_replicas_nothing_is_asked_more(app: Flask) -> None:
    database = app.extensions["registry"].database
    assert not isinstance(database, Primary)
    assert database.replicas == ()
    handlers = app.error_handler_spec[None][None]
    assert OperationalError not in handlers
    assert handlers[DBAPIError] is problems.broken
