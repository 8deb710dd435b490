"""Many rows of one table at once: COPY on PostgreSQL, one prepared statement of the driver on SQLite.

Constraints, triggers and journal see every row as ever; only what SQLAlchemy does for each is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from registry.core.database import as_kept, worded


def put_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of these columns in this transaction; raises IntegrityError when the database refuses."""
    session.flush()
    driver = session.connection().connection.driver_connection
    named = ", ".join(f'"{column}"' for column in columns)
    with worded():
        if session.get_bind().dialect.name == "sqlite":
            places = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table.name} ({named}) VALUES ({places})"  # noqa: S608 - names of our own
            driver.executemany(sql, (tuple(map(_on_sqlite, row)) for row in rows))  # type: ignore[union-attr]
            return
        with driver.cursor().copy(f"COPY {table.name} ({named}) FROM STDIN") as copy:  # type: ignore[union-attr]
            for row in rows:
                copy.write_row(row)


def _on_sqlite(value: Any) -> Any:
    """A value as SQLite keeps it: days and moments as text."""
    if type(value) is date:
        return value.isoformat()
    return as_kept(value)
