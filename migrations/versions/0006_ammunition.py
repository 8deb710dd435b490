"""Ammunition: rules of the State, packages as runs, units of a holder.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


PACKED = "registry: some of these cartridges are already in a package of this level"
BEYOND = "registry: the span reaches beyond the lot"
KEPT = "registry: a package is never changed; pack anew"

SQLITE = (
    f"""CREATE TRIGGER packing_conserved BEFORE INSERT ON packing BEGIN
  SELECT RAISE(ABORT, '{BEYOND}') WHERE NEW.last >= (SELECT quantity FROM lot WHERE id = NEW.lot_id);
  SELECT RAISE(ABORT, '{PACKED}') WHERE (
    SELECT last FROM packing WHERE lot_id = NEW.lot_id AND level = NEW.level AND round = NEW.round
    AND first <= NEW.last ORDER BY first DESC LIMIT 1) >= NEW.first;
END""",
    f"CREATE TRIGGER packing_kept BEFORE UPDATE ON packing BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    f"CREATE TRIGGER packing_not_removed BEFORE DELETE ON packing BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
)
# The lot's row is locked first, so that two packers of one lot wait for each other.
POSTGRESQL = f"""
CREATE FUNCTION packing_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  SELECT quantity INTO whole FROM lot WHERE id = NEW.lot_id FOR UPDATE;
  IF NEW.last >= whole THEN RAISE EXCEPTION '{BEYOND}' USING ERRCODE = '23514'; END IF;
  IF (SELECT last FROM packing WHERE lot_id = NEW.lot_id AND level = NEW.level AND round = NEW.round
      AND first <= NEW.last ORDER BY first DESC LIMIT 1) >= NEW.first THEN
    RAISE EXCEPTION '{PACKED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER packing_conserved BEFORE INSERT OR UPDATE OR DELETE ON packing
  FOR EACH ROW EXECUTE FUNCTION packing_conserved();
"""


def upgrade() -> None:
    _rules()
    _packages()
    _sales()
    _scenes()
    _folded_codes()
    op.add_column("movement", sa.Column("unit", sa.String(80), nullable=False, server_default=""))


ALIKE = ("OQDILSBZGU", "000115826V")


def _folded_codes() -> None:
    """The code of a lot with look-alike characters made one, for damaged codes."""
    code = sa.String(40, collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String(40)
    op.add_column("lot", sa.Column("code_folded", code, nullable=False, server_default=""))
    folded = "code_key"
    for one, other in zip(*ALIKE, strict=True):
        folded = f"replace({folded}, '{one}', '{other}')"
    op.execute(f"UPDATE lot SET code_folded = {folded}")
    op.create_index(op.f("ix_lot_code_folded"), "lot", ["code_folded"])


def _scenes() -> None:
    op.create_table(
        "scene",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("purpose", sa.String(30), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("latitude", KEY),
        sa.Column("longitude", KEY),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90000000 AND 90000000", name=op.f("ck_scene_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180000000 AND 180000000", name=op.f("ck_scene_longitude")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_scene_recorded_by_id"), "scene", ["recorded_by", "id"])
    op.create_table(
        "scene_cartridge",
        sa.Column(
            "scene_id", KEY, sa.ForeignKey("scene.id", name="fk_scene_cartridge_scene_id_scene"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("maker", sa.String(200), nullable=False),
        sa.Column("calibre", sa.String(80), nullable=False),
        sa.Column("position", KEY),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("lot_id", KEY, sa.ForeignKey("lot.id", name="fk_scene_cartridge_lot_id_lot")),
        sa.CheckConstraint("count > 0", name=op.f("ck_scene_cartridge_count")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_scene_cartridge_lot_id"), "scene_cartridge", ["lot_id"])


SALE_KEPT = "registry: a line of the sales register is never changed or removed; correct it"


def _sales() -> None:
    """Corrections beside the first report, reports of many sales, and whose buyer is dead."""
    op.create_table(
        "person_death",
        sa.Column(
            "party_id", KEY, sa.ForeignKey("person.party_id", name="fk_person_death_party_id_person"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "sale_correction",
        sa.Column("lot_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("sale_n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("changed_by", KEY, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_sale_correction_reason")),
        sa.ForeignKeyConstraint(
            ["lot_id", "sale_n"], ["sale.lot_id", "sale.n"], name=op.f("fk_sale_correction_lot_id_sale_n_sale")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "sale_report",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("reported_by", KEY, nullable=False),
        sa.Column("party_id", KEY, sa.ForeignKey("party.id", name="fk_sale_report_party_id_party")),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sale_report_party_id"), "sale_report", ["party_id"])
    op.create_table(
        "sale_report_line",
        sa.Column(
            "report_id", KEY, sa.ForeignKey("sale_report.id", name="fk_sale_report_line_report_id_sale_report"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("unmet", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(f"""
CREATE FUNCTION sale_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{SALE_KEPT}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER sale_kept BEFORE UPDATE OR DELETE ON sale FOR EACH ROW EXECUTE FUNCTION sale_kept();
CREATE TRIGGER sale_correction_kept BEFORE UPDATE OR DELETE ON sale_correction
  FOR EACH ROW EXECUTE FUNCTION sale_kept();
