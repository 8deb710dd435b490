"""The tables of the first release.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calibre",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_calibre")),
        sqlite_strict=True,
    )
    op.create_table(
        "kept_answer",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("etag", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_kept_answer")),
        sqlite_strict=True,
    )
    op.create_table(
        "state",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("historic", sa.Boolean(), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_address", sa.String(length=400), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_state")),
        sqlite_strict=True,
    )
    op.create_table(
        "trace",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_trace_asked_by_id"), "trace", ["asked_by", "id"], unique=False)
    op.create_index(op.f("ix_trace_case_number"), "trace", ["case_number"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("identifier", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_party_country_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_party_identifier"), "party", ["identifier"], unique=False)
    op.create_index(op.f("ix_party_name"), "party", ["name"], unique=False)
    op.create_index(op.f("ix_party_name_key"), "party", ["name_key"], unique=False)
    op.create_table(
        "party_change",
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("changed", sa.String(length=400), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_change_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", "version", name=op.f("pk_party_change")),
        sqlite_strict=True,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("role <> 'trader' OR party_id IS NOT NULL", name=op.f("ck_account_trader_party")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sqlite_strict=True,
    )
    op.create_table(
        "firearm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("calibre", sa.String(length=40), nullable=False),
        sa.Column("calibre_text", sa.String(length=80), nullable=False),
        sa.Column("country_made", sa.String(length=2), nullable=False),
        sa.Column("year_made", sa.Integer(), nullable=True),
        sa.Column("out_of_scope", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("components", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("superseded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("superseded_by <> id", name=op.f("ck_firearm_superseded_by")),
        sa.CheckConstraint("year_made BETWEEN 1300 AND 2200", name=op.f("ck_firearm_year_made")),
        sa.ForeignKeyConstraint(["calibre"], ["calibre.code"], name=op.f("fk_firearm_calibre_calibre")),
        sa.ForeignKeyConstraint(["country_made"], ["state.code"], name=op.f("fk_firearm_country_made_state")),
        sa.ForeignKeyConstraint(["holder_id"], ["party.id"], name=op.f("fk_firearm_holder_id_party")),
        sa.ForeignKeyConstraint(["maker_id"], ["party.id"], name=op.f("fk_firearm_maker_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firearm")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_firearm_holder_id"), "firearm", ["holder_id"], unique=False)
    op.create_index(op.f("ix_firearm_maker_id"), "firearm", ["maker_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "code_key",
            sa.String(length=40, collation="C").with_variant(sa.String(length=40), "sqlite"),
            nullable=False,
        ),
        sa.Column("calibre", sa.String(length=40), nullable=False),
        sa.Column("product_code", sa.String(length=40), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("historical", sa.Boolean(), nullable=False),
        sa.Column("sales", sa.Integer(), nullable=False),
        sa.Column("packages", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lot_quantity")),
        sa.ForeignKeyConstraint(["calibre"], ["calibre.code"], name=op.f("fk_lot_calibre_calibre")),
        sa.ForeignKeyConstraint(["maker_id"], ["party.id"], name=op.f("fk_lot_maker_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_lot_maker_id"), "lot", ["maker_id"], unique=False)
    op.create_index(
        "ux_lot_identity", "lot", ["code_key", "maker_id", "calibre", "product_code"], unique=True
    )
    op.create_table(
        "person",
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("document_kind", sa.String(length=40), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.CheckConstraint("length(full_name) > 0", name=op.f("ck_person_full_name")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_person_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_person")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_person_document_number"), "person", ["document_number"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "component",
        sa.Column(
            "firearm_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["firearm_id"], ["firearm.id"], name=op.f("fk_component_firearm_id_firearm")),
        sa.PrimaryKeyConstraint("firearm_id", "n", name=op.f("pk_component")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "custody",
        sa.Column(
            "firearm_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("document_kind", sa.String(length=30), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("temporary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_custody_country_state")),
        sa.ForeignKeyConstraint(["firearm_id"], ["firearm.id"], name=op.f("fk_custody_firearm_id_firearm")),
        sa.ForeignKeyConstraint(["from_id"], ["party.id"], name=op.f("fk_custody_from_id_party")),
        sa.ForeignKeyConstraint(["to_id"], ["party.id"], name=op.f("fk_custody_to_id_party")),
        sa.PrimaryKeyConstraint("firearm_id", "n", name=op.f("pk_custody")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_custody_to_id"), "custody", ["to_id"], unique=False)
    op.create_table(
        "firearm_correction",
        sa.Column(
            "firearm_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["firearm_id"], ["firearm.id"], name=op.f("fk_firearm_correction_firearm_id_firearm")
        ),
        sa.PrimaryKeyConstraint("firearm_id", "version", name=op.f("pk_firearm_correction")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_conflict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firearm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("firearm_id < other_id", name=op.f("ck_identity_conflict_pair")),
        sa.ForeignKeyConstraint(
            ["firearm_id"], ["firearm.id"], name=op.f("fk_identity_conflict_firearm_id_firearm")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["firearm.id"], name=op.f("fk_identity_conflict_other_id_firearm")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_conflict")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_identity_conflict_decision_id"), "identity_conflict", ["decision", "id"], unique=False
    )
    op.create_index(
        op.f("ix_identity_conflict_firearm_id"), "identity_conflict", ["firearm_id"], unique=False
    )
    op.create_index(op.f("ix_identity_conflict_other_id"), "identity_conflict", ["other_id"], unique=False)
    op.create_table(
        "mark",
        sa.Column(
            "firearm_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(length=64), nullable=False),
        sa.Column("symbols", sa.String(length=120), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64, collation="C").with_variant(sa.String(length=64), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "folded",
            sa.String(length=64, collation="C").with_variant(sa.String(length=64), "sqlite"),
            nullable=False,
        ),
        sa.Column("component_n", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("technique", sa.String(length=20), nullable=False),
        sa.Column("height_um", sa.Integer(), nullable=True),
        sa.Column("depth_um", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("marked_on", sa.Date(), nullable=True),
        sa.Column("marked_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("depth_um > 0", name=op.f("ck_mark_depth_um")),
        sa.CheckConstraint("height_um > 0", name=op.f("ck_mark_height_um")),
        sa.ForeignKeyConstraint(["country"], ["state.code"], name=op.f("fk_mark_country_state")),
        sa.ForeignKeyConstraint(["firearm_id"], ["firearm.id"], name=op.f("fk_mark_firearm_id_firearm")),
        sa.PrimaryKeyConstraint("firearm_id", "n", name=op.f("pk_mark")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mark_folded_firearm_id_n"), "mark", ["folded", "firearm_id", "n"], unique=False)
    op.create_index(op.f("ix_mark_key_firearm_id_n"), "mark", ["key", "firearm_id", "n"], unique=False)
    op.create_table(
        "package",
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column(
            "first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= first AND first <= last", name=op.f("ck_package_span")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_package_lot_id_lot")),
        sa.PrimaryKeyConstraint("lot_id", "level", "first", name=op.f("pk_package")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ux_package_number", "package", ["lot_id", "n"], unique=True)
    op.create_table(
        "sale",
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorization", sa.String(length=60), nullable=False),
        sa.Column("product_code", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("invoice_number", sa.String(length=40), nullable=False),
        sa.Column("invoice_series", sa.String(length=20), nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("permit_number", sa.String(length=40), nullable=False),
        sa.Column("permit_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_quantity")),
        sa.ForeignKeyConstraint(["buyer_id"], ["party.id"], name=op.f("fk_sale_buyer_id_party")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_sale_lot_id_lot")),
        sa.ForeignKeyConstraint(["seller_id"], ["party.id"], name=op.f("fk_sale_seller_id_party")),
        sa.PrimaryKeyConstraint("lot_id", "n", name=op.f("pk_sale")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sale_buyer_id"), "sale", ["buyer_id"], unique=False)
    op.create_index(op.f("ix_sale_seller_id"), "sale", ["seller_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "movement",
        sa.Column(
            "lot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("depth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_depth", sa.Integer(), nullable=True),
        sa.Column("parent_first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sale_n", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(depth = 0) = (parent_depth IS NULL)", name=op.f("ck_movement_parent")),
        sa.CheckConstraint("0 <= first AND first <= last", name=op.f("ck_movement_span")),
        sa.CheckConstraint(
            "parent_depth IS NULL OR parent_depth = depth - 1", name=op.f("ck_movement_parent_depth")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["party.id"], name=op.f("fk_movement_from_id_party")),
        sa.ForeignKeyConstraint(
            ["lot_id", "parent_depth", "parent_first"],
            ["movement.lot_id", "movement.depth", "movement.first"],
            name=op.f("fk_movement_lot_id_parent_depth_parent_first_movement"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "sale_n"], ["sale.lot_id", "sale.n"], name=op.f("fk_movement_lot_id_sale_n_sale")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id_lot")),
        sa.ForeignKeyConstraint(["to_id"], ["party.id"], name=op.f("fk_movement_to_id_party")),
        sa.PrimaryKeyConstraint("lot_id", "depth", "first", name=op.f("pk_movement")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_movement_lot_id_parent_depth_parent_first"),
        "movement",
        ["lot_id", "parent_depth", "parent_first"],
        unique=False,
    )
    op.create_index(op.f("ix_movement_to_id_lot_id"), "movement", ["to_id", "lot_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_movement_to_id_lot_id"), table_name="movement")
    op.drop_index(op.f("ix_movement_lot_id_parent_depth_parent_first"), table_name="movement")
    op.drop_table("movement")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_sale_seller_id"), table_name="sale")
    op.drop_index(op.f("ix_sale_buyer_id"), table_name="sale")
    op.drop_table("sale")
    op.drop_index("ux_package_number", table_name="package")
    op.drop_table("package")
    op.drop_index(op.f("ix_mark_key_firearm_id_n"), table_name="mark")
    op.drop_index(op.f("ix_mark_folded_firearm_id_n"), table_name="mark")
    op.drop_table("mark")
    op.drop_index(op.f("ix_identity_conflict_other_id"), table_name="identity_conflict")
    op.drop_index(op.f("ix_identity_conflict_firearm_id"), table_name="identity_conflict")
    op.drop_index(op.f("ix_identity_conflict_decision_id"), table_name="identity_conflict")
    op.drop_table("identity_conflict")
    op.drop_table("firearm_correction")
    op.drop_index(op.f("ix_custody_to_id"), table_name="custody")
    op.drop_table("custody")
    op.drop_table("component")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_person_document_number"), table_name="person")
    op.drop_table("person")
    op.drop_index("ux_lot_identity", table_name="lot")
    op.drop_index(op.f("ix_lot_maker_id"), table_name="lot")
    op.drop_table("lot")
    op.drop_index(op.f("ix_firearm_maker_id"), table_name="firearm")
    op.drop_index(op.f("ix_firearm_holder_id"), table_name="firearm")
    op.drop_table("firearm")
    op.drop_table("account")
    op.drop_table("party_change")
    op.drop_index(op.f("ix_party_name_key"), table_name="party")
    op.drop_index(op.f("ix_party_name"), table_name="party")
    op.drop_index(op.f("ix_party_identifier"), table_name="party")
    op.drop_table("party")
    op.drop_index(op.f("ix_trace_case_number"), table_name="trace")
    op.drop_index(op.f("ix_trace_asked_by_id"), table_name="trace")
    op.drop_table("trace")
    op.drop_table("state")
    op.drop_table("kept_answer")
    op.drop_table("calibre")
