"""What is looked for in tables that grow for ever is found by an index.

Revision ID: 0053
Revises: 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

OF_FIREARMS = ("type", "model", "calibre", "country_made", "status")
INDEXES = (
    *(("firearm", (name, "id"), None) for name in OF_FIREARMS),
    ("firearm", ("superseded_by",), "superseded_by IS NOT NULL"),
    *(("lot", (name, "id"), None) for name in ("calibre", "scheme", "produced_on", "quantity")),
    *(("trace", (name, "id"), None) for name in ("kind", "outcome")),
    *(("party", (name, "name_key"), None) for name in ("kind", "country")),
    *(("sale", (name,), None) for name in ("sold_on", "quantity")),
    ("shipment_line", ("licence_id", "line_n"), None),
    ("shipment_item", ("licence_id", "line_n"), None),
    ("licence_evidence", ("number",), None),
    ("proposal", ("subject",), None),
    ("exchange_out", ("made_at", "jti"), None),
    ("ledger_leaf", ("entry_id",), None),
    ("ledger_entry", ("case_number", "id"), None),
)
BY_NAME = (
    ("ix_exchange_in_held", "exchange_in", ("iss",), "state = 'held'"),
    ("ix_firearm_year", "firearm", (sa.text("coalesce(year_made, 0)"), "id"), None),
)


def named():
    yield from ((f"ix_{table}_{'_'.join(columns)}", table, columns, where) for table, columns, where in INDEXES)
    yield from BY_NAME


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _wait("0")  # for transactions that began before: nobody waits for this
        for name, table, columns, where in named():
            only = sa.text(where) if where else None
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)  # one half built before
            op.create_index(
                name,
                table,
                list(columns),
                sqlite_where=only,
                postgresql_where=only,
                postgresql_concurrently=True,
            )
        _wait("10s")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, _, _ in named():
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


def _wait(longest):
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SET lock_timeout = '{longest}'")
