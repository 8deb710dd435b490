"""Spans of cartridges are conserved by the database: nothing from nowhere, nothing sold twice.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEYOND = "registry: the span reaches beyond the lot"
WHOLE = "registry: the first movement of a lot is the whole lot"
MOVED = "registry: some of these cartridges have already moved on"
UNHELD = "registry: these cartridges are not held by whoever hands them over"
PACKED = "registry: some of these cartridges are already in a package of this level"
KEPT = "registry: movements are never changed or removed; record a new one"
FIXED = "registry: the quantity of a lot is never changed"

SQLITE = f"""
CREATE TRIGGER movement_conserved BEFORE INSERT ON movement BEGIN
  SELECT RAISE(ABORT, '{BEYOND}') WHERE NEW.last >= (SELECT quantity FROM lot WHERE id = NEW.lot_id);
  SELECT RAISE(ABORT, '{WHOLE}') WHERE NEW.depth = 0
    AND (NEW.first <> 0 OR NEW.last <> (SELECT quantity FROM lot WHERE id = NEW.lot_id) - 1);
  SELECT RAISE(ABORT, '{MOVED}') WHERE (
    SELECT last FROM movement WHERE lot_id = NEW.lot_id AND depth = NEW.depth AND first <= NEW.last
    ORDER BY first DESC LIMIT 1) >= NEW.first;
  SELECT RAISE(ABORT, '{UNHELD}') WHERE NEW.depth > 0 AND NOT EXISTS (
    SELECT 1 FROM movement WHERE lot_id = NEW.lot_id AND depth = NEW.parent_depth
    AND first = NEW.parent_first AND first <= NEW.first AND last >= NEW.last AND to_id = NEW.from_id);
END;
CREATE TRIGGER movement_kept BEFORE UPDATE ON movement BEGIN SELECT RAISE(ABORT, '{KEPT}'); END;
CREATE TRIGGER movement_not_removed BEFORE DELETE ON movement BEGIN SELECT RAISE(ABORT, '{KEPT}'); END;
CREATE TRIGGER package_conserved BEFORE INSERT ON package BEGIN
  SELECT RAISE(ABORT, '{BEYOND}') WHERE NEW.last >= (SELECT quantity FROM lot WHERE id = NEW.lot_id);
  SELECT RAISE(ABORT, '{PACKED}') WHERE (
    SELECT last FROM package WHERE lot_id = NEW.lot_id AND level = NEW.level AND first <= NEW.last
    ORDER BY first DESC LIMIT 1) >= NEW.first;
END;
CREATE TRIGGER package_kept BEFORE UPDATE ON package BEGIN
  SELECT RAISE(ABORT, 'registry: a package is never changed; unpack and pack anew');
END;
CREATE TRIGGER lot_quantity_fixed BEFORE UPDATE OF quantity ON lot WHEN NEW.quantity <> OLD.quantity BEGIN
  SELECT RAISE(ABORT, '{FIXED}');
END;
"""

# The lot's row is locked first, so that two sellers of one lot wait for each other: what follows sees
# what the other one committed.
POSTGRESQL = f"""
CREATE FUNCTION movement_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER movement_conserved BEFORE INSERT ON movement
  FOR EACH ROW EXECUTE FUNCTION movement_conserved();
CREATE FUNCTION movement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER movement_kept BEFORE UPDATE OR DELETE ON movement
  FOR EACH ROW EXECUTE FUNCTION movement_kept();
CREATE TRIGGER movement_not_emptied BEFORE TRUNCATE ON movement
  FOR EACH STATEMENT EXECUTE FUNCTION movement_kept();
CREATE FUNCTION package_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole bigint;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'registry: a package is never changed; unpack and pack anew' USING ERRCODE = '23514';
  END IF;
  SELECT quantity INTO whole FROM lot WHERE id = NEW.lot_id FOR UPDATE;
  IF NEW.last >= whole THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = '23514'; END IF;
  IF (SELECT last FROM package WHERE lot_id = NEW.lot_id AND level = NEW.level AND first <= NEW.last
      ORDER BY first DESC LIMIT 1) >= NEW.first THEN
    RAISE EXCEPTION '{PACKED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER package_conserved BEFORE INSERT OR UPDATE ON package
  FOR EACH ROW EXECUTE FUNCTION package_conserved();
CREATE FUNCTION lot_quantity_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{FIXED}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER lot_quantity_fixed BEFORE UPDATE OF quantity ON lot
  FOR EACH ROW WHEN (NEW.quantity <> OLD.quantity) EXECUTE FUNCTION lot_quantity_fixed();
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE.strip().split("\nCREATE "):
        op.get_bind().exec_driver_sql("CREATE " + statement.removeprefix("CREATE "))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for function in ("movement_conserved", "movement_kept", "package_conserved", "lot_quantity_fixed"):
            op.execute(f"DROP FUNCTION {function}() CASCADE")
        return
    for trigger in (
        "movement_conserved",
        "movement_kept",
        "movement_not_removed",
        "package_conserved",
        "package_kept",
        "lot_quantity_fixed",
    ):
        op.execute(f"DROP TRIGGER {trigger}")
