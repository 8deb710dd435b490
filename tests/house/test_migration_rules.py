"""Every new migration runs beside the version before it; the rule refuses what would not."""

from __future__ import annotations

from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from registry.core import migrate
from registry.core.database import Base, Database
from registry.core.journal import triggers
from registry.core.settings import SOURCE_ROOT
from tests.engines import Postgresql
from tests.house.migration_rules import BASELINE, faults, statements


def newer() -> list[ModuleType]:
    scripts = ScriptDirectory(str(SOURCE_ROOT / "migrations"))
    return [script.module for script in scripts.walk_revisions() if script.revision > BASELINE]


@pytest.mark.parametrize("module", newer(), ids=lambda module: module.revision)
def test_a_new_migration_runs_beside_the_version_before(module: ModuleType) -> None:
    assert statements(module), "it does nothing that could be read"
    assert faults(module) == []


BAD = {
    "a table goes": lambda: op.drop_table("calibre"),
    "a column goes": lambda: op.drop_column("licence", "place"),
    "a column is renamed": lambda: op.alter_column("party", "place", new_column_name="town"),
    "a table is renamed": lambda: op.rename_table("scene", "place"),
    "a column has another type": lambda: op.alter_column("lot", "quantity", type_=sa.Text()),
    "a column must be there": lambda: op.alter_column("lot", "gtin", nullable=False),
    "a new column without a default": lambda: op.add_column(
        "scene", sa.Column("x", sa.Text(), nullable=False)
    ),
    "a default that is computed": lambda: op.add_column(
        "scene", sa.Column("x", sa.Text(), server_default=sa.text("gen_random_uuid()"))
    ),
    "an index that stops changes": lambda: op.create_index("ix_x", "firearm", ["model"]),
    "a key that reads the table": lambda: op.create_foreign_key(
        "fk_x", "mark", "firearm", ["firearm_id"], ["id"]
    ),
    "a check that reads the table": lambda: op.create_check_constraint("x", "custody", "n > 0"),
    "a unique that builds its index": lambda: op.create_unique_constraint("uq_x", "mark", ["key"]),
    "rows by hand": lambda: op.get_bind().exec_driver_sql("UPDATE firearm SET status = ''"),
    "rows by the kit": lambda: op.execute("DELETE FROM ledger_leaf"),
    "all of it in SQL": lambda: op.execute("ALTER TABLE licence DROP COLUMN place, ADD COLUMN x text"),
}
GOOD = {
    "a column with a default": lambda: op.add_column(
        "firearm", sa.Column("x", sa.Text(), nullable=False, server_default="")
    ),
    "a column that may be empty": lambda: op.add_column("firearm", sa.Column("x", sa.Text())),
    "an index beside the service": lambda: op.create_index(
        "ix_x", "firearm", ["model"], postgresql_concurrently=True
    ),
    "an index of a small table": lambda: op.create_index("ix_x", "calibre", ["code"]),
    "a key that is checked later": lambda: op.execute(
        "ALTER TABLE mark ADD CONSTRAINT fk_x FOREIGN KEY (a) REFERENCES b (c) NOT VALID"
    ),
    "a table of its own": lambda: (
        op.create_table("mine", sa.Column("id", sa.Integer(), primary_key=True)),
        op.create_index("ix_mine_id", "mine", ["id"]),
        op.drop_table("mine"),
    ),
}


def migration(upgrade: object, **more: object) -> ModuleType:
    module = ModuleType("a migration")
    module.__dict__.update(more, upgrade=upgrade)
    return module


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_run_beside_is_refused(name: str) -> None:
    (wrong,) = faults(migration(BAD[name]))
    assert ": " in wrong


@pytest.mark.parametrize("name", GOOD)
def test_what_can_is_not(name: str) -> None:
    assert faults(migration(GOOD[name])) == []


def test_an_exception_says_why_and_is_one() -> None:
    drop, reason = BAD["a column goes"], "Unused since 0051, which was released in 2.3 a year ago"
    mark = "ALTER TABLE licence DROP COLUMN place"
    assert faults(migration(drop, ALLOWED={mark: reason})) == []
    assert faults(migration(drop, ALLOWED={mark: "old"})) == [f"{mark}: says no reason"]
    assert faults(migration(GOOD["a column that may be empty"], ALLOWED={mark: reason})) == [
        f"{mark}: is no exception"
    ]


def test_a_migration_that_cannot_have_its_lock_gives_up_and_can_be_run_again(
    postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting, it would stop everybody who comes after it."""
    monkeypatch.setattr(migrate, "LONGEST_WAIT", "200ms")
    with postgresql.ready() as url:
        migrate.downgrade(url, "0052")
        database = Database(url)
        with database.writer.connect() as holder:
            holder.exec_driver_sql("LOCK TABLE calibre IN ROW EXCLUSIVE MODE")
            with pytest.raises(OperationalError, match="lock timeout"):
                migrate.upgrade(url)
            holder.rollback()
        migrate.upgrade(url)
        with database.reader.connect() as reader:
            assert triggers.differences(reader, Base.metadata) == []
        database.close()
