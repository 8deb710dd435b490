"""Rows of a file by the names of our fields."""

from __future__ import annotations

import json

from registry.core.work import Work
from registry.intake import queries
from registry.intake.pieces import Piece
from registry.intake.tables import IntakeRun


def piece(work: Work, row: IntakeRun, n: int) -> Piece:
    """A piece of the file."""
    return Piece(queries.chunk(work, row.id, n), *map(json.loads, (row.columns, row.mapping, row.constants)))
