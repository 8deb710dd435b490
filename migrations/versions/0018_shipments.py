"""Shipments: announced, cleared at customs offices, followed to their receipt; licences counted down.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("stage = 1 AND firearm_id IS NOT NULL")
LIVE = sa.text("stage > 0 AND lot_id IS NULL")

ENDED = "registry: the licence is not in force"
UNCLEARED = "registry: only a cleared shipment draws on its licence, by what it holds"
BEYOND = "registry: more than the licence still holds"
KEPT = "registry: what was drawn on a licence stays drawn"
COUNTED = "registry: what is drawn on a licence is what its shipments took"
FIXED = "registry: what a shipment holds is not changed; cancel it and announce another"

IN_FORCE = "SELECT 1 FROM licence WHERE id = NEW.licence_id AND state = 'issued' AND ends_at > NEW.at"
SHIPPED = """SELECT 1 FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id
    WHERE s.id = NEW.shipment_id AND s.licence_id = NEW.licence_id AND s.cleared_at IS NOT NULL
    AND l.line_n = NEW.line_n AND l.licence_id = NEW.licence_id AND l.quantity = NEW.quantity"""
LEFT = """SELECT quantity - drawn FROM licence_line
    WHERE licence_id = NEW.licence_id AND n = NEW.line_n"""
COUNT = """UPDATE licence_line SET drawn = drawn + NEW.quantity
    WHERE licence_id = NEW.licence_id AND n = NEW.line_n"""
TAKEN = """SELECT COALESCE(SUM(quantity), 0) FROM licence_draw
    WHERE licence_id = NEW.licence_id AND line_n = NEW.n"""

SQLITE = (
    f"""CREATE TRIGGER licence_draw_conserved BEFORE INSERT ON licence_draw BEGIN
  SELECT RAISE(ABORT, '{ENDED}') WHERE NOT EXISTS ({IN_FORCE});
  SELECT RAISE(ABORT, '{UNCLEARED}') WHERE NOT EXISTS ({SHIPPED});
  SELECT RAISE(ABORT, '{BEYOND}') WHERE NEW.quantity > ({LEFT});
END""",
    f"CREATE TRIGGER licence_draw_counted AFTER INSERT ON licence_draw BEGIN {COUNT}; END",
    f"CREATE TRIGGER licence_draw_kept BEFORE UPDATE ON licence_draw BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    f"CREATE TRIGGER licence_draw_not_removed BEFORE DELETE ON licence_draw BEGIN"
    f" SELECT RAISE(ABORT, '{KEPT}'); END",
    f"""CREATE TRIGGER licence_line_drawn BEFORE UPDATE OF drawn ON licence_line
  WHEN NEW.drawn <> OLD.drawn BEGIN
  SELECT RAISE(ABORT, '{COUNTED}') WHERE NEW.drawn <> ({TAKEN}); END""",
    f"""CREATE TRIGGER licence_line_undrawn BEFORE INSERT ON licence_line WHEN NEW.drawn <> 0 BEGIN
  SELECT RAISE(ABORT, '{COUNTED}'); END""",
    f"""CREATE TRIGGER shipment_line_fixed BEFORE UPDATE OF quantity, licence_id, line_n ON shipment_line
  BEGIN SELECT RAISE(ABORT, '{FIXED}'); END""",
)
# The licence's line is locked first, so that two clearances of one licence wait for each other.
POSTGRESQL = f"""
CREATE FUNCTION licence_draw_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  {LEFT} INTO free FOR UPDATE;
  IF NOT EXISTS ({IN_FORCE}) THEN RAISE EXCEPTION '{ENDED}' USING ERRCODE = '23514'; END IF;
  IF NOT EXISTS ({SHIPPED}) THEN RAISE EXCEPTION '{UNCLEARED}' USING ERRCODE = '23514'; END IF;
  IF NEW.quantity > free THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER licence_draw_conserved BEFORE INSERT OR UPDATE OR DELETE ON licence_draw
  FOR EACH ROW EXECUTE FUNCTION licence_draw_conserved();
CREATE FUNCTION licence_draw_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {COUNT}; RETURN NULL; END $$;
CREATE TRIGGER licence_draw_counted AFTER INSERT ON licence_draw
  FOR EACH ROW EXECUTE FUNCTION licence_draw_counted();
