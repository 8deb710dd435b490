"""Notices and questions between States about licences and shipments, and the messages that meet conditions.

Revision ID: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JTI, DIGEST = sa.String(36), sa.String(43)
ADDED = (
    ("licence_transit", "asked_message", JTI),
    ("licence_transit", "message", JTI),
    ("licence_transit", "message_sha256", DIGEST),
    ("licence_import", "asked_message", JTI),
    ("licence_import", "message", JTI),
    ("licence_import", "message_sha256", DIGEST),
    ("shipment", "receipt_message", JTI),
    ("shipment", "receipt_sha256", DIGEST),
)
STATES = "'told', 'asked', 'confirmed', 'in_part', 'not_yet', 'denied', 'withdrawn', 'replaced'"
DENIED = "CHECK (denied = '' OR (verified_on IS NULL AND message <> ''))"


def upgrade() -> None:
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, server_default="", nullable=False))
    text = "TEXT" if op.get_bind().dialect.name == "sqlite" else "VARCHAR(20)"
    op.execute(
        f"ALTER TABLE licence_import ADD COLUMN denied {text} DEFAULT '' NOT NULL"
        f" CONSTRAINT ck_licence_import_denied {DENIED}"
    )
    op.create_table(
        "state_notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("matter", sa.String(10), nullable=False),
        sa.Column("peer", sa.String(2), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("licence_id", KEY, nullable=True),
        sa.Column("shipment_id", KEY, nullable=True),
        sa.Column("thread", JTI, nullable=False),
        sa.Column("jti", JTI, nullable=False),
        sa.Column("sha256", DIGEST, nullable=False),
        sa.Column("their_number", sa.String(80), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_jti", JTI, nullable=False),
        sa.Column("answer_sha256", DIGEST, nullable=False),
        sa.Column("answer_seq", KEY, nullable=False),
        sa.Column("alarm", sa.String(20), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", KEY, nullable=False),
        *(
            sa.Column(name, INSTANT, nullable=True)
            for name in ("due_at", "escalated_at", "answered_at", "again_at")
        ),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_state_notice_direction")),
        sa.CheckConstraint(
            "matter IN ('licence', 'transit', 'export', 'receipt')", name=op.f("ck_state_notice_matter")
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_state_notice_state")),
        sa.CheckConstraint("(answer = '') = (answer_jti = '')", name=op.f("ck_state_notice_answer")),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'denied', 'in_part', 'not_yet') OR answer <> ''",
            name=op.f("ck_state_notice_answered"),
        ),
        sa.ForeignKeyConstraint(["peer"], ["state.code"], name=op.f("fk_state_notice_peer_state")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_state_notice_licence_id_licence")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_state_notice_shipment_id_shipment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_notice")),
        sa.UniqueConstraint("peer", "thread", name=op.f("uq_state_notice_peer_thread")),
        sqlite_strict=True,
    )
    for columns in (
        ["direction", "state", "due_at"],
        ["licence_id"],
        ["shipment_id"],
        ["peer", "their_number"],
        ["again_at"],
    ):
        op.create_index(op.f(f"ix_state_notice_{'_'.join(columns)}"), "state_notice", columns)
    op.create_table(
        "state_notice_step",
        sa.Column("notice_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("effect", sa.String(10), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("jti", JTI, nullable=False),
        sa.Column("sha256", DIGEST, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["state_notice.id"], name=op.f("fk_state_notice_step_notice_id_state_notice")
        ),
        sa.PrimaryKeyConstraint("notice_id", "n", name=op.f("pk_state_notice_step")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_state_notice_step_jti"), "state_notice_step", ["jti"])


def downgrade() -> None:
    op.drop_table("state_notice_step")
    op.drop_table("state_notice")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("licence_import", "denied")
    else:
        op.execute("ALTER TABLE licence_import DROP COLUMN denied")
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
