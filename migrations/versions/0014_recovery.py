"""Recovery: campaigns, what was recovered, and the chain of evidence, whose links are never changed.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MARK = sa.String(64, collation="C").with_variant(sa.String(64), "sqlite")
KEPT = "registry: a link of the chain of evidence is never changed or removed"


def text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def whole(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def key(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, KEY, nullable=nullable)


def to(
    table: str, name: str, target: str, nullable: bool = False, primary: bool = False, column: str = "id"
) -> sa.Column[Any]:
    kind = KEY if column == "id" else sa.String(2)
    known = sa.ForeignKey(f"{target}.{column}", name=f"fk_{table}_{name}_{target}")
    if primary:
        return sa.Column(name, kind, known, primary_key=True, autoincrement=False)
    return sa.Column(name, kind, known, nullable=nullable)


def at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _campaigns()
    _recoveries()
    _handovers()
    _items()
    _chain()
    _kept()


def _campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", KEY, primary_key=True),
        text("kind", 20),
        text("name", 120),
        text("legal_basis", 200),
        to("campaign", "agency_id", "party"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("traced", sa.Boolean(), nullable=False),
        whole("target", nullable=True),
        at("closed_at", nullable=True),
        key("created_by"),
        at("created_at"),
        whole("version"),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign_days")),
        sa.UniqueConstraint("name", name="uq_campaign_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "campaign_post",
        to("campaign_post", "campaign_id", "campaign", primary=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        text("name", 120),
        text("place", 120),
        whole("target", nullable=True),
        sqlite_strict=True,
    )


def _recoveries() -> None:
    op.create_table(
        "recovery",
        sa.Column("id", KEY, primary_key=True),
        text("kind", 20),
        sa.Column("recovered_on", sa.Date(), nullable=False),
        text("place", 120),
        text("circumstances", 2000),
        text("case_number", 80),
        to("recovery", "agency_id", "party"),
        to("recovery", "campaign_id", "campaign", nullable=True),
        whole("post_n", nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        text("person_name", 200),
        text("person_document", 80),
        whole("items"),
        key("recorded_by"),
        at("recorded_at"),
        sa.CheckConstraint("(campaign_id IS NULL) = (post_n IS NULL)", name=op.f("ck_recovery_post")),
        sa.CheckConstraint(
            "NOT anonymous OR (person_name = '' AND person_document = '')", name=op.f("ck_recovery_anonymous")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_recovery_campaign_id_id"), "recovery", ["campaign_id", "id"])
    op.create_index(op.f("ix_recovery_recorded_by_id"), "recovery", ["recorded_by", "id"])


def _handovers() -> None:
    op.create_table(
        "handover",
        sa.Column("id", KEY, primary_key=True),
        key("giver_id"),
        key("taker_id"),
        text("purpose", 20),
        text("place", 120),
        text("note", 400),
        whole("items"),
        text("state", 12),
        text("reason", 400),
        at("offered_at"),
        key("given_in"),
        at("decided_at", nullable=True),
        key("decided_in", nullable=True),
        whole("version"),
        sa.CheckConstraint("giver_id <> taker_id", name=op.f("ck_handover_two_people")),
        sqlite_strict=True,
    )
    for who in ("taker_id", "giver_id"):
        op.create_index(op.f(f"ix_handover_{who}_state_id"), "handover", [who, "state", "id"])


def _items() -> None:
    op.create_table(
        "recovered_item",
        sa.Column("id", KEY, primary_key=True),
        to("recovered_item", "recovery_id", "recovery"),
        whole("n"),
        text("kind", 20),
        text("type", 20),
        text("maker", 200),
        text("model", 80),
        text("calibre", 80),
        to("recovered_item", "country", "state", nullable=True, column="code"),
        text("mark", 128),
        sa.Column("key", MARK, nullable=False),
        text("mark_condition", 20),
        text("condition", 20),
        whole("quantity"),
        sa.Column("bag", sa.String(40)),
        text("note", 400),
        sa.Column("numbered", sa.Boolean(), nullable=False),
        to("recovered_item", "trace_id", "trace", nullable=True),
        text("outcome", 20),
        text("severity", 12),
        to("recovered_item", "firearm_id", "firearm", nullable=True),
        whole("custody_n", nullable=True),
        text("held_for", 400),
        text("state", 20),
        key("custodian_id"),
        to("recovered_item", "handover_id", "handover", nullable=True),
        whole("steps"),
        whole("version"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_recovered_item_quantity")),
        sa.CheckConstraint("kind <> 'firearm' OR quantity = 1", name=op.f("ck_recovered_item_one_firearm")),
        sa.CheckConstraint(
            "state = 'in_evidence' OR handover_id IS NULL", name=op.f("ck_recovered_item_handover")
        ),
        sa.UniqueConstraint("bag", name="uq_recovered_item_bag"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_recovered_item_recovery_id_n"), "recovered_item", ["recovery_id", "n"], unique=True
    )
    op.create_index(op.f("ix_recovered_item_key"), "recovered_item", ["key"])
    op.create_index(op.f("ix_recovered_item_custodian_id_id"), "recovered_item", ["custodian_id", "id"])
    op.create_index(op.f("ix_recovered_item_firearm_id"), "recovered_item", ["firearm_id"])
    held = sa.text("state = 'in_evidence'")
    op.create_index(
        "ux_recovered_item_firearm",
        "recovered_item",
        ["firearm_id"],
        unique=True,
        sqlite_where=held,
        postgresql_where=held,
    )


def _chain() -> None:
    op.create_table(
        "handover_item",
        to("handover_item", "handover_id", "handover", primary=True),
        to("handover_item", "item_id", "recovered_item", primary=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_handover_item_item_id"), "handover_item", ["item_id"])
    op.create_table(
        "evidence_step",
        to("evidence_step", "item_id", "recovered_item", primary=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        key("giver_id", nullable=True),
        key("taker_id"),
        at("given_at"),
        at("taken_at"),
        text("purpose", 20),
        text("place", 120),
        text("bag", 40),
        sa.Column("intact", sa.Boolean(), nullable=False),
        text("note", 400),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("(n = 1) = (giver_id IS NULL)", name=op.f("ck_evidence_step_first")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _kept() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(f"""
CREATE FUNCTION evidence_step_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$;
""")
        op.execute(
            "CREATE TRIGGER evidence_step_kept BEFORE UPDATE OR DELETE ON evidence_step"
            " FOR EACH ROW EXECUTE FUNCTION evidence_step_kept()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER evidence_step_kept_{event.lower()} BEFORE {event} ON evidence_step"
            f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def downgrade() -> None:
    for table in ("evidence_step", "handover_item", "recovered_item", "handover", "recovery"):
        op.drop_table(table)
    op.drop_table("campaign_post")
    op.drop_table("campaign")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION evidence_step_kept()")
