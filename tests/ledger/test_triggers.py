"""The journal's triggers: nobody goes around them unseen, nobody changes without a name or rewrites it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from registry.core.database import Base, Turn
from registry.core.journal import entries, restating, triggers
from registry.ledger import exports
from tests.ledger.rows import checks_aside, drop, first
from tests.ledger.tally import Tally
from tests.ledger.worlds import World

EDITS = {
    "update": "UPDATE firearm SET model = 'Other' WHERE id = 2",
    "delete": "DELETE FROM mark WHERE firearm_id = 2",
    "insert": "INSERT INTO state (code, name, historic, version{0}) SELECT 'Q9', 'Nowhere', historic, 1{0}"
    " FROM state WHERE code = 'BR'",
}
TABLES = {"update": "firearm", "delete": "mark", "insert": "state"}


def named(world: World, connection: Connection) -> Turn:
    """The transaction with an entry open, as the registry begins its own."""
    turn = Turn(connection.connection.dbapi_connection, world.office.database.is_sqlite, begun=True)
    turn.run(entries.OPEN, restating.said("test"))
    return turn


@pytest.mark.parametrize("event", EDITS)
def test_a_trigger_dropped_a_row_edited_the_trigger_put_back(
    standing: World, event: str, tally: Tally
) -> None:
    honest = standing.export()
    with standing.below() as connection:
        put_back = drop(connection, TABLES[event], event)
        assert triggers.differences(connection, Base.metadata) != []
        connection.execute(text(edit(event)))
        connection.exec_driver_sql(put_back)
        assert triggers.differences(connection, Base.metadata) == []
        export = exports.collected(connection)
    problems = standing.verify(export).problems
    tally.tried([event], problems[:1])
    assert export["tables"] != honest["tables"]
    assert {(p.level, p.where.split()[0]) for p in problems} == {(3, TABLES[event])}


@pytest.mark.parametrize("event", EDITS)
def test_control_the_same_edit_under_the_trigger_is_in_the_journal(standing: World, event: str) -> None:
    with standing.below() as connection:
        named(standing, connection)
        before = connection.execute(text("SELECT count(*) FROM ledger_change")).scalar_one()
        connection.execute(text(edit(event)))
        assert connection.execute(text("SELECT count(*) FROM ledger_change")).scalar_one() > before


def edit(event: str) -> str:
    """The statement, with every further column that must have a value."""
    known = {"code", "name", "historic", "version"}
    more = [c.name for c in Base.metadata.tables["state"].columns if not c.nullable and c.name not in known]
    return EDITS[event].format("".join(f", {name}" for name in more))


def test_a_dropped_trigger_is_noticed(standing: World) -> None:
    database = standing.office.database
    with standing.below() as connection:
        drop(connection, "firearm", "update")
        assert [
            name.startswith("journal_firearm") for name in triggers.differences(connection, Base.metadata)
        ]
        assert not standing.verify(exports.collected(connection)).problems  # nothing was done yet
    with database.reader.connect() as reading:
        assert triggers.differences(reading, Base.metadata) == []


def test_each_change_of_each_table_is_journaled(standing: World) -> None:
    seen = set()
    for table in triggers.journaled(Base.metadata):
        for op in "UD":
            with standing.below() as connection, checks_aside(connection):
                named(standing, connection)
                if journaled(connection, table, op):
                    seen.add((table.name, op))
    wanted = {table.name for table in triggers.journaled(Base.metadata)}
    assert {name for name, op in seen if op == "U"} == {t for t in wanted if has_more_than_its_key(t)}
    assert len([name for name, op in seen if op == "D"]) > len(wanted) / 2  # to the others, rows point


def has_more_than_its_key(name: str) -> bool:
    """Whether a row can be changed at all: its key never is."""
    return any(not column.primary_key for column in Base.metadata.tables[name].columns)


def journaled(connection: Connection, table: Table, op: str) -> bool:
    """Whether an update or a deletion is done, and then in the journal; False where a constraint refuses."""
    row, this = first(connection, table)
    column = next((column for column in table.columns if not column.primary_key), None)
    if op == "U" and column is None:
        return False
    before = connection.execute(text("SELECT max(id) FROM ledger_change")).scalar_one()
    try:
        if op == "D":
            connection.execute(table.delete().where(*this))
        elif column is not None:
            connection.execute(table.update().where(*this).values({column.name: row[column.name]}))
    except DBAPIError:  # other rows point to it
        return False
    written = text("SELECT subject, op FROM ledger_change WHERE id > :before")
    found = connection.execute(written, {"before": before}).all()
    assert (table.name, op) in [tuple(one) for one in found]
    return True


def test_a_change_without_a_name_is_refused(standing: World) -> None:
    for statement in (
        "INSERT INTO calibre (code, name) VALUES ('1-mm', '1 mm')",
        "UPDATE firearm SET model = 'X'",
        "DELETE FROM mark",
        "UPDATE person SET address = ''",
    ):
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
        "UPDATE ledger_tile SET n = n + 1",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_checkpoint SET size = size + 1",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_state SET size = 0",
        "DELETE FROM ledger_state",
    ],
)
def test_the_journal_is_never_changed(standing: World, statement: str) -> None:
    with standing.below() as connection, pytest.raises(DBAPIError, match="journal is never changed"):
        connection.execute(text(statement))
