"""Intakes: the sheet of a workbook; who had all of one taken back, and when; what an intake that is being
taken back brought in may go.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAYS = "registry: a record goes only when two have disposed of it at the end of its term"
DISPOSED = "EXISTS (SELECT 1 FROM disposed_record WHERE record_class = 'firearm' AND record_id = OLD.id)"
UNDONE = (
    "EXISTS (SELECT 1 FROM intake_row r JOIN intake_run i ON i.id = r.run_id"
    " WHERE r.firearm_id = OLD.id AND i.state = 'undoing')"
)


def upgrade() -> None:
    op.add_column("intake_run", sa.Column("sheet", sa.String(31), server_default="", nullable=False))
    op.add_column("intake_run", sa.Column("undone_by", KEY, nullable=True))
    op.add_column("intake_run", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    bind = op.get_bind()
    for statement in _postgresql() if bind.dialect.name == "postgresql" else _sqlite(f"{DISPOSED} OR {UNDONE}"):
        bind.exec_driver_sql(statement)


def _sqlite(allowed):
    yield "DROP TRIGGER firearm_stays"
    yield (
        f"CREATE TRIGGER firearm_stays BEFORE DELETE ON firearm WHEN NOT ({allowed})"
        f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
    )


def _postgresql():
    yield (
        "CREATE FUNCTION firearm_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT ({DISPOSED} OR {UNDONE}) THEN RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END IF;"
        " RETURN OLD; END $$"
    )
    yield "DROP TRIGGER firearm_stays ON firearm"
    yield (
        "CREATE TRIGGER firearm_stays BEFORE DELETE ON firearm FOR EACH ROW EXECUTE FUNCTION firearm_stays()"
    )


def _postgresql_down():
    yield "DROP TRIGGER firearm_stays ON firearm"
    yield "DROP FUNCTION firearm_stays()"
    yield (
        "CREATE TRIGGER firearm_stays BEFORE DELETE ON firearm FOR EACH ROW EXECUTE FUNCTION record_stays()"
    )


def downgrade() -> None:
    bind = op.get_bind()
    for statement in _postgresql_down() if bind.dialect.name == "postgresql" else _sqlite(DISPOSED):
        bind.exec_driver_sql(statement)
    for name in ("undone_at", "undone_by", "sheet"):
        op.drop_column("intake_run", name)
