"""Tampering of every kind is found, on both engines, and nothing else is ever reported.

Whoever tampers here owns the database: every trigger and foreign key is off. Each attempt is made in a
transaction, exported as it stands, verified, and undone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Table, select, text
from sqlalchemy.exc import DBAPIError

from registry.core.database import Base, Turn
from registry.core.journal import entries, restating, triggers
from registry.core.journal.merkle import Frontier, leaf_hash
from registry.core.work import OPERATOR
from registry.directory.tables import State
from registry.ledger import exports, log, verifier
from registry.ledger.checkpoints import Checkpoint
from registry.ledger.notes import sign
from tests.engines import Sqlite
from tests.ledger.worlds import ORIGIN, World, populated, standing, unguarded, world

__all__ = ["standing", "world"]
PASSING = {"kept_answer", "sign_in", "wrong_tries"}
DERIVED = {"mark_index", "mark_block", "mark_change"}
# Tables that the demonstration leaves empty have no cell to change; the test says if there is another.
LEDGER = {
    "ledger_change",
    "ledger_checkpoint",
    "ledger_entry",
    "ledger_leaf",
    "ledger_personal",
    "ledger_state",
    "ledger_tile",
}


def cells() -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        if table.name not in PASSING | DERIVED:
            for column in table.columns:
                yield table, column


def others(column: Column[Any], value: Any) -> list[Any]:
    """Values unlike this one that the column may hold, likely ones first."""
    if value is None:
        return [_some(column)]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1_000_000, value + 1, value - 1]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:] if value else b"x"]
    if isinstance(value, datetime):
        return [value + timedelta(seconds=1)]
    if isinstance(value, date):
        return [value + timedelta(days=1)]
    return [f"{value[:-1]}{'x' if value[-1:] != 'x' else 'y'}", value + "x", "BR", "AT", "lot_code", "other"]


def _some(column: Column[Any]) -> Any:
    kind = column.type.python_type
    return {int: 7, str: "x", bytes: b"x", bool: True}.get(kind) or (
        date(2001, 1, 1) if kind is date else datetime.fromisoformat("2001-01-01T00:00:00+00:00")
    )


def changed(connection: Connection, table: Table, column: Column[Any]) -> bool | None:
    """Change one cell of the table: True, False when the database itself refuses, None without a row."""
    row = connection.execute(select(table).limit(1)).mappings().first()
    if row is None:
        return None
    this = [key == row[key.name] for key in table.primary_key.columns]
    for value in others(column, row[column.name]):
        try:
            with connection.begin_nested():
                connection.execute(table.update().where(*this).values({column.name: value}))
        except DBAPIError:
            continue
        return True
    return False


@pytest.mark.timeout(400)
def test_every_cell_of_every_table(standing: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert standing.verify().problems == []
    found, missed, refused, empty = 0, [], [], set()
    for table, column in cells():
        with standing.below() as connection:
            unguarded(connection)
            done = changed(connection, table, column)
            if done is None:
                empty.add(table.name)
            elif not done:
                refused.append(f"{table.name}.{column.name}")
            elif standing.verify(connection).problems:
                found += 1
            else:
                missed.append(f"{table.name}.{column.name}")
    assert standing.verify().problems == []
    with capsys.disabled():
        tried = found + len(missed)
        print(f"\n{tried} tamperings, {found} found; {len(refused)} refused by constraints: {refused}")  # noqa: T201
    assert missed == []
    assert found > 150
    assert len(refused) < 12
    assert empty & LEDGER <= {"ledger_tile"}, empty


Tampering = Callable[[Connection], object]


def run(*statements: str) -> Tampering:
    def tamper(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return tamper


NEW_CHANGE = (
    "INSERT INTO ledger_change (entry_id, subject, op, key, before, after, salt)"
    " SELECT entry_id, subject, op, key, before, after, salt FROM ledger_change WHERE id = 5"
)
KINDS: dict[str, Tampering] = {
    "a row of the journal deleted": run(
        "DELETE FROM ledger_personal WHERE change_id = (SELECT max(id) FROM ledger_change)",
        "DELETE FROM ledger_change WHERE id = (SELECT max(id) FROM ledger_change)",
    ),
    "two rows of the journal swapped": run(
        "UPDATE ledger_change SET id = -1 WHERE id = 10",
        "UPDATE ledger_change SET id = 10 WHERE id = 11",
        "UPDATE ledger_change SET id = 11 WHERE id = -1",
    ),
    "a row inserted into the journal": run(NEW_CHANGE),
    "the journal cut off": run(
        "DELETE FROM ledger_personal WHERE change_id > 100", "DELETE FROM ledger_change WHERE id > 100"
    ),
    "the last leaf cut off": run("DELETE FROM ledger_leaf WHERE id = (SELECT max(id) FROM ledger_leaf)"),
    "two leaves swapped": run(
        "UPDATE ledger_leaf SET id = -1 WHERE id = 3",
        "UPDATE ledger_leaf SET id = 3 WHERE id = 4",
        "UPDATE ledger_leaf SET id = 4 WHERE id = -1",
    ),
    "an entry deleted": run("DELETE FROM ledger_entry WHERE leaf = 0"),
    "an entry without a leaf": run(
        "INSERT INTO ledger_entry (leaf, at, actor_id, role, purpose, case_number, act, request_id, note)"
        " SELECT 10000, at, actor_id, role, purpose, case_number, act, request_id, note"
        " FROM ledger_entry WHERE leaf = 0"
    ),
    "every checkpoint deleted": run("DELETE FROM ledger_checkpoint"),
    "a row deleted": run("DELETE FROM mark WHERE firearm_id = 1"),
    "a row inserted": lambda connection: connection.execute(
        State.__table__.insert().values(code="Q9", name="Nowhere", historic=False, version=1)
    ),
    "a personal value deleted without an order": run(
        "DELETE FROM ledger_personal WHERE name = 'after.full_name'"
    ),
    "two rows of a table swapped": run(
        "UPDATE firearm SET model = 'Other' WHERE id = 1", "UPDATE firearm SET year_made = 1901 WHERE id = 2"
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_itself(standing: World, kind: str) -> None:
    with standing.below() as connection:
        unguarded(connection)
        KINDS[kind](connection)
        assert standing.verify(connection).problems, kind
    assert standing.verify().problems == []


def test_untouched_exports_are_never_reported(world: World) -> None:
    for n in range(20):
        with world.office.begin(OPERATOR) as work:
            work.session.get_one(State, "BR").contact_name = f"Contact {n}"
        world.sign()
        report = world.verify()
        assert report.problems == []
    assert report.checkpoints == 21


def test_tiles_of_a_long_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(300):
        with world.office.begin(OPERATOR) as work:
            work.session.get_one(State, "BR").contact_name = f"Contact {n}"
        if n % 60 == 0:
            log.keep(world.office, world.key)
    world.sign()
    assert world.verify().problems == []
    for at in (0, 31, 32, 4095, 8191):
        with world.below() as connection:
            unguarded(connection)
            tile = connection.execute(text("SELECT hashes FROM ledger_tile")).scalar_one()
            flipped = bytearray(tile)
            flipped[at] ^= 0x80
            connection.execute(text("UPDATE ledger_tile SET hashes = :hashes"), {"hashes": bytes(flipped)})
            assert [p.where for p in world.verify(connection).problems] == ["tile 0/0"]
    assert world.verify().problems == []


def test_a_dropped_trigger_is_noticed_and_what_was_done_behind_it(standing: World) -> None:
    database = standing.office.database
    with standing.below() as connection:
        name = next(name for name in triggers.found(connection) if name.startswith("journal_firearm"))
        table = "" if database.is_sqlite else " ON firearm"
        connection.execute(text(f"DROP TRIGGER {name}{table}"))
        assert triggers.differences(connection, Base.metadata) == [name]
        assert not standing.verify(connection).problems  # nothing was done yet
    with database.reader.connect() as reading:
        assert triggers.differences(reading, Base.metadata) == []


def test_each_change_of_each_table_is_journaled(standing: World) -> None:
    seen = set()
    for table in triggers.journaled(Base.metadata):
        with standing.below() as connection:
            row = connection.execute(select(table).limit(1)).mappings().first()
            if row is None:
                continue
            turn = Turn(
                connection.connection.driver_connection, standing.office.database.is_sqlite, begun=True
            )
            turn.run(entries.OPEN, restating.said("test"))
            this = [key == row[key.name] for key in table.primary_key.columns]
            column = next((c for c in table.columns if not c.primary_key), None)
            assert column is not None
            for change in (
                table.update().where(*this).values({column.name: row[column.name]}),
                table.delete().where(*this),
            ):
                before = connection.execute(text("SELECT max(id) FROM ledger_change")).scalar_one()
                try:
                    with connection.begin_nested():
                        connection.execute(change)
                except DBAPIError:  # other rows point to it, or rows of this table never change
                    continue
                last = connection.execute(
                    text("SELECT subject, op FROM ledger_change WHERE id > :before"), {"before": before}
                ).all()
                assert (table.name, "U" if change.is_update else "D") in [tuple(one) for one in last]
                seen.add(table.name)
    assert len(seen) > 12


def test_a_change_without_a_name_is_refused(standing: World) -> None:
    for statement in ("UPDATE firearm SET model = 'X'", "DELETE FROM mark", "UPDATE person SET address = ''"):
        with standing.below() as connection, pytest.raises(DBAPIError, match="who, why and which act"):
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_change SET after = '{}'",
        "DELETE FROM ledger_change",
        "UPDATE ledger_leaf SET body = ''",
        "DELETE FROM ledger_leaf",
        "UPDATE ledger_personal SET value = ''",
        "DELETE FROM ledger_personal",
        "UPDATE ledger_entry SET role = 'auditor'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_checkpoint SET size = size + 1",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_state SET size = 0",
        "DELETE FROM ledger_state",
    ],
)
def test_the_journal_is_never_changed(standing: World, statement: str) -> None:
    with standing.below() as connection, pytest.raises(DBAPIError, match="journal is never changed"):
        connection.execute(text(statement))


def test_yesterdays_backup_is_found_out_by_a_checkpoint_kept_elsewhere(world: World) -> None:
    with exports.snapshot(world.office.database) as connection:
        backup = exports.collected(connection)
    with world.office.begin(OPERATOR) as work:
        work.session.get_one(State, "BR").contact_name = "New"
    kept_elsewhere = world.sign()
    restored = verifier.verify(backup, str(world.key.key))
    assert restored.problems == []  # the control: by itself it is a good log
    report = verifier.verify(backup, str(world.key.key), [kept_elsewhere])
    assert [p.level for p in report.problems] == [1]
    assert "cut off" in report.problems[0].message


def forged(world: World, connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The log rewritten in its last leaf and signed again with the real key: as good as true."""
    export = exports.collected(connection)
    leaf = export["leaves"][-1]
    entry = next(e for e in export["entries"] if e["id"] == leaf["entry"])
    leaf["body"] = leaf["body"].replace(f'"act":"{entry["act"]}"', '"act":"forged"')
    entry["act"] = "forged"
    grown = Frontier().append(leaf_hash(line["body"].encode()) for line in export["leaves"])
    export["meta"][0]["peaks"] = b"".join(grown.peaks).hex()
    moment = export["checkpoints"][-1]["signed_at"]
    note = sign(str(Checkpoint(world.key.key.name, grown.size, grown.root, (f"time {moment}",))), world.key)
    text_of_it = bytes(note).decode()
    export["checkpoints"] = [
        {"size": grown.size, "root": grown.root.hex(), "note": text_of_it, "signed_at": moment}
    ]
    return export


