"""Licences and what they ask: goods, transit States, papers, assessment; embargoes, times, authorisations.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "embargo",
    "licensing_term",
    "licence",
    "trade_authorisation",
    "licence_check",
    "licence_end_user",
    "licence_event",
    "licence_evidence",
    "licence_import",
    "licence_letter",
    "licence_line",
    "licence_participant",
    "licence_transit",
    "licence_item",
)


def upgrade() -> None:
    op.create_table(
        "embargo",
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("goods", sa.String(12), nullable=False),
        sa.Column("war_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_embargo_days")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_embargo_country_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargo")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_embargo_country"), "embargo", ["country"])
    op.create_table(
        "licensing_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_licensing_term_days")),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_licensing_term_in_force")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_licensing_term_country_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licensing_term")),
        sqlite_strict=True,
    )
    op.create_table(
        "licence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("war_material", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("export_country", sa.String(2), nullable=True),
        sa.Column("import_country", sa.String(2), nullable=True),
        sa.Column("direct", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recipient_id", KEY, nullable=True),
        sa.Column("recipient_name", sa.String(200), nullable=False),
        sa.Column("recipient_address", sa.String(400), nullable=False),
        sa.Column("end_use", sa.String(400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("return_by", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("officer_id", KEY, nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at_most_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'under_review', 'information_asked', 'refused', 'withdrawn') OR (issued_on IS NOT NULL AND ends_at IS NOT NULL AND place <> '' AND expires_on >= starts_on)",
            name=op.f("ck_licence_issued"),
        ),
        sa.ForeignKeyConstraint(
            ["export_country"], ["state.code"], name=op.f("fk_licence_export_country_state")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["party.id"], name=op.f("fk_licence_holder_id_party")),
        sa.ForeignKeyConstraint(
            ["import_country"], ["state.code"], name=op.f("fk_licence_import_country_state")
        ),
        sa.ForeignKeyConstraint(["recipient_id"], ["party.id"], name=op.f("fk_licence_recipient_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_licence_holder_id"), "licence", ["holder_id"])
    op.create_index(op.f("ix_licence_officer_id_state"), "licence", ["officer_id", "state"])
    op.create_index(op.f("ix_licence_purpose_return_by"), "licence", ["purpose", "return_by"])
    op.create_index(op.f("ix_licence_state_due_on"), "licence", ["state", "due_on"])
    op.create_table(
        "trade_authorisation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("activity", sa.String(12), nullable=False),
        sa.Column("war_material", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_trade_authorisation_days")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_trade_authorisation_party_id_party")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_authorisation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_trade_authorisation_party_id"), "trade_authorisation", ["party_id"])
    op.create_table(
        "licence_check",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("answer", sa.String(12), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("answered_by", KEY, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_check_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "question", name=op.f("pk_licence_check")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_end_user",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("contract", sa.String(80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("end_user", sa.String(200), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("signed_by", sa.String(200), nullable=False),
        sa.Column("position", sa.String(120), nullable=False),
        sa.Column("end_use", sa.String(400), nullable=False),
        sa.Column("certified_by", sa.String(200), nullable=False),
        sa.Column("no_re_export", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("delivery_verification", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", KEY, nullable=True),
        sa.Column("verified_how", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "(verified_on IS NULL) = (verified_how = '')", name=op.f("ck_licence_end_user_verified")
        ),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_licence_end_user_country_state")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_end_user_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", name=op.f("pk_licence_end_user")),
        sqlite_strict=True,
    )
    op.create_table(
        "licence_event",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(20), nullable=False),
        sa.Column("before", sa.String(20), nullable=False),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_event_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_event")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_evidence",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("issued_by", sa.String(200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("added_by", KEY, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(sha256) IN (0, 64)", name=op.f("ck_licence_evidence_sha256")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_evidence_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_evidence")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_import",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", KEY, nullable=True),
        sa.Column("verified_how", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "(verified_on IS NULL) = (verified_how = '')", name=op.f("ck_licence_import_verified")
        ),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_licence_import_validity")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_licence_import_country_state")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_import_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", name=op.f("pk_licence_import")),
        sqlite_strict=True,
    )
    op.create_table(
        "licence_letter",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("written_by", KEY, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_licence_letter_country_state")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_letter_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_letter")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_line",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("goods", sa.String(12), nullable=False),
        sa.Column("hs", sa.String(10), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("calibre", sa.String(40), nullable=True),
        sa.Column("quantity", KEY, nullable=False),
        sa.Column("authorised", KEY, nullable=True),
        sa.Column("drawn", KEY, server_default="0", nullable=False),
        sa.Column("war_material", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("authorised >= 0", name=op.f("ck_licence_line_authorised")),
        sa.CheckConstraint("drawn BETWEEN 0 AND quantity", name=op.f("ck_licence_line_drawn")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_licence_line_quantity")),
        sa.ForeignKeyConstraint(["calibre"], ["calibre.code"], name=op.f("fk_licence_line_calibre_calibre")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_line_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_line")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_participant",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.ForeignKeyConstraint(
            ["country"], ["state.code"], name=op.f("fk_licence_participant_country_state")
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_participant_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_participant")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "licence_transit",
        sa.Column("licence_id", KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("informed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_licence_transit_country_state")),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_transit_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("licence_id", "n", name=op.f("pk_licence_transit")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ux_licence_transit_country", "licence_transit", ["licence_id", "country"], unique=True)
    op.create_table(
        "licence_item",
        sa.Column("licence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("firearm_id", KEY, nullable=True),
        sa.Column("component_n", sa.Integer(), nullable=True),
        sa.Column("lot_id", KEY, nullable=True),
        sa.Column("first", KEY, nullable=True),
        sa.Column("last", KEY, nullable=True),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("maker", sa.String(120), nullable=False),
        sa.Column("country_made", sa.String(2), nullable=True),
        sa.CheckConstraint(
            "(firearm_id IS NOT NULL AND lot_id IS NULL AND serial = '') OR (firearm_id IS NULL AND lot_id IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL) OR (firearm_id IS NULL AND lot_id IS NULL AND serial <> '')",
            name=op.f("ck_licence_item_what"),
        ),
        sa.CheckConstraint("first >= 0 AND last >= first", name=op.f("ck_licence_item_span")),
        sa.ForeignKeyConstraint(
            ["country_made"], ["state.code"], name=op.f("fk_licence_item_country_made_state")
        ),
        sa.ForeignKeyConstraint(
            ["firearm_id"], ["firearm.id"], name=op.f("fk_licence_item_firearm_id_firearm")
        ),
        sa.ForeignKeyConstraint(
            ["licence_id", "line_n"],
            ["licence_line.licence_id", "licence_line.n"],
            name=op.f("fk_licence_item_licence_id_line_n_licence_line"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_licence_item_lot_id_lot")),
        sa.PrimaryKeyConstraint("licence_id", "line_n", "n", name=op.f("pk_licence_item")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_licence_item_firearm_id"), "licence_item", ["firearm_id"])
    op.create_index(op.f("ix_licence_item_lot_id"), "licence_item", ["lot_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
