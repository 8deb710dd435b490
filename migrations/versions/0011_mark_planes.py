"""Blocks of marks are bitmaps; marks of older blocks wait as changes until blocks are made again.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE mark_block RENAME COLUMN words TO planes")
    _without_blocks()


def downgrade() -> None:
    op.execute("ALTER TABLE mark_block RENAME COLUMN planes TO words")
    _without_blocks()


def _without_blocks() -> None:
    """The index as it is before blocks are first written; whoever has a copy notices by the generation."""
    op.execute("DELETE FROM mark_block")
    op.execute("DELETE FROM mark_change")
    names, values = "firearm_id, n", "firearm_id, n"
    if op.get_bind().dialect.name == "postgresql":
        names, values = f"xact, {names}", f"pg_current_xact_id()::text::bigint, {values}"
    op.execute(f"INSERT INTO mark_change ({names}) SELECT {values} FROM mark WHERE folded <> ''")
    op.execute("UPDATE mark_index SET generation = generation + 1")
