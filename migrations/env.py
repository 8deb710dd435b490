"""Runs migrations on the database whose URL is given, or on the configured one."""

from __future__ import annotations

from typing import Any

from alembic import context

from registry.core.database import Base, Database, Instant
from registry.core.migrate import wait_shortly
from registry.core.settings import Settings
from registry.tables import TABLES

assert TABLES


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations import nothing of ours: our own types are written as what they are in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run() -> None:
    """One transaction for each migration, on the writer's connection."""
    url = context.config.attributes.get("url") or Settings.from_environment().database_url
    database = Database(url)
    try:
        with database.writer.connect() as connection:
            wait_shortly(connection)
            connection.commit()
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=False,
                compare_type=True,
                render_item=render_item,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        database.close()


run()
