"""The unit of work: all or nothing, and looking never writes."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import cast

import pytest
from sqlalchemy import Table, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from registry.core import many
from registry.core.database import Database, Prepared
from registry.core.errors import Conflict, Forbidden
from registry.core.many import Columns
from registry.core.work import Actor, Office, Work, act
from registry.directory.tables import State
from schemas.vocabulary import May, Role

STATES = cast(Table, State.__table__)
OFFICER = Actor(1, "Officer", Role.AUTHORITY_OFFICER, frozenset({May.DIRECTORY_WRITE}))


@pytest.fixture
def office(database_url: str):
    database = Database(database_url)
    yield Office(database)
    database.close()


def names(office: Office) -> set[str]:
    with office.look(OFFICER) as work:
        return set(work.session.scalars(select(State.name).where(State.name.like("Test%"))))


def add(work: Work, code: str) -> None:
    work.session.add(State(code=code, name=f"Test {code}", historic=False))
    work.session.flush()


def test_leaving_the_block_keeps_the_change(office: Office) -> None:
    with office.begin(OFFICER) as work:
        add(work, "Q1")
    assert names(office) == {"Test Q1"}


def test_an_exception_leaves_nothing_behind(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.begin(OFFICER) as work:
        add(work, "Q1")
        raise ZeroDivisionError
    assert names(office) == set()


def test_looking_cannot_write(office: Office) -> None:
    with pytest.raises(DBAPIError), office.look(OFFICER) as work:
        add(work, "Q1")
    with office.look(OFFICER) as work, pytest.raises(DBAPIError):
        work.session.execute(text("DELETE FROM state"))


def test_what_the_database_refuses_is_a_conflict_without_the_values(office: Office) -> None:
    with office.begin(OFFICER) as work:
        add(work, "Q1")
    with pytest.raises(Conflict) as refusal, office.begin(OFFICER) as work:
        add(work, "Q1")
    assert "Test Q1" not in str(refusal.value)


def test_an_act_asks_the_policy_first(office: Office) -> None:
    ran = []

    @act(May.LOT_REGISTER)
    def forbidden_here(work: Work) -> None:
        ran.append(work)

    with office.look(OFFICER) as work, pytest.raises(Forbidden, match=r"lot\.register"):
        forbidden_here(work)
    assert not ran


def test_writers_wait_for_each_other_and_none_is_lost(office: Office) -> None:
    with office.begin(OFFICER) as work:
        add(work, "Q0")

    def raise_version() -> None:
        for _ in range(20):
            with office.begin(OFFICER) as work:
                work.lock("state Q0")
                row = work.session.get_one(State, "Q0")
                row.version += 1

    threads = [threading.Thread(target=raise_version) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.look(OFFICER) as work:
        assert work.session.get_one(State, "Q0").version == 81


def test_the_log_is_moved_into_the_database_while_others_write(office: Office) -> None:
    if not office.database.is_sqlite:
        pytest.skip("only SQLite keeps a log of its own")
    with office.begin(OFFICER) as work:
        add(work, "Q0")

    def write() -> None:
        for _ in range(25):
            with office.begin(OFFICER) as work:
                work.session.get_one(State, "Q0").version += 1

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        office.database.checkpoint()
    for thread in threads:
        thread.join()
    office.database.checkpoint()
    with office.look(OFFICER) as work:
        assert work.session.get_one(State, "Q0").version == 76
        assert work.session.execute(text("PRAGMA query_only")).scalar_one() == 1


def test_a_change_is_kept_and_said_so_when_the_log_cannot_be_moved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not office.database.is_sqlite:
        pytest.skip("only SQLite keeps a log of its own")

    def fail() -> None:
        raise OperationalError(None, None, Exception("database or disk is full"))

    monkeypatch.setattr(office.database, "checkpoint", fail)
    monkeypatch.setattr(office.database, "_writes", 999)
    with office.begin(OFFICER) as work:
        add(work, "Q0")
    with office.look(OFFICER) as work:
        assert work.session.get_one(State, "Q0").version == 1


_ADD = Prepared(
    "INSERT INTO state (code, name, historic, version) VALUES (:code, :name, :historic, 1) RETURNING code"
)
_NAME = Prepared("SELECT name FROM state WHERE code = :code")
_RENAME = Prepared("UPDATE state SET name = 'Test after' WHERE code = :code")
_ENTRIES = Prepared("SELECT count(*) FROM ledger_entry WHERE role = 'authority_officer'")
_COUNT = Prepared("SELECT count(*) FROM state WHERE name LIKE 'Test%'")


def put(work: Work, code: str) -> list[tuple[str]]:
    return work.put(_ADD, code=code, name=f"Test {code}", historic=False)


def test_a_prepared_write_is_kept_and_answers_its_rows(office: Office) -> None:
    with office.begin(OFFICER) as work:
        assert put(work, "Q1") == [("Q1",)]
        assert put(work, "Q2") == [("Q2",)]
    assert names(office) == {"Test Q1", "Test Q2"}


def test_prepared_writes_are_undone_together(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.begin(OFFICER) as work:
        put(work, "Q1")
        put(work, "Q2")
        raise ZeroDivisionError
    with office.begin(OFFICER) as work:
        put(work, "Q3")
    assert names(office) == {"Test Q3"}


def test_a_prepared_write_joins_the_session_that_is_open(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.begin(OFFICER) as work:
        add(work, "Q1")
        put(work, "Q2")
        raise ZeroDivisionError
    assert names(office) == set()
    with office.begin(OFFICER) as work:
        add(work, "Q1")
        put(work, "Q2")
    assert names(office) == {"Test Q1", "Test Q2"}


def test_a_session_goes_on_with_the_transaction_of_prepared_writes(office: Office) -> None:
    for refused in (True, False):
        try:
            with office.begin(OFFICER) as work:
                put(work, "Q1")
                assert work.session.get(State, "Q1") is not None
                add(work, "Q2")
                put(work, "Q3")
                if refused:
                    raise ValueError
        except ValueError:
            assert names(office) == set()
    assert names(office) == {"Test Q1", "Test Q2", "Test Q3"}
    with office.look(OFFICER) as work:
        assert work.rows(_ENTRIES) == [(1,)], "one transaction, one entry"
    with office.begin(OFFICER) as work:
        put(work, "Q4")
    assert "Test Q4" in names(office), "the connection serves the next one"


def test_prepared_statements_see_what_a_session_keeps_back_and_the_other_way_round(office: Office) -> None:
    with office.begin(OFFICER) as work:
        row = State(code="Q1", name="Test before", historic=False)
        work.session.add(row)
        assert work.run((_NAME, {"code": "Q1"}), (_RENAME, {"code": "Q1"})) == [[("Test before",)], []]
        assert row.name == "Test after"


def test_many_rows_go_in_at_once_or_not_at_all(office: Office) -> None:
    columns = ("code", "name", "historic", "version")
    rest = (False, 1)
    many = [(f"Q{n}", f"Test {n}", *rest) for n in range(9)]
    for first in (True, False):
        with office.begin(OFFICER) as work:
            if not first:
                add(work, "XA")
            work.put_rows(STATES, columns, many if first else Columns((["XB"], ["Test B"], [False], [1])))
            work.put_rows(STATES, columns, [])
    assert len(names(office)) == 11
    with pytest.raises(Conflict), office.begin(OFFICER) as work:
        work.put_rows(STATES, columns, [("XC", "Test C", *rest), many[0]])
    assert len(names(office)) == 11
    with office.begin(OFFICER) as work:
        work.put_rows(STATES, columns, [("XC", "Test C", *rest)])
        work.put_rows(STATES, columns, [("XD", "Test D", *rest)])
        assert work.put(_NAME, code="XC") == [("Test C",)]
        assert work.session.get(State, "XD") is not None
    assert len(names(office)) == 13


def test_many_rows_are_kept_as_told_whatever_they_share(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "_IN_A_STATEMENT", 12)
    told = [(f"Q{n}", f"Test {n}", n % 4 == 1, 7) for n in range(9)]  # the first and the last are alike
    with office.begin(OFFICER) as work:
        work.put_rows(STATES, ("code", "name", "historic", "version"), told)
    kept = "SELECT code, name, historic, version FROM state WHERE code LIKE 'Q%' AND name LIKE 'Test %'"
    with office.look(OFFICER) as work:
        assert sorted(map(tuple, work.session.execute(text(kept)))) == told


def test_what_the_database_refuses_of_a_prepared_write_is_a_conflict(office: Office) -> None:
    with office.begin(OFFICER) as work:
        put(work, "Q1")
    with pytest.raises(Conflict) as refusal, office.begin(OFFICER) as work:
        put(work, "Q1")
    assert "Q1" not in str(refusal.value)
    assert names(office) == {"Test Q1"}


def test_prepared_reads_see_what_others_commit(office: Office) -> None:
    for known in range(3):
        with office.look(OFFICER) as work:
            assert work.rows(_COUNT) == [(known,)]
        with office.begin(OFFICER) as work:
            put(work, f"Q{known}")


def test_what_is_written_later_is_there_for_whatever_follows(office: Office) -> None:
    with office.begin(OFFICER) as work:
        work.later(_ADD, code="Q1", name="Test Q1", historic=False)
        assert work.rows(_COUNT) == [(0,)]
        assert work.sees(_COUNT) == [(1,)]
        work.later(_ADD, code="Q2", name="Test Q2", historic=False)
        assert work.session.get(State, "Q2") is not None
        work.session.add(State(code="Q3", name="Test Q3", historic=False))
        work.later(_ADD, code="Q4", name="Test Q4", historic=False)
        assert work.beside((_COUNT, {}), (_COUNT, {})) == [[(4,)], [(4,)]]
        work.later(_ADD, code="Q5", name="Test Q5", historic=False)
    assert names(office) == {f"Test Q{n}" for n in range(1, 6)}
    with office.begin(OFFICER) as work:
        work.later(_ADD, code="Q6", name="Test Q6", historic=False)
    assert "Test Q6" in names(office)


def test_what_is_written_later_is_undone_with_the_rest(office: Office) -> None:
    with office.begin(OFFICER) as work:
        put(work, "Q1")
    with pytest.raises(Conflict), office.begin(OFFICER) as work:
        put(work, "Q2")
        work.later(_ADD, code="Q1", name="Test again", historic=False)
    with pytest.raises(ZeroDivisionError), office.begin(OFFICER) as work:
        work.later(_ADD, code="Q3", name="Test Q3", historic=False)
        raise ZeroDivisionError
    assert names(office) == {"Test Q1"}
    with office.begin(OFFICER) as work:
        put(work, "Q4")
    assert names(office) == {"Test Q1", "Test Q4"}


def test_a_session_of_which_nothing_was_asked_is_undone_too(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.begin(OFFICER) as work:
        put(work, "Q1")
        work.session.add(State(code="Q2", name="Test Q2", historic=False))
        raise ZeroDivisionError
    with office.begin(OFFICER) as work:
        work.session.add(State(code="Q3", name="Test Q3", historic=False))
    assert names(office) == {"Test Q3"}


def test_what_waits_may_be_amended_or_go_before_the_rest(office: Office) -> None:
    with office.begin(OFFICER) as work:
        work.later(_ADD, code="Q1", name="Test", historic=False)
        assert work.waiting.amend(_ADD, ("code",), {"code": "Q1", "name": "Test Q1"})
        assert not work.waiting.amend(_ADD, ("code",), {"code": "Q2", "name": "Test Q2"})
        work.waiting.add(_ADD, {"code": "Q2", "name": "Test Q2", "historic": False}, first=True)
        assert [values["code"] for _, values in work.waiting.taken()] == ["Q2", "Q1"]
        work.later(_ADD, code="Q3", name="Test Q3", historic=False)
        assert work.sees(_COUNT) == [(1,)]
        assert not work.waiting.amend(_ADD, ("code",), {"code": "Q3", "name": "Test"})
    assert names(office) == {"Test Q3"}


def test_what_is_known_is_not_asked_again(office: Office) -> None:
    with office.begin(OFFICER) as work:
        assert work.waiting.learn([(_COUNT, {})], work.beside((_COUNT, {}))) == [[(0,)]]
        put(work, "Q1")
        assert work.sees(_COUNT) == [(0,)]
        assert work.beside((_NAME, {"code": "Q1"}), (_COUNT, {})) == [[("Test Q1",)], [(0,)]]
    with office.look(OFFICER) as work:
        assert work.beside((_NAME, {"code": "Q1"}), (_COUNT, {})) == [[("Test Q1",)], [(1,)]]


def test_a_fresh_key_is_given_once(office: Office) -> None:
    fresh = Prepared("SELECT {fresh[trace_request]}")
    with office.begin(OFFICER) as work:
        ((first,),) = work.sees(fresh)
    with office.begin(OFFICER) as work:
        ((second,),) = work.sees(fresh)
    assert first == 1
    assert second == (1 if office.database.is_sqlite else 2)  # where no row was written, SQLite has it still


def test_who_holds_a_lock_lets_others_wait(office: Office) -> None:
    held, order = threading.Event(), []

    def second() -> None:
        held.wait(20)
        with office.begin(OFFICER) as work:
            work.lock("one")
            order.append(work.sees(_COUNT))

    thread = threading.Thread(target=second)
    thread.start()
    with office.begin(OFFICER) as work:
        work.lock("one")
        held.set()
        thread.join(0.2)
        put(work, "Q1")
        order.append([])
    thread.join(20)
    assert order == [[], [(1,)]]


def test_a_broken_connection_is_replaced(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("SQLite has no server that could end a connection")
    with office.begin(OFFICER) as work:
        put(work, "Q1")
    with office.look(OFFICER) as work:
        assert work.rows(_COUNT) == [(1,)]
    with office.database.reader.connect() as other:
        other.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with office.look(OFFICER) as work:
        assert work.rows(_COUNT) == [(1,)]
    with office.begin(OFFICER) as work:
        put(work, "Q2")
    assert names(office) == {"Test Q1", "Test Q2"}


def test_writers_wait_for_their_turn_and_none_is_lost(office: Office) -> None:
    def write(first: str) -> None:
        for n, second in enumerate("abcdefghijklmnopqrst"):
            with office.begin(OFFICER) as work:
                put(work, first + second) if n % 2 else add(work, first + second)

    threads = [threading.Thread(target=write, args=(first,)) for first in "ABCDEFGH"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(office)) == 160


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 30), ("America/Sao_Paulo", 29), ("Asia/Tokyo", 30)],
    ids=str,
)
def test_a_day_ends_where_the_registry_is(zone: str, day: int) -> None:
    now = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
    office = Office(Database("sqlite:///:memory:"), clock=lambda: now, zone=zone)
    with office.look(OFFICER) as work:
        assert (work.today, office.today) == (date(2026, 11, day), date(2026, 11, day))


def test_a_thread_that_ends_leaves_its_connections_to_the_next(office: Office) -> None:
    """Closed by a thread that ends, SQLite's would take the whole process with it (python/cpython#119585)."""
    seen: list[int] = []

    def use() -> None:
        assert office.database.rows(Prepared("SELECT 1"), {}) == [(1,)]
        with office.database.transaction() as turn:
            turn.run(Prepared("SELECT 1"), {})
        seen.append(len(office.database._held))

    for _ in range(3):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert seen == [2, 2, 2]
