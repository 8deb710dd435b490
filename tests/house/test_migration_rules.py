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
    "a key of a new column": lambda: op.add_column(
        "mark", sa.Column("x", sa.Integer(), sa.ForeignKey("party.id"))
    ),
}
TABLE, ROWS = "asks the table", "the journal would not see it"
BAD_SQL = {
    "ALTER TABLE licence DROP COLUMN place, ADD COLUMN x text": "asks the column",
    "ALTER TABLE licence DROP place": "asks the column",
    "alter table public.firearm drop column model": "asks the column",
    'ALTER TABLE IF EXISTS ONLY "firearm" DROP COLUMN model': "asks the column",
    "ALTER TABLE firearm ADD COLUMN x text DEFAULT '', ADD COLUMN y text NOT NULL": "inserts without it",
    "ALTER TABLE firearm ADD COLUMN x text DEFAULT NULL NOT NULL": "inserts without it",
    "ALTER TABLE scene ALTER COLUMN place DROP DEFAULT": "inserts without it",
    "ALTER TABLE scene ADD COLUMN x text DEFAULT '' || gen_random_uuid()": "a default that is computed",
    "ALTER TABLE scene ADD COLUMN x bigserial": "a column that is computed",
    "ALTER TABLE mark ADD FOREIGN KEY (firearm_id) REFERENCES firearm (id)": "reads all rows",
    "ALTER TABLE mark ADD COLUMN x integer REFERENCES firearm (id)": "reads all rows",
    "ALTER TABLE firearm ADD COLUMN x integer UNIQUE": "builds an index",
    "ALTER TABLE mark ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c": "under the lock",
    "DROP TABLE firearm": TABLE,
    "/* why */ DROP TABLE firearm": TABLE,
    "-- why\nDROP TABLE firearm": TABLE,
    "SET lock_timeout = E'\\'; '; DROP TABLE firearm": TABLE,
    "CREATE TABLE x (a text); DROP TABLE x, firearm": TABLE,
    "CREATE TABLE IF NOT EXISTS firearm (a text); DROP TABLE firearm": TABLE,
    "TRUNCATE ledger_leaf": "asks its rows",
    "SELECT 1; DROP TABLE firearm": TABLE,
    "SELECT 1; UPDATE firearm SET status = ''": ROWS,
    "SELECT pg_advisory_lock(1)": "cannot be read here",
    "DO $$ BEGIN DELETE FROM firearm; END $$": "cannot be read here",
    "WITH x AS (SELECT 1) UPDATE firearm SET status = ''": "rows on the side",
    "CREATE TABLE x (a text); INSERT INTO x WITH y AS (DELETE FROM lot) SELECT 1": "on the side",
    "INSERT INTO firearm SELECT * FROM firearm": ROWS,
    "LOCK TABLE firearm": "stops everybody",
    "VACUUM FULL firearm": "stops everybody",
    "DROP INDEX ix_firearm_status_id": "counts on it",
    "DROP TRIGGER x ON firearm; CREATE TRIGGER x BEFORE UPDATE ON lot EXECUTE FUNCTION y()": "counts on it",
    "ALTER TABLE calibre DROP CONSTRAINT uq_calibre_code": "counts on it",
    "REINDEX TABLE firearm": "is not known to run beside",
    "ALTER TABLE firearm SET UNLOGGED": "is not known to run beside",
}
"""Statements, and a word of why each is refused."""
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
GOOD_SQL = (
    "ALTER TABLE firearm ADD COLUMN serial text, ADD x numeric(10, 2) DEFAULT -1.5 NOT NULL; -- why; how",
    "ALTER TABLE mark ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; "
    "ALTER TABLE mark VALIDATE CONSTRAINT c",
    "ALTER TABLE calibre DROP CONSTRAINT c; ALTER TABLE calibre ADD CONSTRAINT c CHECK (x IN ('a', 'b; c'))",
    "DROP TRIGGER x ON lot; CREATE TRIGGER x BEFORE UPDATE ON lot FOR EACH ROW EXECUTE FUNCTION y()",
    "CREATE OR REPLACE FUNCTION y() RETURNS trigger AS $a$ BEGIN DELETE FROM lot; RETURN NEW; END $a$",
    "CREATE TABLE x (a text DEFAULT 'DROP TABLE firearm'); INSERT INTO x VALUES (''); DROP TABLE x",
    "ALTER TABLE scene ALTER COLUMN place DROP NOT NULL, ALTER place SET DEFAULT ''",
)


def migration(upgrade: object, **more: object) -> ModuleType:
    module = ModuleType("a migration")
    module.__dict__.update(more, upgrade=upgrade)
    return module


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_run_beside_is_refused(name: str) -> None:
    (wrong,) = faults(migration(BAD[name]))
    assert ": " in wrong


@pytest.mark.parametrize("sql", BAD_SQL)
def test_nor_is_it_taken_in_other_words(sql: str) -> None:
    """Told through Alembic, and past it."""
    for tell in (op.execute, lambda sql: op.get_bind().exec_driver_sql(sql)):
        wrong = faults(migration(lambda tell=tell: tell(sql)))
        assert any(BAD_SQL[sql] in one for one in wrong), wrong


@pytest.mark.parametrize("name", GOOD)
def test_what_can_is_not(name: str) -> None:
    assert faults(migration(GOOD[name])) == []


@pytest.mark.parametrize("sql", GOOD_SQL)
def test_nor_is_that_in_other_words(sql: str) -> None:
    assert faults(migration(lambda: op.execute(sql))) == []


def test_an_exception_says_why_and_is_one() -> None:
    drop, reason = BAD["a column goes"], "Unused since 0051, which was released in 2.3 a year ago"
    mark = "ALTER TABLE licence DROP COLUMN place"
    assert faults(migration(drop, ALLOWED={mark: reason})) == []
    assert faults(migration(drop, ALLOWED={mark: "old"})) == [f"{mark}: says no reason"]
    assert faults(migration(GOOD["a column that may be empty"], ALLOWED={mark: reason})) == [
        f"{mark}: is no exception"
    ]
    longer = migration(lambda: op.drop_column("licence", "place_of_birth"), ALLOWED={mark: reason})
    assert len(faults(longer)) == 2, "another column's"


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
