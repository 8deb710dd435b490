"""Tampering of every kind is found, on both engines, and nothing else is ever reported.

Whoever tampers here owns the database: triggers, foreign keys and CHECKs are off. Each attempt is made in
a transaction, exported as it stands, verified, and undone. Each harness has its control: the verifier
without the check that finds an attempt misses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from registry.core.database import Base
from registry.core.journal.triggers import journaled
from registry.core.work import OPERATOR
from registry.directory.tables import State
from registry.ledger import verifier
from tests.engines import Postgresql
from tests.ledger import cells
from tests.ledger.rows import double, first
from tests.ledger.tally import Tally
from tests.ledger.worlds import Owner, World, owner, populated, world

__all__ = ["owner", "world"]


@contextmanager
def blind(*levels: int) -> Iterator[None]:
    """The verifier without its checks of these levels."""
    with pytest.MonkeyPatch.context() as patch:
        collector = verifier._collector
        unseen: verifier.Wrong = lambda where, message: None  # noqa: E731
        patch.setattr(
            verifier,
            "_collector",
            lambda report, level: unseen if level in levels else collector(report, level),
        )
        yield


def changed_together(owner: Owner, made: Iterable[cells.Cell | str], touched: str, tally: Tally) -> set[str]:
    """The names of cells changed in this transaction, each found by a finding of its own."""
    tried = list(made)
    refused = [cell for cell in tried if isinstance(cell, str)]
    assert refused == []
    changed = [cell for cell in tried if isinstance(cell, cells.Cell)]
    export = owner.export(touched) if touched else owner.export()
    problems = owner.world.verify(export).problems
    found = [cell for cell in changed if cell.found(problems)]
    tally.tried(changed, found)
    assert [cell.name for cell in changed if cell not in found] == []
    with blind(changed[0].level):
        unnoticed = owner.world.verify(export).problems
    assert [cell.name for cell in changed if cell.found(unnoticed)] == []
    return {cell.name for cell in changed}


def test_every_cell_of_every_table(owner: Owner, tally: Tally) -> None:
    assert owner.world.verify(owner.honest).problems == []
    with owner.tampering() as connection:
        names = changed_together(owner, cells.change_columns(connection), "tables", tally)
    longest = max(len(table.primary_key.columns) for table in journaled(Base.metadata))
    for nth in range(longest):
        with owner.tampering() as connection:
            names |= changed_together(owner, cells.change_keys(connection, nth), "tables", tally)
    with owner.tampering() as connection:
        names |= changed_together(owner, cells.change_journal(connection), "", tally)
    assert names | cells.ALONE == cells.every()


@pytest.mark.parametrize("name", sorted(cells.ALONE))
def test_every_cell_of_the_log(owner: Owner, name: str, tally: Tally) -> None:
    with owner.tampering() as connection:
        assert cells.change_alone(connection, name)
        export = owner.export()
    found = {problem.level for problem in owner.world.verify(export).problems}
    tally.tried([name], found and [name])
    assert found
    with blind(*found):
        assert owner.world.verify(export).problems == []


GONE, MORE = "is in the journal but not in the table", "is in the table but not in the journal"


@pytest.mark.parametrize("how", ["a row deleted", "everything deleted", "a row put in"])
def test_every_table(owner: Owner, how: str, tally: Tally) -> None:
    tables = journaled(Base.metadata)
    with owner.tampering() as connection:
        for table in tables:
            if how == "a row put in":
                connection.execute(table.insert().values(double(connection, table)))
            else:
                this = first(connection, table)[1] if how == "a row deleted" else []
                connection.execute(table.delete().where(*this))
        export = owner.export("tables")
    wanted = MORE if how == "a row put in" else GONE
    found = {p.where.split()[0] for p in owner.world.verify(export).problems if p.message == wanted}
    tally.tried(tables, found)
    assert found == {table.name for table in tables}
    with blind(3):
        assert owner.world.verify(export).problems == []


Tampering = Callable[[Connection], object]


def run(*statements: str) -> Tampering:
    """What these statements do."""

    def tamper(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return tamper


def swapped(table: str, key: str, one: int, other: int) -> Tampering:
    """Two rows that change places."""
    return run(
        f"UPDATE {table} SET {key} = -1 WHERE {key} = {one}",
        f"UPDATE {table} SET {key} = {one} WHERE {key} = {other}",
        f"UPDATE {table} SET {key} = {other} WHERE {key} = -1",
    )


LAST = "(SELECT max(id) FROM ledger_change)"
ENTRY = "tx, at, actor_id, role, purpose, case_number, act, request_id, note"
# What is done, and the levels of verification that find it.
KINDS: dict[str, tuple[Tampering, set[int]]] = {
    "a row of the journal deleted": (
        run(
            f"DELETE FROM ledger_personal WHERE change_id = {LAST}",
            f"DELETE FROM ledger_change WHERE id = {LAST}",
        ),
        {2, 3},
    ),
    "two rows of the journal swapped": (swapped("ledger_change", "id", 10, 11), {2}),
    "a row inserted into the journal": (
        run(
            "INSERT INTO ledger_change (entry_id, subject, op, key, before, after, salt)"
            " SELECT entry_id, subject, op, key, before, after, salt FROM ledger_change WHERE id = 5"
        ),
        {2},
    ),
    "the journal cut off": (
        run("DELETE FROM ledger_personal WHERE change_id > 100", "DELETE FROM ledger_change WHERE id > 100"),
        {2, 3},
    ),
    "the journal emptied": (run("DELETE FROM ledger_personal", "DELETE FROM ledger_change"), {2, 3}),
    "every personal value deleted without an order": (run("DELETE FROM ledger_personal"), {2}),
    "a personal value deleted without an order": (
        run("DELETE FROM ledger_personal WHERE change_id = (SELECT max(change_id) FROM ledger_personal)"),
        {2},
    ),
    "a personal value put in": (
        run(
            "INSERT INTO ledger_personal SELECT change_id, 'after.other', value, salt FROM ledger_personal"
            " ORDER BY change_id DESC, name LIMIT 1"
        ),
        {2, 3},
    ),
    "the last leaf cut off": (
        run("DELETE FROM ledger_leaf WHERE id = (SELECT max(id) FROM ledger_leaf)"),
        {1, 2},
    ),
    "a leaf in the middle deleted": (run("DELETE FROM ledger_leaf WHERE id = 100"), {1, 2}),
    "two leaves swapped": (swapped("ledger_leaf", "id", 3, 4), {1, 2}),
    "a leaf put in at the end": (
        run(
            "INSERT INTO ledger_leaf SELECT (SELECT max(id) + 1 FROM ledger_leaf), entry_id, body"
            " FROM ledger_leaf WHERE id = 30"
        ),
        {1, 2},
    ),
    "an entry deleted": (run("DELETE FROM ledger_entry WHERE leaf = 0"), {2}),
    "two entries swapped": (swapped("ledger_entry", "leaf", 30, 31), {2}),
    "an entry without a leaf": (
        run(
            f"INSERT INTO ledger_entry (leaf, {ENTRY}) SELECT 10000, {ENTRY} FROM ledger_entry WHERE leaf = 0"
        ),
        {2},
    ),
    "every checkpoint deleted": (run("DELETE FROM ledger_checkpoint"), {1}),
    "the newest checkpoint deleted": (
        run("DELETE FROM ledger_checkpoint WHERE size = (SELECT max(size) FROM ledger_checkpoint)"),
        {1},
    ),
    "the state deleted": (run("DELETE FROM ledger_state"), {1}),
    "the state put back": (run("UPDATE ledger_state SET size = size - 1"), {1}),
    "a tile deleted": (run("DELETE FROM ledger_tile"), {1}),
    "a tile put in": (run("INSERT INTO ledger_tile SELECT 1, 0, hashes FROM ledger_tile"), {1}),
    "a row edited and its history with it": (
        run(
            "UPDATE firearm SET model = 'Other' WHERE id = 1",
            "UPDATE ledger_change SET after = (SELECT after FROM ledger_change WHERE subject = 'firearm'"
            " AND key = '[2]' ORDER BY id LIMIT 1) WHERE subject = 'firearm' AND key = '[1]'",
        ),
        {2, 3},
    ),
    "rows of two tables edited": (
        run(
            "UPDATE firearm SET year_made = 1901 WHERE id = 2",
            "UPDATE state SET name = 'x' WHERE code = 'AR'",
        ),
        {3},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_itself(owner: Owner, kind: str, tally: Tally) -> None:
    tamper, levels = KINDS[kind]
    with owner.tampering() as connection:
        tamper(connection)
        export = owner.export()
    assert export != owner.honest
    found = {problem.level for problem in owner.world.verify(export).problems}
    tally.tried([kind], found and [kind])
    assert found == levels
    with blind(*levels):
        assert owner.world.verify(export).problems == []


def test_bytes_of_tiles(owner: Owner, tally: Tally) -> None:
    """A bit of every hash of a tile, at every place within a hash: in exports, then in the database."""
    (tile,) = owner.honest["tiles"]
    places = [32 * n + n % 32 for n in range(256)] + list(range(32)) + list(range(8160, 8192))
    found = [at for at in places if wheres(owner, flipped(tile, at)) == {"tile 0/0"}]
    for at in (0, 31, 32, 4095, 8191):
        with owner.tampering() as connection:
            hashes = {"hashes": bytes.fromhex(flipped(tile, at)["hashes"])}
            connection.execute(text("UPDATE ledger_tile SET hashes = :hashes"), hashes)
            export = owner.export()
        places.append(at)
        found += [at] if {p.where for p in owner.world.verify(export).problems} == {"tile 0/0"} else []
        with blind(1):
            assert owner.world.verify(export).problems == []
    tally.tried(places, found)
    assert found == places


def flipped(tile: dict[str, str], at: int) -> dict[str, str]:
    """A tile with one bit of a byte turned over."""
    hashes = bytearray.fromhex(tile["hashes"])
    hashes[at] ^= 1 << at % 8
    return tile | {"hashes": hashes.hex()}


def wheres(owner: Owner, tile: dict[str, str]) -> set[str]:
    """Where the verifier's look at the tiles finds something."""
    report = verifier.Report([])
    bodies = [str(line["body"]).encode() for line in owner.honest["leaves"]]
    verifier._tiles({"tiles": [tile]}, bodies, verifier._collector(report, 1))
    return {problem.where for problem in report.problems}


def test_untouched_exports_are_never_reported(
    world: World, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "signature_fits", cache(verifier.signature_fits))  # the same ones each time
    alarms = 0
    for n in range(20):
        with world.office.begin(OPERATOR) as work:
            work.session.get_one(State, "BR").name = f"Contact {n}"
        world.sign()
        report = world.verify()
        alarms += len(report.problems)
    tally.untouched(20, alarms)
    assert alarms == 0
    assert report.checkpoints == 21


@pytest.mark.postgresql
def test_two_at_one_row_give_no_alarm_whoever_began_first(
    postgresql: Postgresql, tmp_path: Path, tally: Tally
) -> None:
    """The order of a row's changes is that in which they were made, not that in which work began."""
    with postgresql.ready() as url, populated(url, tmp_path) as made:
        with made.office.begin(OPERATOR) as early:
            early.session.connection()
            with made.office.begin(OPERATOR) as late:
                late.session.get_one(State, "BR").name = "First"
            early.session.get_one(State, "BR").name = "Second"
        made.sign()
        problems = made.verify().problems
    tally.untouched(1, len(problems))
    assert problems == []
