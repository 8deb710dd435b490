"""A SQLite database whose file system was mounted anew is used from then on, without a restart."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import text

from registry.core import database as databases
from registry.core.database import Database, Prepared

pytestmark = pytest.mark.sqlite
ADD = Prepared("INSERT INTO t (n) VALUES (:n)")
ALL = Prepared("SELECT n FROM t ORDER BY n")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """With a table of numbers, on a file system of its own as it were; looked at before each read."""
    monkeypatch.setattr(databases, "LOOK_EVERY", 0.0)
    made = Database(f"sqlite:///{tmp_path / 'disk' / 'registry.db'}")
    with made.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    yield made
    made.close()


def add(database: Database, number: int) -> None:
    """By both ways to the one writer."""
    with database.transaction() as turn:
        turn.run(ADD, {"n": number})
    with database.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (n) VALUES (:n)"), {"n": number + 1})


def seen(database: Database) -> set[tuple[int, ...]]:
    """What each way of reading says."""
    with database.reader.connect() as connection:
        pooled = connection.execute(text("SELECT n FROM t ORDER BY n")).scalars().all()
    return {tuple(pooled), tuple(n for (n,) in database.rows(ALL, {}))}


def there(folder: Path) -> list[int]:
    """By somebody else."""
    with closing(sqlite3.connect(folder / "registry.db")) as other:
        return [n for (n,) in other.execute("SELECT n FROM t ORDER BY n")]


def test_whoever_held_the_file_that_went_holds_the_one_that_came(database: Database, tmp_path: Path) -> None:
    disk, gone = tmp_path / "disk", tmp_path / "gone"
    with ThreadPoolExecutor(1) as other:  # whose connections are its own
        add(database, 1)
        other.submit(add, database, 3).result()
        assert seen(database) == other.submit(seen, database).result() == {(1, 2, 3, 4)}
        disk.rename(gone)
        assert seen(database) == other.submit(seen, database).result() == {(1, 2, 3, 4)}
        copytree(gone, disk)
        add(database, 5)
        other.submit(add, database, 7).result()
        everything = (1, 2, 3, 4, 5, 6, 7, 8)
        assert seen(database) == other.submit(seen, database).result() == {everything}
    assert there(disk) == [*everything]
    assert there(gone) == [1, 2, 3, 4]


def test_a_read_looks_where_the_file_is_now_and_then(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, 1)
    monkeypatch.setattr(databases, "LOOK_EVERY", 0.2)
    assert database.rows(ALL, {}) == [(1,), (2,)]
    (tmp_path / "disk").rename(tmp_path / "gone")
    copytree(tmp_path / "gone", tmp_path / "disk")
    with closing(sqlite3.connect(tmp_path / "disk" / "registry.db")) as other:
        other.execute("INSERT INTO t (n) VALUES (3)")
        other.commit()
    time.sleep(0.3)
    assert database.rows(ALL, {}) == [(1,), (2,), (3,)]


def test_what_an_ended_thread_held_is_used_on_only_where_it_is(database: Database, tmp_path: Path) -> None:
    for number in (1, 3):
        with ThreadPoolExecutor(1) as passing:
            passing.submit(add, database, number).result()
            passing.submit(seen, database).result()
        if number == 1:
            (tmp_path / "disk").rename(tmp_path / "gone")
            copytree(tmp_path / "gone", tmp_path / "disk")
    assert there(tmp_path / "disk") == [1, 2, 3, 4]


def test_connections_are_kept_where_nothing_was_replaced(database: Database) -> None:
    """The control."""
    add(database, 1)
    held = database._holds("writer"), database._holds("reader")
    add(database, 3)
    assert seen(database) == {(1, 2, 3, 4)}
    assert (database._holds("writer"), database._holds("reader")) == held
