"""Both engines, one behaviour: SQLite (embedded) and PostgreSQL through psycopg 3.

Writers begin IMMEDIATE on SQLite (deferred writers lose their work to each other). Readers have an
engine of their own that cannot write: AUTOCOMMIT, nothing reset on return, since the two extra round
trips cost three times the query on PostgreSQL.
"""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    PoolProxiedConnection,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = BigInteger().with_variant(Integer(), "sqlite")
"""Internal keys: 64 bits; INTEGER on SQLite so that it can be the row id."""


class Instant(TypeDecorator[datetime]):
    """A moment, always in UTC: timestamptz on PostgreSQL, ISO text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database: a time without zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database: in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Head of all tables; strict on SQLite, so that a wrong type is refused there too."""

    metadata = MetaData(naming_convention=NAMING)
    __table_args__: Any = {"sqlite_strict": True}  # noqa: RUF012 - SQLAlchemy wants it declared so


def table_args(*constraints: Any, **options: Any) -> tuple[Any, ...]:
    """Constraints of a table together with the options every table has."""
    return (*constraints, {"sqlite_strict": True, **options})


# STRICT tables know only INTEGER, REAL, TEXT, BLOB and ANY.
@compiles(String, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(Date, "sqlite")
@compiles(Numeric, "sqlite")
def _as_text(element: Any, compiler: Any, **options: Any) -> str:
    return "TEXT"


@compiles(Boolean, "sqlite")
@compiles(BigInteger, "sqlite")
def _as_integer(element: Any, compiler: Any, **options: Any) -> str:
    return "INTEGER"


class Database:
    """The engines of one registry: `writer` for units of work, `reader` for looking."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
            self.writer, self.reader = _sqlite(url)
        else:
            self.writer, self.reader = _postgresql(url)
        self._checkpoint_lock = threading.Lock()
        self._writes = 0

    def wrote(self) -> None:
        """Called after each commit; now and then moves SQLite's log into the database.

        Connections never checkpoint by themselves: SQLite before 3.51.3 can corrupt a database when
        two connections write and checkpoint at the same instant, so it is done here, alone, while
        holding the only writer's lock, also against other processes.
        """
        self._writes += 1
        if self.is_sqlite and self._writes % 1000 == 0:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Move SQLite's log into the database file while holding the writers' turn."""
        if not self.is_sqlite or not self._checkpoint_lock.acquire(blocking=False):
            return
        try:
            with self.writer.connect() as turn, self.reader.connect() as reader:
                turn.exec_driver_sql("SELECT 1")  # begins IMMEDIATE: nobody writes until it is given back
                reader.exec_driver_sql("PRAGMA query_only=OFF")
                reader.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                reader.exec_driver_sql("PRAGMA query_only=ON")
        finally:
            self._checkpoint_lock.release()

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


def _sqlite(url: str) -> tuple[Engine, Engine]:
    writer = create_engine(url, connect_args={"timeout": 30})
    reader = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, connect_args={"timeout": 30}
    )
    event.listen(writer, "connect", _sqlite_writer)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "connect", _sqlite_reader)
    return writer, reader


def _sqlite_connection(connection: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "wal_autocheckpoint=0",
        "cache_size=-64000",
        "mmap_size=8589934592",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_writer(connection: Any, record: Any) -> None:
    _sqlite_connection(connection)


def _sqlite_reader(connection: Any, record: Any) -> None:
    _sqlite_connection(connection)
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: str) -> tuple[Engine, Engine]:
    writer = create_engine(url, pool_pre_ping=True)
    reader = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        connect_args={"options": "-c default_transaction_read_only=on -c jit=off"},
    )
    return writer, reader


class Prepared:
    """One reading statement written by hand for a hot path, run on the driver itself.

    `sql` names its parameters `:name` and may use {rows} and {row}: the engine's functions that gather
    rows into a JSON array and a row into one; {text} casts that array to text. Everything else is the
    SQL both engines share.
    """

    _WORDS: ClassVar[dict[str, dict[str, str]]] = {
        "sqlite": {"rows": "json_group_array", "row": "json_array", "text": ""},
        "postgresql": {"rows": "json_agg", "row": "json_build_array", "text": "::text"},
    }

    def __init__(self, sql: str) -> None:
        self._sql = {
            engine: sql.format(**words) if engine == "sqlite" else _percent(sql.format(**words))
            for engine, words in self._WORDS.items()
        }

    def all(
        self, connection: PoolProxiedConnection, engine: str, values: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Every row, as the driver gives it."""
        driver: Any = connection.driver_connection
        rows: list[tuple[Any, ...]] = driver.execute(self._sql[engine], values).fetchall()
        return rows


def _percent(sql: str) -> str:
    """psycopg names parameters %(name)s; a double colon is a cast and no parameter."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", sql.replace("%", "%%"))
