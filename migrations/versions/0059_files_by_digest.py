"""Files that go with requests are found by their digest, when one is taken back.

Revision ID: 0059
Revises: 0058
"""

from __future__ import annotations

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

INDEX = "ix_trace_request_attachment_digest"


def upgrade() -> None:
    op.create_index(INDEX, "trace_request_attachment", ["digest"])


def downgrade() -> None:
    op.drop_index(INDEX, "trace_request_attachment")
