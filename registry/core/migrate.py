"""Migrations: history is frozen in `migrations/versions`; this only runs it."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config

from registry.core.settings import SOURCE_ROOT


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SOURCE_ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at the URL up to the revision."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to the revision ("base": empty)."""
    command.downgrade(_config(url), revision)


def new_revision(url: str, message: str, **options: Any) -> None:
    """Write a new migration from the difference between tables and database."""
    command.revision(_config(url), message=message, autogenerate=True, **options)