def test_a_fork_signed_with_the_real_key_is_found_out_by_a_witness(standing: World) -> None:
    honest = standing.newest()
    with exports.snapshot(standing.office.database) as connection:
        export = forged(standing, connection)
    assert verifier.verify(export, str(standing.key.key)).problems == []  # the control: nobody could tell
    report = verifier.verify(export, str(standing.key.key), [honest])
    assert any("not those that were signed" in p.message for p in report.problems)


def test_a_damaged_log_is_never_signed(world: World) -> None:
    database = world.office.database
    if not database.is_sqlite:
        pytest.skip("the triggers of PostgreSQL are switched off by its superuser only")
    with database.writer.begin() as connection:
        unguarded(connection)
        connection.execute(text("UPDATE ledger_leaf SET body = body || ' ' WHERE id = 3"))
        triggers.install(connection, Base.metadata)
    with world.office.begin(OPERATOR) as work:
        work.session.get_one(State, "BR").contact_name = "New"
    with pytest.raises(log.LedgerBrokenError):
        log.keep(world.office, world.key, now=True)


def test_the_verifier_runs_alone(sqlite: Sqlite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(verifier.__file__).read_text()
    assert len(source.splitlines()) <= 500
    assert "registry" not in "".join(
        line for line in source.splitlines() if line.startswith(("import", "from"))
    )
    with sqlite.ready() as url, populated(url, tmp_path) as made:
        with exports.snapshot(made.office.database) as connection:
            exports.write(connection, tmp_path / "export.zip")
        key = str(made.key.key)
    good = ["--key", key, str(tmp_path / "export.zip")]
    assert verifier.main(good) == 0
    assert "GOOD" in capsys.readouterr().out
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = log.signer(elsewhere, ORIGIN)
    assert verifier.main(["--key", str(other.key), str(tmp_path / "export.zip")]) == 1
    shutil.copy(tmp_path / "ledger.key", tmp_path / "no.zip")
    assert verifier.main(["--key", key, str(tmp_path / "no.zip")]) == 4
