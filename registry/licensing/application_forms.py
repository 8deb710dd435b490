"""Forms of the steps of an application: what they show, and what is taken from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry.core.errors import Unmet
from registry.core.web.forms import load_form
from registry.licensing import goods_text
from registry.licensing.views import LicenceView
from schemas import licensing as told

STEPS = ("route", "recipient", "goods", "validity", "papers", "check")
_OF_FIELD = {
    "export_country": "route",
    "import_country": "route",
    "transits": "route",
    "direct": "route",
    "recipient": "recipient",
    "recipient_name": "recipient",
    "recipient_address": "recipient",
    "end_use": "recipient",
    "participants": "recipient",
    "lines": "goods",
    "starts_on": "validity",
    "expires_on": "validity",
    "return_by": "validity",
}
_PLAIN = {step: tuple(name for name, at in _OF_FIELD.items() if at == step) for step in STEPS}
_ITEMS = re.compile(r"(lines\.\d+\.items)\b.*")
SPARE = {"route": 2, "recipient": 1, "goods": 1}
"""Rows that a form offers beside those that are filled."""


def step_of(path: str) -> str:
    """At which step a field stands; papers for what none asks."""
    return _OF_FIELD.get(path.partition(".")[0], "papers")


def of_fields(errors: Iterable[Unmet]) -> list[Unmet]:
    """Errors at the fields of the form: whatever is wrong with an item belongs to the text of its line."""
    return [replace(one, field=_ITEMS.sub(r"\1", one.field)) for one in errors]


def rows(found: LicenceView, step: str) -> int:
    """How many rows the list of a step has."""
    kept = {"route": found.transits, "recipient": found.participants, "goods": found.lines}
    return len(kept.get(step, ())) + SPARE.get(step, 0)


def values(found: LicenceView, step: str) -> dict[str, Any]:
    """What a step shows at first: what is on record."""
    plain = {
        name: getattr(found, name)
        for name in _PLAIN[step]
        if name not in ("transits", "participants", "lines")
    }
    lists = {"route": _transits, "recipient": _participants, "goods": _lines}
    return {**plain, **(lists[step](found) if step in lists else {})}


def _transits(found: LicenceView) -> dict[str, Any]:
    return {f"transits-{n}": one.country for n, one in enumerate(found.transits)}


def _participants(found: LicenceView) -> dict[str, Any]:
    names = ("role", "name", "country", "address")
    return {
        f"participants-{n}-{name}": getattr(one, name)
        for n, one in enumerate(found.participants)
        for name in names
    }


def _lines(found: LicenceView) -> dict[str, Any]:
    names = ("goods", "hs", "description", "calibre", "quantity", "war_material")
    told_of = {f"lines-{n}-{name}": getattr(one, name) for n, one in enumerate(found.lines) for name in names}
    items = {f"lines-{n}-items": goods_text.written(one.items) for n, one in enumerate(found.lines)}
    return {**told_of, **items}


def taken(step: str, typed: Mapping[str, str]) -> told.Application:
    """What a step says; a list left empty is an empty list, a box not ticked a no. Raises Invalid."""
    form = {name: value for name, value in typed.items() if name != "then"}
    if step == "goods":
        form = _with_items(form)
    changed: told.Application = load_form(told.ApplicationSchema(), form)
    if step == "route":
        return replace(changed, transits=changed.transits or (), direct=bool(changed.direct))
    if step == "recipient":
        return replace(changed, participants=changed.participants or ())
    if step == "goods":
        return replace(changed, lines=changed.lines or ())
    return changed


def _with_items(form: Mapping[str, str]) -> dict[str, str]:
    """The text of each line's goods as items; a row in which only a box is ticked is none."""
    found = {name: value for name, value in form.items() if not name.endswith("-items")}
    for name, text in form.items():
        if name.endswith("-items"):
            found |= flat(name, goods_text.read(text))
    filled = {name.rsplit("-", 1)[0] for name, value in found.items() if value and name.endswith("-goods")}
    told_of = {name for name in found if name.startswith("lines-")}
    empty = {
        name
        for name in told_of
        if name.endswith("-war_material") and name.removesuffix("-war_material") not in filled
    }
    return {name: value for name, value in found.items() if name not in empty}


def flat(name: str, items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Items under the names of a form."""
    return {f"{name}-{n}-{key}": str(value) for n, item in enumerate(items) for key, value in item.items()}
