"""Spans are held against each other statement by statement, and one index of movements is not needed.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEYOND = "registry: the span reaches beyond the lot"
WHOLE = "registry: the first movement of a lot is the whole lot"
MOVED = "registry: some of these cartridges have already moved on"
UNHELD = "registry: these cartridges are not held by whoever hands them over"
INDEX = "ix_movement_lot_id_parent_depth_parent_first"

# The lots' rows are locked first, so that two sellers of one lot wait for each other: what follows sees
# what the other one committed. Subqueries look up one row each by the key, also where a plan is kept
# that was made while the table was empty. By its name the trigger comes before the journal's.
AT_ONCE = f"""
CREATE OR REPLACE FUNCTION movement_conserved() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = 'off' AS $$
DECLARE refused text;
BEGIN
  PERFORM FROM lot WHERE id IN (SELECT lot_id FROM fresh) ORDER BY id FOR UPDATE;
  SELECT CASE
    WHEN f.last >= f.whole THEN '{BEYOND}'
    WHEN f.depth = 0 AND (f.first <> 0 OR f.last <> f.whole - 1) THEN '{WHOLE}'
    WHEN (SELECT m.last FROM movement m WHERE m.lot_id = f.lot_id AND m.depth = f.depth
      AND m.first < f.first ORDER BY m.first DESC LIMIT 1) >= f.first THEN '{MOVED}'
    WHEN (SELECT m.first FROM movement m WHERE m.lot_id = f.lot_id AND m.depth = f.depth
      AND m.first > f.first ORDER BY m.first LIMIT 1) <= f.last THEN '{MOVED}'
    WHEN f.depth > 0 AND coalesce((SELECT m.first <= f.first AND m.last >= f.last AND m.to_id = f.from_id
      FROM movement m WHERE m.lot_id = f.lot_id AND m.depth = f.parent_depth
      AND m.first = f.parent_first), false) = false THEN '{UNHELD}'
    END INTO refused
  FROM (SELECT n.*, (SELECT quantity FROM lot WHERE id = n.lot_id) AS whole FROM fresh n OFFSET 0) f
  ORDER BY 1 LIMIT 1;
  IF refused IS NOT NULL THEN RAISE EXCEPTION '%', refused USING ERRCODE = '23514'; END IF;
  RETURN NULL;
END $$;
DROP TRIGGER movement_conserved ON movement;
CREATE TRIGGER conserved_movement AFTER INSERT ON movement REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION movement_conserved();
"""
ONE_BY_ONE = f"""
CREATE OR REPLACE FUNCTION movement_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole bigint;
BEGIN
  SELECT quantity INTO whole FROM lot WHERE id = NEW.lot_id FOR UPDATE;
  IF NEW.last >= whole THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = '23514'; END IF;
  IF NEW.depth = 0 AND (NEW.first <> 0 OR NEW.last <> whole - 1) THEN
    RAISE EXCEPTION '{WHOLE}' USING ERRCODE = '23514'; END IF;
  IF (SELECT last FROM movement WHERE lot_id = NEW.lot_id AND depth = NEW.depth AND first <= NEW.last
      ORDER BY first DESC LIMIT 1) >= NEW.first THEN
    RAISE EXCEPTION '{MOVED}' USING ERRCODE = '23514'; END IF;
  IF NEW.depth > 0 AND NOT EXISTS (
      SELECT 1 FROM movement WHERE lot_id = NEW.lot_id AND depth = NEW.parent_depth
      AND first = NEW.parent_first AND first <= NEW.first AND last >= NEW.last AND to_id = NEW.from_id) THEN
    RAISE EXCEPTION '{UNHELD}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
DROP TRIGGER conserved_movement ON movement;
CREATE TRIGGER movement_conserved BEFORE INSERT ON movement
  FOR EACH ROW EXECUTE FUNCTION movement_conserved();
"""


def upgrade() -> None:
    op.drop_index(INDEX, "movement")
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(AT_ONCE.replace("%", "%%"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(ONE_BY_ONE)
    op.create_index(INDEX, "movement", ["lot_id", "parent_depth", "parent_first"])
