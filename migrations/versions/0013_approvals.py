"""Proposals that take a second person: decided once, never by whoever proposed them.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OPEN = "state = 'open'"

ONCE = "registry: a proposal is decided once, and what it proposes is never changed"
KEPT = "registry: proposals and approvals are never changed or removed"
TOO_FEW = "registry: too few people have approved this"
LATE = "registry: this proposal is decided"
FIXED = (
    "id",
    "kind",
    "subject",
    "document",
    "digest",
    "approvers",
    "proposed_by",
    "role",
    "proposed_at",
    "expires_at",
)
SAME = " AND ".join(f"NEW.{name} = OLD.{name}" for name in FIXED)
APPROVED = "SELECT count(*) FROM proposal_approval WHERE proposal_id = NEW.id"

SQLITE = (
    f"""CREATE TRIGGER proposal_decided_once BEFORE UPDATE ON proposal BEGIN
  SELECT RAISE(ABORT, '{ONCE}') WHERE OLD.state <> 'open' OR NOT ({SAME});
  SELECT RAISE(ABORT, '{TOO_FEW}') WHERE NEW.state = 'approved' AND ({APPROVED}) < NEW.approvers;
END""",
    f"""CREATE TRIGGER proposal_begins_open BEFORE INSERT ON proposal WHEN NEW.state <> 'open' BEGIN
  SELECT RAISE(ABORT, '{ONCE}');
END""",
    f"CREATE TRIGGER proposal_kept BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    f"""CREATE TRIGGER approval_in_time BEFORE INSERT ON proposal_approval
WHEN (SELECT state FROM proposal WHERE id = NEW.proposal_id) <> 'open' BEGIN
  SELECT RAISE(ABORT, '{LATE}');
END""",
    f"CREATE TRIGGER approval_kept BEFORE UPDATE ON proposal_approval"
    f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    f"CREATE TRIGGER approval_not_removed BEFORE DELETE ON proposal_approval"
    f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
)
POSTGRESQL = f"""
CREATE FUNCTION proposal_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN RAISE EXCEPTION '{ONCE}' USING ERRCODE = '23514'; END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'open' OR NOT ({SAME}) THEN RAISE EXCEPTION '{ONCE}' USING ERRCODE = '23514'; END IF;
  IF NEW.state = 'approved' AND ({APPROVED}) < NEW.approvers THEN
    RAISE EXCEPTION '{TOO_FEW}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER proposal_decided_once BEFORE INSERT OR UPDATE ON proposal
  FOR EACH ROW EXECUTE FUNCTION proposal_decided_once();
CREATE FUNCTION approval_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM proposal WHERE id = NEW.proposal_id) <> 'open' THEN
    RAISE EXCEPTION '{LATE}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_in_time BEFORE INSERT ON proposal_approval
  FOR EACH ROW EXECUTE FUNCTION approval_in_time();
CREATE FUNCTION approval_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER proposal_kept BEFORE DELETE ON proposal FOR EACH ROW EXECUTE FUNCTION approval_kept();
CREATE TRIGGER proposal_not_emptied BEFORE TRUNCATE ON proposal
  FOR EACH STATEMENT EXECUTE FUNCTION approval_kept();
CREATE TRIGGER approval_kept BEFORE UPDATE OR DELETE ON proposal_approval
  FOR EACH ROW EXECUTE FUNCTION approval_kept();
CREATE TRIGGER approval_not_emptied BEFORE TRUNCATE ON proposal_approval
  FOR EACH STATEMENT EXECUTE FUNCTION approval_kept();
"""


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("approvers", sa.Integer(), nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision_reason", sa.String(length=400), nullable=False),
        sa.Column("result", sa.String(length=80), nullable=False),
        sa.CheckConstraint(f"({OPEN}) = (decided_at IS NULL)", name=op.f("ck_proposal_decided")),
        sa.CheckConstraint(
            "(state IN ('open', 'expired', 'overtaken')) = (decided_by IS NULL)",
            name=op.f("ck_proposal_decider"),
        ),
        sa.CheckConstraint("state <> 'approved' OR decided_by <> proposed_by", name=op.f("ck_proposal_two")),
        sa.CheckConstraint("state <> 'approved' OR decided_by > 0", name=op.f("ck_proposal_a_person")),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_at < expires_at", name=op.f("ck_proposal_in_time")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR decided_by = proposed_by", name=op.f("ck_proposal_withdrawn")
        ),
        sa.CheckConstraint("length(subject) > 0", name=op.f("ck_proposal_subject")),
        sa.CheckConstraint("approvers > 0", name=op.f("ck_proposal_approvers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("id", "proposed_by", "digest", name=op.f("uq_proposal_id_proposed_by_digest")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_proposal_state_id"), "proposal", ["state", "id"], unique=False)
    op.create_index(
        "ux_proposal_open",
        "proposal",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "proposal_approval",
        sa.Column("proposal_id", KEY, autoincrement=False, nullable=False),
        sa.Column("approved_by", KEY, autoincrement=False, nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_proposal_approval_two")),
        sa.CheckConstraint("approved_by > 0", name=op.f("ck_proposal_approval_a_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposed_by", "digest"],
            ["proposal.id", "proposal.proposed_by", "proposal.digest"],
            name=op.f("fk_proposal_approval_proposal_id_proposed_by_digest_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["account.id"], name=op.f("fk_proposal_approval_approved_by_account")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "approved_by", name=op.f("pk_proposal_approval")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for statement in SQLITE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("proposal_approval")
    op.drop_table("proposal")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("proposal_decided_once", "approval_in_time", "approval_kept"):
            op.execute(f"DROP FUNCTION {function}()")