""")
        return
    for table in ("sale", "sale_correction"):
        for event in ("UPDATE", "DELETE"):
            op.get_bind().exec_driver_sql(
                f"CREATE TRIGGER {table}_kept_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{SALE_KEPT}'); END"
            )


def _packages() -> None:
    """Packages become runs; each of those there were is a run of one."""
    op.create_table(
        "packing",
        sa.Column(
            "lot_id", KEY, sa.ForeignKey("lot.id", name="fk_packing_lot_id_lot"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("level", sa.String(12), primary_key=True),
        sa.Column("round", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first", KEY, primary_key=True, autoincrement=False),
        sa.Column("last", KEY, nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("packed_on", sa.Date()),
        sa.CheckConstraint("0 <= first AND first <= last", name=op.f("ck_packing_span")),
        sa.CheckConstraint("size > 0", name=op.f("ck_packing_size")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ux_packing_number", "packing", ["lot_id", "n"], unique=True)
    op.execute(
        "INSERT INTO packing (lot_id, level, round, first, last, size, n)"
        " SELECT lot_id, level, 0, first, last, last - first + 1, n FROM package"
    )
    _drop_packages()
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE:
        op.get_bind().exec_driver_sql(statement)


def _drop_packages() -> None:
    op.drop_table("package")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION package_conserved()")


PACKAGE_SQLITE = (
    f"""CREATE TRIGGER package_conserved BEFORE INSERT ON package BEGIN
  SELECT RAISE(ABORT, '{PACKED}') WHERE (
    SELECT last FROM package WHERE lot_id = NEW.lot_id AND level = NEW.level AND first <= NEW.last
    ORDER BY first DESC LIMIT 1) >= NEW.first;
END""",
    f"CREATE TRIGGER package_kept BEFORE UPDATE ON package BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
)
PACKAGE_POSTGRESQL = f"""
CREATE FUNCTION package_conserved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT last FROM package WHERE lot_id = NEW.lot_id AND level = NEW.level AND first <= NEW.last
      ORDER BY first DESC LIMIT 1) >= NEW.first THEN
    RAISE EXCEPTION '{PACKED}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER package_conserved BEFORE INSERT ON package FOR EACH ROW EXECUTE FUNCTION package_conserved();
"""
EVERY_PACKAGE = """
WITH RECURSIVE tile(lot_id, level, at, last, size, n) AS (
  SELECT lot_id, level, first, last, size, n FROM packing WHERE round = 0
  UNION ALL SELECT lot_id, level, at + size, last, size, n + 1 FROM tile WHERE at + size <= last
)
SELECT lot_id, level, at, CASE WHEN at + size - 1 < last THEN at + size - 1 ELSE last END, n FROM tile
"""


def _packages_again() -> None:
    """Every package of the first packing as a row of its own."""
    op.create_table(
        "package",
        sa.Column(
            "lot_id", KEY, sa.ForeignKey("lot.id", name="fk_package_lot_id_lot"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("level", sa.String(12), primary_key=True),
        sa.Column("first", KEY, primary_key=True, autoincrement=False),
        sa.Column("last", KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= first AND first <= last", name=op.f("ck_package_span")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ux_package_number", "package", ["lot_id", "n"], unique=True)
    op.execute("INSERT INTO package (lot_id, level, first, last, n)" + EVERY_PACKAGE)
    op.drop_table("packing")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION packing_conserved()")
        op.get_bind().exec_driver_sql(PACKAGE_POSTGRESQL)
        return
    for statement in PACKAGE_SQLITE:
        op.get_bind().exec_driver_sql(statement)


def _rules() -> None:
    op.create_table(
        "ammunition_rule",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("calibre", sa.String(40), sa.ForeignKey("calibre.code", name="fk_ammunition_rule_calibre_calibre")),
        sa.Column("buyer_kind", sa.String(20), nullable=False),
        sa.Column("quantity", KEY),
        sa.Column("scheme", sa.String(20), nullable=False),
        sa.Column("exceeding", sa.String(12), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_ammunition_rule_quantity")),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_ammunition_rule_days")),
        sqlite_strict=True,
    )
    op.create_table(
        "ammunition_exception",
        sa.Column(
            "lot_id", KEY, sa.ForeignKey("lot.id", name="fk_ammunition_exception_lot_id_lot"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sale_n", sa.Integer()),
        sa.Column("unmet", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("approved_by", KEY, nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_ammunition_exception_reason")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_column("movement", "unit")
    op.drop_index("ix_lot_code_folded")
    op.drop_column("lot", "code_folded")
    op.drop_table("scene_cartridge")
    op.drop_table("scene")
    for table in ("sale_report_line", "sale_report", "sale_correction", "person_death"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sale_kept() CASCADE")
    else:
        op.execute("DROP TRIGGER sale_kept_update")
        op.execute("DROP TRIGGER sale_kept_delete")
    _packages_again()
    op.drop_table("ammunition_exception")
    op.drop_table("ammunition_rule")
