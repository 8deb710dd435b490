"""Rows of intakes that are entered only once others have approved it, such as licences in force.

Revision ID: 0052
Revises: 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = ("to_approve", "approvers")
NAME = "intake_run_by_two"
WORDS = "registry: these rows are entered only once others have approved it"
APPROVED = (
    "(SELECT count(*) FROM proposal_approval a JOIN proposal p ON p.id = a.proposal_id"
    " WHERE a.proposal_id = NEW.approval_id AND p.kind = 'enter_intake' AND a.approved_by <> NEW.created_by)"
)
UNAPPROVED = f"NEW.state = 'running' AND NEW.approvers > {APPROVED}"


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("intake_run", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("intake_run", sa.Column("approval_id", KEY, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        run(
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON intake_run WHEN {UNAPPROVED}"
            f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    run(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {UNAPPROVED} THEN RAISE EXCEPTION '{WORDS}' USING ERRCODE = '23514'; END IF;"
        " RETURN NEW; END $$"
    )
    run(f"CREATE TRIGGER {NAME} BEFORE UPDATE ON intake_run FOR EACH ROW EXECUTE FUNCTION {NAME}()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        run(f"DROP TRIGGER {NAME}")
    else:
        run(f"DROP TRIGGER {NAME} ON intake_run")
        run(f"DROP FUNCTION {NAME}()")
    for name in ("approval_id", *COLUMNS):
        op.drop_column("intake_run", name)


def run(sql):
    op.get_bind().exec_driver_sql(sql)
