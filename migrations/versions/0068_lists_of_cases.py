"""Lists of cases, and what is late or open at a glance, come in the order of an index.

Revision ID: 0068
Revises: 0067
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

NEW = (
    ("ix_trace_request_direction_id", "trace_request", ("direction", "id"), ""),
    ("ix_trace_request_state_id", "trace_request", ("state", "id"), ""),
    ("ix_trace_request_peer_id", "trace_request", ("peer", "id"), ""),
    ("ix_trace_request_case_number_id", "trace_request", ("case_number", "id"), ""),
    ("ix_trace_request_trace_id", "trace_request", ("trace_id",), ""),
    ("ix_scene_case_number_id", "scene", ("case_number", "id"), ""),
    ("ix_recovered_item_trace_id", "recovered_item", ("trace_id",), ""),
    ("ix_recovered_item_undecided", "recovered_item", ("outcome", "id"), "firearm_id IS NULL"),
    ("ix_shipment_state_id", "shipment", ("state", "id"), ""),
    ("ix_shipment_expected_on_id", "shipment", ("expected_on", "id"), ""),
    ("ix_shipment_state_expected_on_id", "shipment", ("state", "expected_on", "id"), ""),
    ("ix_shipment_awaited", "shipment", ("receipt_due_on", "id"), "received_on IS NULL"),
    ("ix_licence_away", "licence", ("return_by", "id"), "returned_on IS NULL"),
    ("ix_proposal_state_expires_at", "proposal", ("state", "expires_at"), ""),
    ("ix_exchange_out_state_made_at_jti", "exchange_out", ("state", "made_at", "jti"), ""),
    ("ix_exchange_out_state_peer_made_at", "exchange_out", ("state", "peer", "made_at"), ""),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _wait("0")  # for transactions that began before: nobody waits for this
        for name, table, columns, where in NEW:
            some = {f"{engine}_where": sa.text(where) for engine in ("sqlite", "postgresql") if where}
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)  # one half built before
            op.create_index(name, table, list(columns), postgresql_concurrently=True, **some)
        _wait("10s")


def downgrade() -> None:
    for name, table, _, _ in NEW:
        op.drop_index(name, table)


def _wait(longest):
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SET lock_timeout = '{longest}'")
