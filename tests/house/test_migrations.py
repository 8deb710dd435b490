"""Migrations lead to the tables the code has, and back, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from registry.access import acts as access
from registry.access import factors
from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.core.work import OPERATOR, Office
from registry.tables import TABLES
from schemas.access import AccountNew
from schemas.vocabulary import Role


def asked(url: str, question: Callable[[Connection], Any]) -> Any:
    database = Database(url)
    try:
        with database.writer.connect() as connection:
            return question(connection)
    finally:
        database.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def leftovers(connection: Connection) -> list[str]:
    """Names of what a migration made beside tables and forgot to take back: triggers, functions, types."""
    if connection.dialect.name == "sqlite":
        kept = "SELECT name FROM sqlite_schema WHERE tbl_name NOT IN ('alembic_version', 'sqlite_sequence')"
    else:
        kept = (
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
            " AND typname NOT LIKE '%alembic_version'"
        )
    return list(connection.execute(text(kept)).scalars())


def difference(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def test_migrations_lead_to_the_tables_of_the_code(empty_database_url: str) -> None:
    assert len(TABLES) > 1
    migrate.upgrade(empty_database_url)
    assert asked(empty_database_url, difference) == []
    assert asked(empty_database_url, tables) == set(Base.metadata.tables)


def test_migrations_lead_back_to_nothing_and_forth_again(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    migrate.downgrade(empty_database_url, "base")
    assert asked(empty_database_url, tables) == set()
    assert asked(empty_database_url, leftovers) == []
    migrate.upgrade(empty_database_url)
    assert asked(empty_database_url, tables) == set(Base.metadata.tables)


def test_a_migration_beside_the_service_leaves_no_change_without_its_journal(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The triggers are there while it goes on; one that keeps not to the rule wants the service stopped."""
    there: list[int] = []

    def step(config: Any, revision: str) -> None:
        there.append(asked(database_url, lambda connection: len(triggers.found(connection))))
        upgrade(config, revision)

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", step)
    assert migrate.runs_beside(database_url)
    migrate.upgrade(database_url)
    assert there[0] > len(TABLES)
    migrate.downgrade(database_url, "0052")
    assert not migrate.runs_beside(database_url)
    migrate.upgrade(database_url)
    assert there[1] == 0
    assert asked(database_url, lambda c: triggers.differences(c, Base.metadata)) == []


def test_a_journal_with_keys_and_pictures_is_stated_anew(empty_database_url: str) -> None:
    """Down and up again, with an account whose secret is kept as bytes: nothing of the journal is missing."""
    migrate.upgrade(empty_database_url)
    database = Database(empty_database_url)
    office = Office(database, home="BR", secret="0" * 64)
    with office.begin(OPERATOR) as work:
        account = access.open_first(work, AccountNew("ana", "Ana", Role.ADMINISTRATOR), "a good long word")
        factors.give_app(work, account.id, "MARKEDANDTRACEABLEMARKEDANDTRACE")
    database.close()
    migrate.downgrade(empty_database_url, "0031")
    migrate.upgrade(empty_database_url)
    assert asked(empty_database_url, lambda c: triggers.differences(c, Base.metadata)) == []
