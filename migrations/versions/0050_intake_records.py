"""Lines of files that became other records than firearms; what an intake that is being taken back brought in
may go. Numbers of parties and lots, which may go now, are given once on SQLite too.

Revision ID: 0050
Revises: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HEADS = ("party", "lot", "licence", "recovery")
NUMBERED = ("party", "lot")
STAYS = "registry: a record goes only when two have disposed of it at the end of its term"
MOVED = "registry: movements are never changed or removed; record a new one"
PACKED = "registry: a package is never changed; pack anew"
SOLD = "registry: a line of the sales register is never changed or removed; correct it"
LINK = "registry: a link of the chain of evidence is never changed or removed"
OF_STEP = (
    "EXISTS (SELECT 1 FROM disposed_record d JOIN recovered_item i ON i.recovery_id = d.record_id"
    " WHERE d.record_class = 'recovery' AND i.id = OLD.item_id)"
)
STEP_UNDONE = (
    "EXISTS (SELECT 1 FROM recovered_item x JOIN intake_record r ON r.recovery_id = x.recovery_id"
    " JOIN intake_run i ON i.id = r.run_id WHERE x.id = OLD.item_id AND i.state = 'undoing')"
)


def disposed(record, key="id"):
    return f"EXISTS (SELECT 1 FROM disposed_record WHERE record_class = '{record}' AND record_id = OLD.{key})"


def undone(where):
    return (
        "EXISTS (SELECT 1 FROM intake_record r JOIN intake_run i ON i.id = r.run_id"
        f" WHERE {where} AND i.state = 'undoing')"
    )


PERSON = undone("r.party_id = OLD.party_id")
LICENCE, RECOVERY = undone("r.licence_id = OLD.id"), undone("r.recovery_id = OLD.id")
WHOLE = "r.sale_n IS NULL AND r.packing_n IS NULL"
MOVEMENT = undone(f"r.lot_id = OLD.lot_id AND (r.sale_n = OLD.sale_n OR ({WHOLE}))")
SALE = undone("r.lot_id = OLD.lot_id AND r.sale_n = OLD.n")
PACKING = undone("r.lot_id = OLD.lot_id AND r.packing_n = OLD.n")


def upgrade() -> None:
    _records()
    _number_once()
    for statement in _triggers(undoing=True):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in _triggers(undoing=False):
        op.get_bind().exec_driver_sql(statement)
    _number_once(again=True)
    op.drop_table("intake_record")


def _records():
    op.create_table(
        "intake_record",
        sa.Column("run_id", KEY, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("lot_id", KEY, nullable=True),
        sa.Column("sale_n", sa.Integer(), nullable=True),
        sa.Column("packing_n", sa.Integer(), nullable=True),
        sa.Column("licence_id", KEY, nullable=True),
        sa.Column("recovery_id", KEY, nullable=True),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["intake_run.id"], name=op.f("fk_intake_record_run_id_intake_run")),
        *(
            sa.ForeignKeyConstraint(
                [f"{head}_id"],
                [f"{head}.id"],
                name=op.f(f"fk_intake_record_{head}_id_{head}"),
                ondelete="CASCADE",
            )
            for head in HEADS
        ),
        *(
            sa.ForeignKeyConstraint(
                ["lot_id", f"{part}_n"],
                [f"{part}.lot_id", f"{part}.n"],
                name=op.f(f"fk_intake_record_lot_id_{part}"),
                ondelete="CASCADE",
            )
            for part in ("sale", "packing")
        ),
        sa.PrimaryKeyConstraint("run_id", "line", name=op.f("pk_intake_record")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_intake_record_digest"), "intake_record", ["digest"], unique=True)
    for head in HEADS:
        op.create_index(op.f(f"ix_intake_record_{head}_id"), "intake_record", [f"{head}_id"])


def _number_once(*, again=False):
    """PostgreSQL's sequences give a number once by themselves. SQLite documents this way for changes that
    leave what is stored as it is."""
    if op.get_bind().dialect.name != "sqlite":
        return
    ask = op.get_bind().exec_driver_sql
    version = ask("PRAGMA schema_version").scalar_one()
    ask("PRAGMA writable_schema = ON")
    words = ("PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)")
    before, after = reversed(words) if again else words
    changed = ask(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?)"
        f" WHERE type = 'table' AND name IN {NUMBERED} AND instr(sql, ?) > 0",
        (before, after, before),
    ).rowcount
    ask(f"PRAGMA schema_version = {version + 1}")
    ask("PRAGMA writable_schema = RESET")
    if changed != len(NUMBERED):
        raise RuntimeError("tables are not as their migrations left them")
    for name in NUMBERED:
        if again:
            ask(f"DELETE FROM sqlite_sequence WHERE name = '{name}'")
        else:
            ask(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{name}', coalesce(max(id), 0) FROM {name}")


def _triggers(*, undoing):
    records = {
        "person": (disposed("person", "party_id"), PERSON),
        "licence": (disposed("licence"), LICENCE),
        "recovery": (disposed("recovery"), RECOVERY),
    }
    allowed = {name: " OR ".join(found) if undoing else found[0] for name, found in records.items()}
    step = f"{OF_STEP} OR {STEP_UNDONE}" if undoing else OF_STEP
    postgresql = op.get_bind().dialect.name == "postgresql"
    return (_postgresql if postgresql else _sqlite)(allowed, step, undoing)


PARTS = {"movement": (MOVEMENT, MOVED), "packing": (PACKING, PACKED), "sale": (SALE, SOLD)}
"""Rows of a lot that are never removed otherwise, and the words that say so."""


def _sqlite(allowed, step, undoing):
    for name, found in allowed.items():
        yield from _refused(f"{name}_stays", name, found, STAYS)
    yield from _refused("evidence_step_kept_delete", "evidence_step", step, LINK)
    names = {"movement": "movement_not_removed", "packing": "packing_not_removed", "sale": "sale_kept_delete"}
    for table, (found, words) in PARTS.items():
        yield from _refused(names[table], table, found if undoing else "", words)


def _refused(trigger, table, allowed, words):
    when = f" WHEN NOT ({allowed})" if allowed else ""
    yield f"DROP TRIGGER {trigger}"
    yield (
        f"CREATE TRIGGER {trigger} BEFORE DELETE ON {table}{when}"
        f" BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def _postgresql(allowed, step, undoing):
    yield _function("person_stays", allowed["person"], STAYS)
    yield (
        "CREATE OR REPLACE FUNCTION evidence_step_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' AND ({step}) THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{LINK}' USING ERRCODE = '23514'; END $$"
    )
    for name in ("licence", "recovery"):
        yield f"DROP TRIGGER {name}_stays ON {name}"
        if undoing:
            yield _function(f"{name}_stays", allowed[name], STAYS)
        else:
            yield f"DROP FUNCTION {name}_stays()"
        yield _trigger(f"{name}_stays", "DELETE", name, f"{name}_stays" if undoing else "record_stays")
    events = {"movement": ("kept", "UPDATE"), "packing": ("conserved", "INSERT OR UPDATE"), "sale": ("kept", "UPDATE")}
    for table, (found, words) in PARTS.items():
        name, event = events[table]
        yield f"DROP TRIGGER {table}_{name} ON {table}"
        if undoing:
            yield _trigger(f"{table}_{name}", event, table, f"{table}_{name}")
            yield _function(f"{table}_stays", found, words)
            yield _trigger(f"{table}_stays", "DELETE", table, f"{table}_stays")
        else:
            yield f"DROP TRIGGER {table}_stays ON {table}"
            yield f"DROP FUNCTION {table}_stays()"
            yield _trigger(f"{table}_{name}", f"{event} OR DELETE", table, f"{table}_{name}")


def _function(name, allowed, words):
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT ({allowed}) THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23514'; END IF;"
        " RETURN OLD; END $$"
    )


def _trigger(name, events, table, function):
    return f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
