"""Migrations: history is frozen in `migrations/versions`; this only runs it.

The journal's triggers are taken away for the length of a migration and generated anew after it; rows of
tables that look otherwise than before are stated anew, so that the journal still folds to the tables.
"""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from registry.core.database import Base, Database
from registry.core.journal import restating, triggers
from registry.core.settings import SOURCE_ROOT


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SOURCE_ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at the URL up to the revision."""
    before = _without_triggers(url)
    command.upgrade(_config(url), revision)
    if revision == "head":
        _with_triggers(url, before)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to the revision ("base": empty)."""
    _without_triggers(url)
    command.downgrade(_config(url), revision)


def _without_triggers(url: str) -> dict[str, set[str]]:
    """Take the triggers away; the columns of each table that was journaled until now."""
    database = Database(url)
    try:
        with database.writer.begin() as connection:
            known = inspect(connection)
            captured = {name.removeprefix(triggers.PREFIX) for name in triggers.found(connection)}
            columns = {
                name: {column["name"] for column in known.get_columns(name)}
                for name in known.get_table_names()
                if name in captured or f"{name}_insert" in captured
            }
            triggers.remove(connection)
            return columns
    finally:
        database.close()


def _with_triggers(url: str, before: dict[str, set[str]]) -> None:
    database = Database(url)
    try:
        with database.writer.begin() as connection:
            changed = [
                table
                for table in triggers.journaled(Base.metadata)
                if before.get(table.name) != {column.name for column in table.columns}
            ]
            restating.restate(connection, changed)
            triggers.install(connection, Base.metadata)
    finally:
        database.close()


def new_revision(url: str, message: str, **options: Any) -> None:
    """Write a new migration from the difference between tables and database."""
    command.revision(_config(url), message=message, autogenerate=True, **options)
