"""What others approved counts for the file that they approved, and for no other.

Revision ID: 0055
Revises: 0054
"""

from __future__ import annotations

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

NAME = "intake_run_by_two"
WORDS = "registry: these rows are entered only once others have approved it"
DIGITS = "CASE WHEN NEW.id < 1000000000 THEN substr(CAST(1000000000 + NEW.id AS text), 2) ELSE CAST(NEW.id AS text) END"
OF_IT = f" AND p.subject LIKE 'IN-' || {DIGITS} || '-_'"
"""The number of the file, up to its check character."""


def upgrade() -> None:
    _replace(OF_IT)


def downgrade() -> None:
    _replace("")


def _replace(of_it):
    approved = (
        "(SELECT count(*) FROM proposal_approval a JOIN proposal p ON p.id = a.proposal_id"
        " WHERE a.proposal_id = NEW.approval_id AND p.kind = 'enter_intake'"
        f" AND a.approved_by <> NEW.created_by{of_it})"
    )
    unapproved = f"NEW.state = 'running' AND NEW.approvers > {approved}"
    if op.get_bind().dialect.name == "sqlite":
        _run(f"DROP TRIGGER {NAME}")
        _run(
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON intake_run WHEN {unapproved}"
            f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    _run(
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {unapproved} THEN RAISE EXCEPTION '{WORDS}' USING ERRCODE = '23514'; END IF;"
        " RETURN NEW; END $$"
    )


def _run(sql):
    op.get_bind().exec_driver_sql(sql)