CREATE FUNCTION licence_draw_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER licence_draw_not_emptied BEFORE TRUNCATE ON licence_draw
  FOR EACH STATEMENT EXECUTE FUNCTION licence_draw_kept();
CREATE FUNCTION licence_line_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.drawn <> ({TAKEN}) THEN RAISE EXCEPTION '{COUNTED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER licence_line_drawn BEFORE INSERT OR UPDATE OF drawn ON licence_line
  FOR EACH ROW EXECUTE FUNCTION licence_line_drawn();
CREATE FUNCTION shipment_line_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{FIXED}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER shipment_line_fixed BEFORE UPDATE OF quantity, licence_id, line_n ON shipment_line
  FOR EACH ROW EXECUTE FUNCTION shipment_line_fixed();
"""
FUNCTIONS = (
    "licence_draw_conserved",
    "licence_draw_counted",
    "licence_draw_kept",
    "licence_line_drawn",
    "shipment_line_fixed",
)
TABLES = (
    "shipment_scan",
    "shipment_event",
    "licence_draw",
    "shipment_item",
    "shipment_line",
    "shipment",
    "customs_post",
    "customs_office",
)


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE:
        op.get_bind().exec_driver_sql(statement)


def _tables() -> None:
    op.create_table('customs_office',
    sa.Column('code', sa.String(12), nullable=False),
    sa.Column('name', sa.String(120), nullable=False),
    sa.Column('place', sa.String(120), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.Column('recorded_by', KEY, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_customs_office')),
    sqlite_strict=True
    )
    op.create_table('customs_post',
    sa.Column('account_id', KEY, autoincrement=False, nullable=False),
    sa.Column('office', sa.String(12), nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.Column('recorded_by', KEY, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_customs_post_account_id_account')),
    sa.ForeignKeyConstraint(['office'], ['customs_office.code'], name=op.f('fk_customs_post_office_customs_office')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_customs_post')),
    sqlite_strict=True
    )
    op.create_table('shipment',
    sa.Column('id', KEY, nullable=False),
    sa.Column('licence_id', KEY, nullable=False),
    sa.Column('direction', sa.String(8), nullable=False),
    sa.Column('state', sa.String(12), nullable=False),
    sa.Column('office', sa.String(12), nullable=False),
    sa.Column('carrier', sa.String(200), nullable=False),
    sa.Column('waybill', sa.String(80), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('announced_at', INSTANT, nullable=False),
    sa.Column('announced_by', KEY, nullable=False),
    sa.Column('departed_on', sa.Date(), nullable=True),
    sa.Column('cleared_at', INSTANT, nullable=True),
    sa.Column('cleared_by', KEY, nullable=True),
    sa.Column('seal', sa.String(80), nullable=False),
    sa.Column('arrived_on', sa.Date(), nullable=True),
    sa.Column('receipt_due_on', sa.Date(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('receipt_reference', sa.String(120), nullable=False),
    sa.Column('differs', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('reminded_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(cleared_at IS NULL) = (state IN ('announced', 'cancelled'))", name=op.f('ck_shipment_cleared')),
    sa.CheckConstraint('received_on >= departed_on', name=op.f('ck_shipment_received')),
    sa.ForeignKeyConstraint(['licence_id'], ['licence.id'], name=op.f('fk_shipment_licence_id_licence')),
    sa.ForeignKeyConstraint(['office'], ['customs_office.code'], name=op.f('fk_shipment_office_customs_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_shipment_licence_id'), 'shipment', ['licence_id'], unique=False)
    op.create_index(op.f('ix_shipment_office_state'), 'shipment', ['office', 'state'], unique=False)
    op.create_index(op.f('ix_shipment_state_receipt_due_on'), 'shipment', ['state', 'receipt_due_on'], unique=False)
    op.create_table('shipment_event',
    sa.Column('shipment_id', KEY, autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('move', sa.String(12), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('country', sa.String(2), nullable=True),
    sa.Column('office', sa.String(12), nullable=True),
    sa.Column('reference', sa.String(120), nullable=False),
    sa.Column('note', sa.String(1000), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('by', KEY, nullable=False),
    sa.Column('role', sa.String(30), nullable=False),
    sa.ForeignKeyConstraint(['country'], ['state.code'], name=op.f('fk_shipment_event_country_state')),
    sa.ForeignKeyConstraint(['office'], ['customs_office.code'], name=op.f('fk_shipment_event_office_customs_office')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_event_shipment_id_shipment')),
    sa.PrimaryKeyConstraint('shipment_id', 'n', name=op.f('pk_shipment_event')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('shipment_line',
    sa.Column('shipment_id', KEY, autoincrement=False, nullable=False),
    sa.Column('line_n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('licence_id', KEY, nullable=False),
    sa.Column('quantity', KEY, nullable=False),
    sa.Column('received', KEY, nullable=True),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipment_line_quantity')),
    sa.CheckConstraint('received >= 0', name=op.f('ck_shipment_line_received')),
    sa.ForeignKeyConstraint(['licence_id', 'line_n'], ['licence_line.licence_id', 'licence_line.n'], name=op.f('fk_shipment_line_licence_id_line_n_licence_line')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_line_shipment_id_shipment')),
    sa.PrimaryKeyConstraint('shipment_id', 'line_n', name=op.f('pk_shipment_line')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('shipment_scan',
    sa.Column('shipment_id', KEY, autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('scanned', sa.String(200), nullable=False),
    sa.Column('verdict', sa.String(16), nullable=False),
    sa.Column('item_n', sa.Integer(), nullable=True),
    sa.Column('first', KEY, nullable=True),
    sa.Column('last', KEY, nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('by', KEY, nullable=False),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_scan_shipment_id_shipment')),
    sa.PrimaryKeyConstraint('shipment_id', 'n', name=op.f('pk_shipment_scan')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('licence_draw',
    sa.Column('shipment_id', KEY, autoincrement=False, nullable=False),
    sa.Column('line_n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('licence_id', KEY, nullable=False),
    sa.Column('quantity', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_licence_draw_quantity')),
    sa.ForeignKeyConstraint(['licence_id', 'line_n'], ['licence_line.licence_id', 'licence_line.n'], name=op.f('fk_licence_draw_licence_id_line_n_licence_line')),
    sa.ForeignKeyConstraint(['shipment_id', 'line_n'], ['shipment_line.shipment_id', 'shipment_line.line_n'], name=op.f('fk_licence_draw_shipment_id_line_n_shipment_line')),
    sa.PrimaryKeyConstraint('shipment_id', 'line_n', name=op.f('pk_licence_draw')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_licence_draw_licence_id_line_n'), 'licence_draw', ['licence_id', 'line_n'], unique=False)
    op.create_table('shipment_item',
    sa.Column('shipment_id', KEY, autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('licence_id', KEY, nullable=False),
    sa.Column('line_n', sa.Integer(), nullable=False),
    sa.Column('licence_item', sa.Integer(), nullable=False),
    sa.Column('firearm_id', KEY, nullable=True),
    sa.Column('component_n', sa.Integer(), nullable=False),
    sa.Column('lot_id', KEY, nullable=True),
    sa.Column('first', KEY, nullable=True),
    sa.Column('last', KEY, nullable=True),
    sa.Column('name', sa.String(200), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.CheckConstraint('(lot_id IS NULL AND first IS NULL AND last IS NULL) OR (lot_id IS NOT NULL AND first >= 0 AND last >= first AND firearm_id IS NULL)', name=op.f('ck_shipment_item_span')),
    sa.CheckConstraint('stage BETWEEN 0 AND 2', name=op.f('ck_shipment_item_stage')),
    sa.ForeignKeyConstraint(['firearm_id'], ['firearm.id'], name=op.f('fk_shipment_item_firearm_id_firearm')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_shipment_item_lot_id_lot')),
    sa.ForeignKeyConstraint(['shipment_id', 'line_n'], ['shipment_line.shipment_id', 'shipment_line.line_n'], name=op.f('fk_shipment_item_shipment_id_line_n_shipment_line')),
    sa.PrimaryKeyConstraint('shipment_id', 'n', name=op.f('pk_shipment_item')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_shipment_item_firearm_id'), 'shipment_item', ['firearm_id'], unique=False)
    op.create_index(op.f('ix_shipment_item_lot_id'), 'shipment_item', ['lot_id'], unique=False)
    op.create_index('ux_shipment_item_once', 'shipment_item', ['licence_id', 'line_n', 'licence_item'], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index('ux_shipment_item_open', 'shipment_item', ['firearm_id', 'component_n'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}() CASCADE")
    else:
        for trigger in ("licence_line_drawn", "licence_line_undrawn"):
            op.execute(f"DROP TRIGGER {trigger}")
    for table in TABLES:
        op.drop_table(table)
