"""Deactivation: verifying bodies, applications, work, inspections, photographs, incidents.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "photograph",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_photograph_digest")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_photograph")),
        sqlite_strict=True,
    )
    op.create_table(
        "verifying_body",
        sa.Column("party_id", KEY, autoincrement=False, nullable=False),
        sa.Column("symbol", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("authorized_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_for", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revoked_for = '')", name=op.f("ck_verifying_body_revoked")
        ),
        sa.CheckConstraint("revoked_on >= authorized_on", name=op.f("ck_verifying_body_term")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_verifying_body_country_state")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_verifying_body_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_verifying_body")),
        sa.UniqueConstraint("symbol", name=op.f("uq_verifying_body_symbol")),
        sqlite_strict=True,
    )
    op.create_table(
        "deactivation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("firearm_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applicant_id", KEY, nullable=True),
        sa.Column("done_by_id", KEY, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("inspections", sa.Integer(), nullable=False),
        sa.Column("photographs", sa.Integer(), nullable=False),
        sa.Column("body_id", KEY, nullable=True),
        sa.Column("mark_form", sa.String(length=16), nullable=False),
        sa.Column("mark_n", sa.Integer(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("proposed_by", KEY, nullable=True),
        sa.Column("approved_by", KEY, nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_for", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('verified', 'annulled')) = (verified_on IS NOT NULL)",
            name=op.f("ck_deactivation_verified"),
        ),
        sa.CheckConstraint(
            "(state IN ('withdrawn', 'annulled')) = (ended_on IS NOT NULL)",
            name=op.f("ck_deactivation_ended"),
        ),
        sa.CheckConstraint(
            "state <> 'verified' OR approved_by <> proposed_by", name=op.f("ck_deactivation_two")
        ),
        sa.CheckConstraint("body_id <> done_by_id", name=op.f("ck_deactivation_another_body")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["party.id"], name=op.f("fk_deactivation_applicant_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["verifying_body.party_id"], name=op.f("fk_deactivation_body_id_verifying_body")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["party.id"], name=op.f("fk_deactivation_done_by_id_party")),
        sa.ForeignKeyConstraint(
            ["firearm_id"], ["firearm.id"], name=op.f("fk_deactivation_firearm_id_firearm")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deactivation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_deactivation_body_id"), "deactivation", ["body_id"], unique=False)
    op.create_index(op.f("ix_deactivation_firearm_id"), "deactivation", ["firearm_id"], unique=False)
    op.create_index(op.f("ix_deactivation_state_id"), "deactivation", ["state", "id"], unique=False)
    op.create_index(
        "ux_deactivation_under_way",
        "deactivation",
        ["firearm_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('withdrawn', 'annulled')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'annulled')"),
    )
    op.create_table(
        "deactivation_incident",
        sa.Column("id", KEY, nullable=False),
        sa.Column("deactivation_id", KEY, nullable=False),
        sa.Column("custody_n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome = '')", name=op.f("ck_deactivation_incident_decided")
        ),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivation.id"],
            name=op.f("fk_deactivation_incident_deactivation_id_deactivation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deactivation_incident")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_deactivation_incident_deactivation_id"),
        "deactivation_incident",
        ["deactivation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_deactivation_incident_outcome_id"), "deactivation_incident", ["outcome", "id"], unique=False
    )
    op.create_table(
        "deactivation_inspection",
        sa.Column("deactivation_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("body_id", KEY, nullable=False),
        sa.Column("inspector", sa.String(length=120), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"],
            ["verifying_body.party_id"],
            name=op.f("fk_deactivation_inspection_body_id_verifying_body"),
        ),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivation.id"],
            name=op.f("fk_deactivation_inspection_deactivation_id_deactivation"),
        ),
        sa.PrimaryKeyConstraint("deactivation_id", "n", name=op.f("pk_deactivation_inspection")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deactivation_measure",
        sa.Column("deactivation_id", KEY, autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("measure", sa.String(length=52), nullable=False),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivation.id"],
            name=op.f("fk_deactivation_measure_deactivation_id_deactivation"),
        ),
        sa.PrimaryKeyConstraint("deactivation_id", "round", "n", name=op.f("pk_deactivation_measure")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deactivation_photograph",
        sa.Column("deactivation_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_deactivation_photograph_digest")),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivation.id"],
            name=op.f("fk_deactivation_photograph_deactivation_id_deactivation"),
        ),
        sa.PrimaryKeyConstraint("deactivation_id", "n", name=op.f("pk_deactivation_photograph")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deactivation_result",
        sa.Column("deactivation_id", KEY, autoincrement=False, nullable=False),
        sa.Column("inspection", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("inoperable", sa.Boolean(), nullable=False),
        sa.Column("not_removable", sa.Boolean(), nullable=False),
        sa.Column("not_modifiable", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivation.id"],
            name=op.f("fk_deactivation_result_deactivation_id_deactivation"),
        ),
        sa.PrimaryKeyConstraint("deactivation_id", "inspection", "part", name=op.f("pk_deactivation_result")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.add_column("firearm", sa.Column("deactivation_id", KEY, nullable=True))


def downgrade() -> None:
    op.drop_column("firearm", "deactivation_id")
    op.drop_table("deactivation_result")
    op.drop_table("deactivation_photograph")
    op.drop_table("deactivation_measure")
    op.drop_table("deactivation_inspection")
    op.drop_index(op.f("ix_deactivation_incident_outcome_id"), table_name="deactivation_incident")
    op.drop_index(op.f("ix_deactivation_incident_deactivation_id"), table_name="deactivation_incident")
    op.drop_table("deactivation_incident")
    op.drop_index(
        "ux_deactivation_under_way",
        table_name="deactivation",
        sqlite_where=sa.text("state NOT IN ('withdrawn', 'annulled')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'annulled')"),
    )
    op.drop_index(op.f("ix_deactivation_state_id"), table_name="deactivation")
    op.drop_index(op.f("ix_deactivation_firearm_id"), table_name="deactivation")
    op.drop_index(op.f("ix_deactivation_body_id"), table_name="deactivation")
    op.drop_table("deactivation")
    op.drop_table("verifying_body")
    op.drop_table("photograph")
