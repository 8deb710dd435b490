"""Lists of millions are walked in the order of an index: a company's own, sales by day, recoveries by case.

Revision ID: 0061
Revises: 0060
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

SALE = sa.text("(lot_id * 1000000 + n)")
NEW = (
    ("ix_firearm_maker_id_id", "firearm", ("maker_id", "id")),
    ("ix_firearm_holder_id_id", "firearm", ("holder_id", "id")),
    ("ix_lot_maker_id_id", "lot", ("maker_id", "id")),
    ("ix_custody_to_id_firearm_id", "custody", ("to_id", "firearm_id")),
    ("ix_sale_buyer_id_sold_on", "sale", ("buyer_id", "sold_on", SALE)),
    ("ix_sale_seller_id_sold_on", "sale", ("seller_id", "sold_on", SALE)),
    ("ix_sale_sold_on_key", "sale", ("sold_on", SALE)),
    ("ix_sale_quantity_key", "sale", ("quantity", SALE)),
    ("ix_recovery_case_number_id", "recovery", ("case_number", "id")),
    ("ix_recovery_recovered_on_id", "recovery", ("recovered_on", "id")),
)
OLD = (
    ("ix_firearm_maker_id", "firearm", ("maker_id",)),
    ("ix_firearm_holder_id", "firearm", ("holder_id",)),
    ("ix_lot_maker_id", "lot", ("maker_id",)),
    ("ix_custody_to_id", "custody", ("to_id",)),
    ("ix_sale_buyer_id", "sale", ("buyer_id",)),
    ("ix_sale_seller_id", "sale", ("seller_id",)),
    ("ix_sale_sold_on", "sale", ("sold_on",)),
    ("ix_sale_quantity", "sale", ("quantity",)),
)
ALLOWED = {"DROP INDEX": "each is the beginning of a new one, built before it goes, which serves an old process too"}


def upgrade() -> None:
    _exchange(NEW, OLD)


def downgrade() -> None:
    _exchange(OLD, NEW)


def _exchange(made, gone):
    with op.get_context().autocommit_block():
        _wait("0")  # for transactions that began before: nobody waits for this
        for name, table, columns in made:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)  # one half built before
            op.create_index(name, table, list(columns), postgresql_concurrently=True)
        for name, table, _ in gone:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
        _wait("10s")


def _wait(longest):
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SET lock_timeout = '{longest}'")
