"""Rows from what was told; the rules have been asked before.

Each is its values in the order of the names here, without the key of the firearm, so that many can be put
on record at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from registry.core.many import Columns, by_columns
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


PlainMark = tuple[int, int, str, str, str, str, str | None, int | None]
"""Whose it is, n, kind, text, its normal form, condition, country, year."""
PlainStep = tuple[int, int, str, date, int | None, int | None, str]
"""Whose it is, n, kind, day, giver, taker, number of an invoice where there is one."""


class Ready(NamedTuple):
    """A firearm that the rules let through. serials: the keys of its marks of manufacture that are one."""

    firearm: Values
    marks: tuple[Values, ...]
    custody: tuple[Values, ...]
    serials: tuple[str, ...]
    components: tuple[Values, ...] = ()


class Many(NamedTuple):
    """Such firearms by columns. places: of each firearm among all that are put on record with it.

    marks, custody, components: whose they are, as a place here from 0, and then their columns; serials: the
    same of each key.
    """

    places: Sequence[int]
    firearm: Columns
    marks: Columns
    custody: Columns
    serials: Sequence[tuple[int, str]]
    components: Columns = Columns()


def many(places: Sequence[int], ready: Sequence[Ready]) -> Many:
    """The same by columns."""
    return Many(
        places,
        by_columns([one.firearm for one in ready]),
        by_columns([(n, *values) for n, one in enumerate(ready) for values in one.marks]),
        by_columns([(n, *values) for n, one in enumerate(ready) for values in one.custody]),
        [(n, key) for n, one in enumerate(ready) for key in one.serials],
        by_columns([(n, *values) for n, one in enumerate(ready) for values in one.components]),
    )


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


def custody(work: Work, step: rules.Step, told: CustodyNew) -> Values:
    """A step of the chain."""
    kind = told.document_kind.value if told.document_kind else ""
    return (
        step.n, step.kind.value, step.on, step.from_id, step.to_id, told.place, told.country, kind,
        told.document_number, told.temporary, work.now, work.actor.user_id,
    )  # fmt: skip


def plain_marks(work: Work, told: Sequence[PlainMark]) -> Columns:
    """Marks of which nothing else is known, as old registers tell them."""
    if not told:
        return Columns()
    whose, n, kind, text, key, condition, country, year = zip(*told, strict=True)
    folded = list(map(fold_key, key))
    blank, none, unknown, at = (repeat_for(told, value) for value in ("", None, "unknown", work.now))
    return Columns((
        whose, n, kind, text, blank, key, folded, none, blank, unknown, none, none, condition, country, year,
        none, blank, at,
    ))  # fmt: skip


def plain_steps(work: Work, told: Sequence[PlainStep]) -> Columns:
    """Steps of which nothing else is known."""
    if not told:
        return Columns()
    whose, n, kind, on, giver, taker, invoice = zip(*told, strict=True)
    paper = ["invoice" if number else "" for number in invoice]
    blank, none, false = (repeat_for(told, value) for value in ("", None, False))
    at, by = repeat_for(told, work.now), repeat_for(told, work.actor.user_id)
    return Columns((whose, n, kind, on, giver, taker, blank, none, paper, invoice, false, at, by))


def repeat_for(rows: Sequence[Any], value: Any) -> list[Any]:
    """A column that says the same of each row."""
    return [value] * len(rows)


def mark_row(firearm_id: int, values: Values) -> Mark:
    """The row of a mark."""
    return Mark(firearm_id=firearm_id, **dict(zip(MARK, values, strict=True)))


def custody_row(firearm_id: int, values: Values) -> Custody:
    """The row of a step."""
    return Custody(firearm_id=firearm_id, **dict(zip(CUSTODY, values, strict=True)))
