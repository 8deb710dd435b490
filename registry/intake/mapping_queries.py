"""Reading mappings of columns that people settled, and which of them fit a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.intake import queries
from registry.intake.columns import placed
from registry.intake.tables import IntakeMapping
from registry.recovery.queries import people
from schemas.intake_mappings import MappingsAsked
from schemas.paging import Page
from schemas.words import said

MOST = 200
"""Mappings of one kind that are looked through for those that fit."""


@dataclass(frozen=True)
class MappingView:
    """mapping: field to column."""

    number: int
    kind: str
    name: str
    mapping: dict[str, str]
    saved_by: str
    saved_at: datetime
    retired_by: str | None
    retired_at: datetime | None
    version: int


def mapping_row(work: Work, number: int, *, locked: bool = False) -> IntakeMapping:
    """The row; raises NotFound."""
    found = work.session.get(IntakeMapping, number, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound(said("No mapping of columns has the number %(number)s.", number=number))
    return found


def mapping_view(work: Work, row: IntakeMapping) -> MappingView:
    """One of them."""
    return _views(work, [row])[0]


def _views(work: Work, rows: Sequence[IntakeMapping]) -> tuple[MappingView, ...]:
    keys = {key for row in rows for key in (row.saved_by, row.retired_by) if key is not None}
    names = people(work, sorted(keys))
    return tuple(
        MappingView(
            row.id,
            row.kind,
            row.name,
            json.loads(row.mapping),
            names[row.saved_by],
            row.saved_at,
            None if row.retired_by is None else names[row.retired_by],
            row.retired_at,
            row.version,
        )
        for row in rows
    )


def mappings(work: Work, asked: MappingsAsked) -> Page[MappingView]:
    """Mappings that are remembered."""
    query: AnySelect = select(IntakeMapping)
    if asked.kind is not None:
        query = query.where(IntakeMapping.kind == asked.kind.value)
    if not asked.retired:
        query = query.where(IntakeMapping.retired_at.is_(None))
    sorts = {"name": IntakeMapping.name, "number": IntakeMapping.id}
    found = page(work.session, query, asked, sorts, IntakeMapping.id)
    return Page(_views(work, [one.IntakeMapping for one in found.items]), found.next)


def offered(work: Work, run_id: int) -> list[MappingView]:
    """Those whose columns a file has, the one with the most of them first; raises NotFound."""
    found = queries.run(work, run_id)
    of_kind = IntakeMapping.kind == found.kind
    query = select(IntakeMapping).where(of_kind, IntakeMapping.retired_at.is_(None))
    rows = work.session.scalars(query.order_by(IntakeMapping.id.desc()).limit(MOST)).all()
    fitting = [row for row in rows if placed(json.loads(row.mapping), found.columns) is not None]
    return sorted(_views(work, fitting), key=lambda one: -len(one.mapping))


def named(work: Work, kind: str, key: str) -> IntakeMapping | None:
    """The one of a kind that is offered under a name, by its plain form."""
    called = (IntakeMapping.kind == kind, IntakeMapping.key == key)
    return work.session.scalar(select(IntakeMapping).where(*called, IntakeMapping.retired_at.is_(None)))
