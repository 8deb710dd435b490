"""Deliveries that a broker reports under a licence of brokering; they count it down like shipments.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OUTSIDE = "registry: no licence of brokering covers the day of this delivery"
BEYOND = "registry: more than the licence still holds"
KEPT = "registry: a delivery that was reported stays reported"
COUNTED = "registry: what is drawn on a licence is what its shipments took"

COVERED = """SELECT 1 FROM licence l JOIN brokered_delivery d ON d.licence_id = l.id
    WHERE l.id = NEW.licence_id AND d.n = NEW.delivery_n AND l.kind = 'brokering'
    AND l.state IN ('issued', 'expired') AND d.departed_on BETWEEN l.starts_on AND l.expires_on
    AND d.departed_on >= l.issued_on"""
LEFT = """SELECT quantity - drawn FROM licence_line
    WHERE licence_id = NEW.licence_id AND n = NEW.line_n"""
COUNT = """UPDATE licence_line SET drawn = drawn + NEW.quantity
    WHERE licence_id = NEW.licence_id AND n = NEW.line_n"""
SHIPPED = """SELECT COALESCE(SUM(quantity), 0) FROM licence_draw
    WHERE licence_id = NEW.licence_id AND line_n = NEW.n"""
BROKERED = SHIPPED.replace("licence_draw", "brokered_line")
DISPOSED = "EXISTS (SELECT 1 FROM disposed_record WHERE record_class = 'licence' AND record_id = OLD.licence_id)"


def upgrade() -> None:
    _tables()
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        for statement in _postgresql():
            run(statement)
        return
    for statement in _sqlite():
        run(statement)


def _tables() -> None:
    op.create_table(
        "brokered_delivery",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("departed_on", sa.Date(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("export_licence", sa.String(80), nullable=False),
        sa.Column("proof", sa.String(120), nullable=False),
        sa.Column("carrier", sa.String(200), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", KEY, nullable=False),
        sa.CheckConstraint("arrived_on >= departed_on", name=op.f("ck_brokered_delivery_days")),
        sa.CheckConstraint(
            "export_licence <> '' AND proof <> ''", name=op.f("ck_brokered_delivery_papers")
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_brokered_delivery_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_brokered_delivery")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "brokered_line",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("delivery_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", KEY, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_brokered_line_quantity")),
        sa.ForeignKeyConstraint(
            ["licence_id", "delivery_n"],
            ["brokered_delivery.licence_id", "brokered_delivery.n"],
            name=op.f("fk_brokered_line_licence_id_delivery_n_brokered_delivery"),
        ),
        sa.ForeignKeyConstraint(
            ["licence_id", "line_n"],
            ["licence_line.licence_id", "licence_line.n"],
            name=op.f("fk_brokered_line_licence_id_line_n_licence_line"),
        ),
        sa.PrimaryKeyConstraint("licence_id", "delivery_n", "line_n", name=op.f("pk_brokered_line")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _sqlite():
    yield f"""CREATE TRIGGER brokered_line_conserved BEFORE INSERT ON brokered_line BEGIN
  SELECT RAISE(ABORT, '{OUTSIDE}') WHERE NOT EXISTS ({COVERED});
  SELECT RAISE(ABORT, '{BEYOND}') WHERE NEW.quantity > ({LEFT});
END"""
    yield f"CREATE TRIGGER brokered_line_counted AFTER INSERT ON brokered_line BEGIN {COUNT}; END"
    for table in ("brokered_delivery", "brokered_line"):
        yield f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        yield (
            f"CREATE TRIGGER {table}_not_removed BEFORE DELETE ON {table} WHEN NOT {DISPOSED}"
            f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )
    yield from _sqlite_drawn(f"({SHIPPED}) + ({BROKERED})")


def _sqlite_drawn(taken):
    yield "DROP TRIGGER licence_line_drawn"
    yield f"""CREATE TRIGGER licence_line_drawn BEFORE UPDATE OF drawn ON licence_line
  WHEN NEW.drawn <> OLD.drawn BEGIN
  SELECT RAISE(ABORT, '{COUNTED}') WHERE NEW.drawn <> {taken}; END"""


# The licence's line is locked first, so that two reports on one licence wait for each other.
def _postgresql():
    yield f"""CREATE FUNCTION brokered_line_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free bigint;
BEGIN
  {LEFT} INTO free FOR UPDATE;
  IF NOT EXISTS ({COVERED}) THEN RAISE EXCEPTION '{OUTSIDE}' USING ERRCODE = '23514'; END IF;
  IF NEW.quantity > free THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$"""
    yield """CREATE TRIGGER brokered_line_conserved BEFORE INSERT ON brokered_line
  FOR EACH ROW EXECUTE FUNCTION brokered_line_conserved()"""
    yield f"""CREATE FUNCTION brokered_line_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {COUNT}; RETURN NULL; END $$"""
    yield """CREATE TRIGGER brokered_line_counted AFTER INSERT ON brokered_line
  FOR EACH ROW EXECUTE FUNCTION brokered_line_counted()"""
    yield f"""CREATE FUNCTION brokered_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF {DISPOSED} THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514';
END $$"""
    for table in ("brokered_delivery", "brokered_line"):
        yield f"""CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION brokered_kept()"""
        yield f"""CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION brokered_kept()"""
    yield _postgresql_drawn(f"({SHIPPED}) + ({BROKERED})")


def _postgresql_drawn(taken):
    return f"""CREATE OR REPLACE FUNCTION licence_line_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.drawn <> {taken} THEN RAISE EXCEPTION '{COUNTED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$"""


def downgrade() -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        run(_postgresql_drawn(f"({SHIPPED})"))
    else:
        for statement in _sqlite_drawn(f"({SHIPPED})"):
            run(statement)
    run(
        "UPDATE licence_line SET drawn = 0"
        " WHERE licence_id IN (SELECT id FROM licence WHERE kind = 'brokering')"
    )
    op.drop_table("brokered_line")
    op.drop_table("brokered_delivery")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("brokered_line_conserved", "brokered_line_counted", "brokered_kept"):
            run(f"DROP FUNCTION {function}()")
