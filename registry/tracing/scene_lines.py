"""Reading the cartridges of a scene as rows from a spreadsheet or a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from registry.core.web.problems import from_validation
from schemas.ammunition_vocabulary import CartridgeState
from schemas.scenes import MOST_LINES, SceneNew, SceneNewSchema
from schemas.words import Said, said

COLUMNS = ("code", "maker", "calibre", "position", "state", "count", "headstamp")
FOUND_AS: Mapping[CartridgeState, Said] = {
    CartridgeState.ROUND: said("Unfired round"),
    CartridgeState.CASE: said("Fired case"),
    CartridgeState.RELOADED: said("Reloaded round"),
}
_WHOLE = ("position", "count")


def rows(text: str) -> list[dict[str, str]]:
    """Rows, separated by tabs, semicolons or commas, with what is filled in; a heading is passed over."""
    found = []
    for line in [line for line in text.lstrip("\ufeff").splitlines() if line.strip()][: MOST_LINES + 1]:
        cells = line.split("\t" if "\t" in line else ";" if ";" in line else ",")
        found.append(dict(zip(COLUMNS, [cell.strip() for cell in cells], strict=False)))
    if found and found[0].get("code", "").casefold() == "code":
        found = found[1:]
    return found[:MOST_LINES]


def read(text: str) -> list[dict[str, Any]]:
    """Rows as lines of the published shape."""
    return [{name: _value(name, value) for name, value in row.items() if value} for row in rows(text)]


def _value(name: str, value: str) -> Any:
    whole = name in _WHOLE and value.isascii() and value.isdecimal() and len(value) < 14
    return int(value) if whole else value


def taken(told: dict[str, Any]) -> SceneNew:
    """A scene of the published shape; raises Invalid naming what is wrong."""
    try:
        new: SceneNew = SceneNewSchema().load(told)
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return new
