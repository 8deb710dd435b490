"""Migrations: history is frozen in `migrations/versions`; this only runs it.

A migration runs beside the service, whose changes the journal's triggers go on to take; they are generated
anew after it, in one transaction with the rows of tables that look otherwise than before, which are stated
anew so that the journal still folds to the tables. Older migrations, and those that take something away
(ALLOWED), want the service stopped: for their length there are no triggers.

Whatever breaks an upgrade off, the next one goes on: how the journal states each table is kept from before
the first migration until that transaction (`journal/stated.py`), and where there were no triggers meanwhile
all rows are stated anew. One that was broken off while it stated rows begins with them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from registry.core.database import Base, Database
from registry.core.journal import restating, stated, triggers
from registry.core.journal.stated import Columns
from registry.core.settings import SOURCE_ROOT


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SOURCE_ROOT / "migrations"))
    config.attributes["url"] = url
    return config


@cache
def head() -> str:
    """The newest migration that this version of the registry has."""
    return str(ScriptDirectory.from_config(_config("")).get_current_head())


def known() -> set[str]:
    """Every migration that this version of the registry has."""
    return {one.revision for one in ScriptDirectory.from_config(_config("")).walk_revisions()}


def revision(connection: Connection) -> str:
    """The newest migration of a database, "" where nothing is set up."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def unfinished(connection: Connection) -> list[str]:
    """Tables that an upgrade to this version has yet to state anew; none at another revision."""
    return stated.behind(connection, Base.metadata) if revision(connection) == head() else []


def upgrade(url: str, revision: str = "head") -> str:
    """Bring the database at the URL up to the revision; answers at which it was, "" where nothing was."""
    was = _revision_at(url)
    before = _journaled(url, stay=revision == "head" and runs_beside(url))
    command.upgrade(_config(url), revision)
    if revision == "head":
        _with_triggers(url, before)
    return was


def downgrade(url: str, revision: str) -> None:
    """Take the database back to the revision ("base": empty)."""
    _journaled(url, stay=False)
    command.downgrade(_config(url), revision)


LONGEST_WAIT = "10s"
"""For a lock, on PostgreSQL: who waits for one stops everybody who comes after."""
LAST_ALONE = "0053"
"""The last migration that wants the service stopped without saying so."""


def runs_beside(url: str) -> bool:
    """Whether everything that a database has before it may be done while the version before serves."""
    now = _revision_at(url)
    scripts = ScriptDirectory.from_config(_config("")).walk_revisions()
    ahead = [one for one in scripts if one.revision > now]
    return all(one.revision > LAST_ALONE and not hasattr(one.module, "ALLOWED") for one in ahead)


def _revision_at(url: str) -> str:
    database = Database(url)
    try:
        with database.writer.connect() as connection:
            return revision(connection)
    finally:
        database.close()


def _journaled(url: str, stay: bool) -> dict[str, Columns]:
    """How each table that was journaled until now is stated. stay: whether its triggers stay.

    That is kept where they do, and nothing is where they go: rows may then change unseen.
    """
    database = Database(url)
    try:
        with database.writer.begin() as connection:
            there = triggers.found(connection)
            kept = stated.found(connection)
            before = _standing(connection, there, kept)
            if not stay:
                wait_shortly(connection)
                triggers.remove(connection)
                stated.forget(connection)
            elif before and not kept:
                stated.keep(connection, before)
            return before
    finally:
        database.close()


def _standing(
    connection: Connection, there: Mapping[str, str], kept: Mapping[str, Columns]
) -> dict[str, Columns]:
    """Of tables that have triggers: as the journal is known to state them, else as they are."""
    captured = {name.removeprefix(triggers.PREFIX) for name in there}
    known = inspect(connection)
    tables = [name for name in known.get_table_names() if {name, f"{name}_insert"} & captured]
    if kept:
        return {name: kept[name] for name in tables if name in kept}
    return {
        name: (
            frozenset(column["name"] for column in known.get_columns(name)),
            frozenset(triggers.apart(there, name)),
        )
        for name in tables
    }


def wait_shortly(connection: Connection) -> None:
    """From now on, this connection gives up where it cannot have a lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET lock_timeout = '{LONGEST_WAIT}'")


def _with_triggers(url: str, before: Mapping[str, Columns]) -> None:
    database = Database(url)
    wanted = stated.wanted(Base.metadata)
    try:
        with database.writer.begin() as connection:
            changed = [name for name, columns in wanted.items() if before.get(name) != columns]
            if changed or triggers.differences(connection, Base.metadata):
                wait_shortly(connection)
                triggers.remove(connection)
                restating.restate(connection, [Base.metadata.tables[name] for name in changed])
                triggers.install(connection, Base.metadata)
            if stated.found(connection) != wanted:
                stated.keep(connection, wanted)
    finally:
        database.close()


def new_revision(url: str, message: str, **options: Any) -> None:
    """Write a new migration from the difference between tables and database."""
    command.revision(_config(url), message=message, autogenerate=True, **options)
