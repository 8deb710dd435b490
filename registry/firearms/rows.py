"""Rows from what was told; the rules have been asked before.

Each is its values in the order of the names here, without the key of the firearm, so that many can be put
on record at once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from registry.core.work import Work
from registry.firearms import queries, rules
from registry.firearms.tables import Custody, Mark
from registry.marks.reading import fold_key
from schemas.firearms import ComponentNew, CustodyNew, MarkNew, micrometres

Values = tuple[Any, ...]
FIREARM = (
    "type", "action", "maker_id", "model", "calibre", "calibre_text", "country_made", "year_made",
    "out_of_scope", "status", "holder_id", "marks", "components", "steps", "created_at", "version",
)  # fmt: skip
COMPONENT = ("n", "kind", "description")
MARK = (
    "n", "kind", "text", "symbols", "key", "folded", "component_n", "place", "technique", "height_um",
    "depth_um", "condition", "country", "year", "marked_on", "marked_by", "recorded_at",
)  # fmt: skip
CUSTODY = (
    "n", "kind", "happened_on", "from_id", "to_id", "place", "country", "document_kind", "document_number",
    "temporary", "recorded_at", "recorded_by",
)  # fmt: skip


class Ready(NamedTuple):
    """A firearm that the rules let through. serials: the keys of its marks of manufacture that are one."""

    firearm: Values
    marks: tuple[Values, ...]
    custody: tuple[Values, ...]
    serials: tuple[str, ...]
    components: tuple[Values, ...] = ()


def component(n: int, new: ComponentNew) -> Values:
    """A part, by its place in the list."""
    return n, new.kind.value, new.description


def mark(work: Work, n: int, new: MarkNew) -> Values:
    """A mark with the keys it is found by."""
    key = queries.key_of_mark(new.text)
    return (
        n, new.kind.value, new.text, " ".join(new.symbols), key, fold_key(key), new.component, new.place,
        new.technique.value, micrometres(new.height_mm), micrometres(new.depth_mm), new.condition.value,
        new.country, new.year, new.marked_on, new.marked_by, work.now,
    )  # fmt: skip


def plain_mark(
    n: int,
    kind: str,
    text: str,
    key: str,
    condition: str,
    country: str | None,
    year: int | None,
    at: datetime,
) -> Values:
    """A mark of which nothing else is known, as old registers tell them. key: its normal form."""
    return (
        n, kind, text, "", key, fold_key(key), None, "", "unknown", None, None, condition, country, year,
        None, "", at,
    )  # fmt: skip


def custody(work: Work, step: rules.Step, told: CustodyNew) -> Values:
    """A step of the chain."""
    kind = told.document_kind.value if told.document_kind else ""
    return (
        step.n, step.kind.value, step.on, step.from_id, step.to_id, told.place, told.country, kind,
        told.document_number, told.temporary, work.now, work.actor.user_id,
    )  # fmt: skip


def plain_step(
    work: Work, n: int, kind: str, on: date, from_id: int | None, to_id: int | None, invoice: str = ""
) -> Values:
    """A step of which nothing else is known, with the number of an invoice where there is one."""
    paper = "invoice" if invoice else ""
    return n, kind, on, from_id, to_id, "", None, paper, invoice, False, work.now, work.actor.user_id


def mark_row(firearm_id: int, values: Values) -> Mark:
    """The row of a mark."""
    return Mark(firearm_id=firearm_id, **dict(zip(MARK, values, strict=True)))


def custody_row(firearm_id: int, values: Values) -> Custody:
    """The row of a step."""
    return Custody(firearm_id=firearm_id, **dict(zip(CUSTODY, values, strict=True)))
