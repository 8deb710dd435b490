"""Ammunition: GS1 prefixes and the numbers given to packages.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

GIVEN = "registry: some of these numbers were given to other packages"
KEPT = "registry: numbers given to packages are never changed or taken back"

SQLITE = (
    f"""CREATE TRIGGER gs1_block_apart BEFORE INSERT ON gs1_block BEGIN
  SELECT RAISE(ABORT, '{GIVEN}') WHERE (
    SELECT last FROM gs1_block WHERE issuer = NEW.issuer AND first <= NEW.last
    ORDER BY first DESC LIMIT 1) >= NEW.first;
END""",
    f"CREATE TRIGGER gs1_block_kept BEFORE UPDATE ON gs1_block BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    f"CREATE TRIGGER gs1_block_not_removed BEFORE DELETE ON gs1_block BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
)
# Whoever gives numbers of an issuer waits for whoever does so already: the key of an advisory lock is its name.
POSTGRESQL = f"""
CREATE FUNCTION gs1_block_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('gs1_block:' || NEW.issuer, 0));
  IF (SELECT last FROM gs1_block WHERE issuer = NEW.issuer AND first <= NEW.last
      ORDER BY first DESC LIMIT 1) >= NEW.first THEN
    RAISE EXCEPTION '{GIVEN}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gs1_block_apart BEFORE INSERT OR UPDATE OR DELETE ON gs1_block
  FOR EACH ROW EXECUTE FUNCTION gs1_block_apart();
"""
# Boxes packed before get their serial numbers in the order in which they were packed.
NUMBERED = """
INSERT INTO gs1_block (issuer, first, last, lot_id, n)
SELECT issuer, sum(tiles) OVER (PARTITION BY issuer ORDER BY lot_id, n) - tiles + 1,
  sum(tiles) OVER (PARTITION BY issuer ORDER BY lot_id, n), lot_id, n
FROM (
  SELECT substr('000000' || l.gtin, length(l.gtin) - 7) AS issuer, p.lot_id, p.n,
    (p.last - p.first) / p.size + 1 AS tiles
  FROM packing p JOIN lot l ON l.id = p.lot_id WHERE p.level = 'unit_box' AND l.gtin <> ''
) boxes
"""


def upgrade() -> None:
    _codes()
    op.create_index("ix_lot_gtin", "lot", ["gtin"])
    op.execute(NUMBERED)


def _codes() -> None:
    op.create_table(
        "gs1_party",
        sa.Column(
            "party_id", KEY, sa.ForeignKey("party.id", name="fk_gs1_party_party_id_party"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("prefix", sa.String(12)),
        sa.Column("gln", sa.String(13)),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(prefix) BETWEEN 4 AND 12", name=op.f("ck_gs1_party_prefix")),
        sa.CheckConstraint("length(gln) = 13", name=op.f("ck_gs1_party_gln")),
        sa.CheckConstraint("prefix IS NOT NULL OR gln IS NOT NULL", name=op.f("ck_gs1_party_given")),
        sqlite_strict=True,
    )
    op.create_index("ux_gs1_party_prefix", "gs1_party", ["prefix"], unique=True)
    op.create_index("ux_gs1_party_gln", "gs1_party", ["gln"], unique=True)
    op.create_table(
        "gs1_block",
        sa.Column("issuer", sa.String(14), primary_key=True),
        sa.Column("first", KEY, primary_key=True, autoincrement=False),
        sa.Column("last", KEY, nullable=False),
        sa.Column("lot_id", KEY, sa.ForeignKey("lot.id", name="fk_gs1_block_lot_id_lot"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= first AND first <= last", name=op.f("ck_gs1_block_span")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ux_gs1_block_run", "gs1_block", ["lot_id", "n"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_index("ix_lot_gtin")
    for table in ("gs1_block", "gs1_party"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gs1_block_apart()")
