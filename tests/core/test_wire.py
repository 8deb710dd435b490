"""Statements straight through libpq: they say what cursors say, and leave nothing behind when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg.pq import ConnStatus, ExecStatus

from registry.core.database import Database, Prepared
from registry.core.wire import Wire

VALUES: list[tuple[str, Any]] = [
    ("text", ""),
    ("text", "Ç — 武器 🔫 %s %(x)s ' \\ \n"),
    ("text", None),
    ("bigint", 0),
    ("bigint", -(2**31) - 1),
    ("bigint", 2**63 - 1),
    ("integer", -(2**31)),
    ("boolean", True),
    ("boolean", False),
    ("bytea", bytes(range(256))),
    ("date", date(1, 1, 1)),
    ("date", date(9999, 12, 31)),
    ("timestamptz", datetime(1583, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)),
]
COUNT = Prepared("SELECT count(*) FROM state WHERE name LIKE 'Test%'")
ADD = Prepared(
    "INSERT INTO state (code, name, historic, version) VALUES (:code, :name, FALSE, 1) RETURNING code"
)
NAMED = Prepared("SELECT set_config('test.said', :said, false), 100 % 7")


@pytest.fixture
def driver(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection, with the journal's triggers out of the way."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite is no server")
    database = Database(database_url)
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
    database.close()


def ran(wire: Wire, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement, all of whose values are plain."""
    ready = wire.ready([(statement, values)])
    assert ready is not None
    return wire.run(ready[0])


def together(wire: Wire, *added: tuple[str, str], before: bytes = b"", after: bytes = b"") -> Any:
    """Add States, all in one go."""
    ready = wire.ready([(ADD, {"code": code, "name": name}) for code, name in added])
    assert ready is not None
    return wire.run_all(ready, before, after)


def test_values_arrive_and_come_back_as_with_a_cursor(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    for kind, value in VALUES * 2:
        statement = Prepared(f"SELECT CAST(:value AS {kind}), :value IS NULL OR '{kind}' <> 'text'")
        expected = driver.execute(statement.postgresql, {"value": value}).fetchall()
        assert ran(wire, statement, value=value) == expected
    assert ran(wire, NAMED, said="a % b") == [("a % b", 2)]


@pytest.mark.parametrize(
    "value", ["a\0b", [1, 2], 1.5, datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)], ids=repr
)
def test_what_is_not_plain_is_left_to_a_cursor(driver: psycopg.Connection[Any], value: object) -> None:
    assert Wire(driver).ready([(COUNT, {}), (NAMED, {"said": value})]) is None


def test_statements_of_one_journey_are_kept_all_or_none(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    assert together(wire, ("Q1", "Test 1"), ("Q2", "Test 2")) == [[("Q1",)], [("Q2",)]]
    with pytest.raises(psycopg.errors.UniqueViolation):
        together(wire, ("Q3", "Test 3"), ("Q1", "Test again"), ("Q4", "Test 4"))
    assert ran(wire, COUNT) == [(2,)]
    with pytest.raises(psycopg.errors.UniqueViolation):
        together(wire, ("Q5", "Test 5"), ("Q1", "Test again"), before=b"BEGIN")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        ran(wire, COUNT)
    driver.execute("ROLLBACK")
    assert together(wire, ("Q6", "Test 6"), before=b"BEGIN") == [[("Q6",)]]
    assert together(wire, ("Q7", "Test 7"), after=b"COMMIT") == [[("Q7",)]]
    assert ran(wire, COUNT) == [(4,)]


def test_what_is_prepared_outlives_what_psycopg_undoes(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    assert ran(wire, COUNT) == [(0,)]
    for _ in range(8):
        driver.execute("SELECT 1")
    for undo in (lambda: driver.execute("ROLLBACK"), driver.rollback):
        driver.execute("BEGIN")
        driver.execute("SELECT 1")
        undo()
        driver.execute("SELECT 1")
        assert ran(wire, COUNT) == [(0,)]


def test_more_than_a_socket_holds_travels(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    long = "x" * 400_000
    ready = wire.ready([(NAMED, {"said": long})] * 12)
    assert ready is not None
    assert wire.run_all(ready) == [[(long, 2)]] * 12


def test_a_lost_connection_is_told(driver: psycopg.Connection[Any], database_url: str) -> None:
    wire = Wire(driver)
    assert ran(wire, COUNT) == [(0,)]
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        together(wire, ("Q1", "Test 1"))
    assert driver.closed
    with pytest.raises(psycopg.OperationalError):
        ran(wire, COUNT)


def test_an_end_of_the_server_that_the_socket_has_not_told_yet_is_an_outage(
    driver: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq tells it by an error of its own, which has no state, on a connection that looks good."""
    wire = Wire(driver)
    ready = wire.ready([(COUNT, {})])
    assert ready is not None
    ended = driver.pgconn.make_empty_result(ExecStatus.FATAL_ERROR)

    class Ended:
        status = ConnStatus.OK

        def exec_prepared(self, *_: Any) -> Any:
            return ended

    monkeypatch.setattr(wire, "_pg", Ended())
    with pytest.raises(psycopg.OperationalError):
        wire.run(ready[0])
