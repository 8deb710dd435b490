"""A day's collection as it is typed: one row an item, rows of one person together as one recovery.

A person is named in the first of their rows; rows below without one are of the same person; "-" is
somebody who stays unnamed. What was seized or found together is one recovery, whoever had it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError

from registry.core.errors import Invalid, Unmet
from registry.core.web.problems import from_validation
from schemas.recovery import ItemNewSchema, RecoveryNew, RecoveryNewSchema
from schemas.recovery_vocabulary import RecoveryKind
from schemas.words import said

CELLS = (
    "person", "document", "kind", "type", "maker", "model", "calibre", "country", "mark", "mark_condition",
    "condition", "quantity", "bag", "note",
)  # fmt: skip
OF_ITEM = tuple(name for name in CELLS if name in ItemNewSchema().fields)
COMMON = (
    "kind", "recovered_on", "place", "agency", "circumstances", "case_number", "campaign", "post",
)  # fmt: skip
PRESET = frozenset({"kind", "type", "mark_condition", "condition"})
"""Cells that are never empty: they alone do not make a row."""
ROWS, MOST_ROWS = 12, 200
UNNAMED = "-"


@dataclass(frozen=True)
class Day:
    """What was typed, as recoveries. rows: of each, the numbers of its rows on the form."""

    recoveries: tuple[RecoveryNew, ...]
    rows: tuple[tuple[int, ...], ...]

    def at_rows(self, unmet: tuple[Unmet, ...]) -> tuple[Unmet, ...]:
        """A refusal of the acts at the rows and fields of the form."""
        return tuple(replace(one, field=_placed(one.field, self.rows)) for one in unmet)


def rows_typed(typed: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Rows in which something was typed, by their number on the form."""
    found = {}
    for n in range(MOST_ROWS):
        row = {name: typed.get(f"rows-{n}-{name}", "").strip() for name in CELLS}
        if any(value for name, value in row.items() if name not in PRESET):
            found[n] = {name: value for name, value in row.items() if value}
    return found


def read(typed: Mapping[str, str]) -> Day:
    """The form as recoveries; raises Invalid at the rows and fields of the form."""
    rows = rows_typed(typed)
    if not rows:
        raise Invalid.at("rows.0.mark", "Type at least one item.")
    common = {name: typed[name].strip() for name in COMMON if typed.get(name, "").strip()}
    handed_in = common.get("kind") in (RecoveryKind.SURRENDERED, RecoveryKind.COLLECTED)
    groups = _groups(rows) if handed_in else [list(rows)]
    placed = tuple(tuple(group) for group in groups)
    made, wrong = [], []
    for g, group in enumerate(groups):
        try:
            made.append(RecoveryNewSchema().load(_recovery(common, [rows[n] for n in group])))
        except ValidationError as error:
            refused = from_validation(error.messages).unmet
            wrong += [replace(one, field=_placed(f"{g}.{one.field}", placed)) for one in refused]
    if wrong:
        raise Invalid(unmet=list(dict.fromkeys(wrong)))
    return Day(tuple(made), placed)


def _groups(rows: Mapping[int, Mapping[str, str]]) -> list[list[int]]:
    groups: list[list[int]] = []
    for n, row in rows.items():
        if "person" in row or "document" in row or not groups:
            groups.append([])
        groups[-1].append(n)
    return groups


def _recovery(common: Mapping[str, str], rows: list[dict[str, str]]) -> dict[str, Any]:
    first = rows[0]
    unnamed = first.get("person") == UNNAMED
    person = {} if unnamed else {"person_name": first.get("person", "")}
    told: dict[str, Any] = {**common, **person, "person_document": first.get("document", "")}
    if "post" in told:
        told["post"] = _whole(told["post"])
    told["anonymous"] = unnamed
    told["items"] = [_item(row) for row in rows]
    return told


def _item(row: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {name: row[name] for name in OF_ITEM if name in row}
    if "country" in told:
        told["country"] = told["country"].upper()
    if "quantity" in told:
        told["quantity"] = _whole(told["quantity"])
    return told


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


_OF_PERSON = {"person_name": "person", "anonymous": "person", "person_document": "document"}


def _placed(field: str, rows: tuple[tuple[int, ...], ...]) -> str:
    """Where on the form a field of a recovery is: "0.items.1.mark" is "rows.1.mark"."""
    group, _, rest = field.partition(".")
    if not group.isdigit() or int(group) >= len(rows):
        return field
    mine = rows[int(group)]
    if rest in _OF_PERSON:
        return f"rows.{mine[0]}.{_OF_PERSON[rest]}"
    path = rest.split(".")
    if path[0] == "items" and len(path) > 2 and path[1].isdigit():
        return f"rows.{mine[int(path[1])]}.{path[2]}"
    return rest


def seen(day: Day) -> str:
    """What was typed, in a sentence."""
    count = sum(len(one.items) for one in day.recoveries)
    return said("%(items)s items in %(count)s recoveries.", items=count, count=len(day.recoveries))
