"""Goods as people type them, one a line: a firearm on record, a span of a lot, or serial; maker; country.

Of a lot that is not on record its code takes the serial's place, and the number of cartridges comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from registry.core.errors import Invalid
from registry.licensing.views import ItemView
from schemas.words import said

_FIREARM = re.compile(r"(F-?[0-9]{9,18}-?[0-9A-Z])(?:\s*/\s*([0-9]{1,2}))?", re.IGNORECASE)
_SEPARATED = re.compile(r"(?<!\\);")  # a semicolon within a name is written \;
_SPAN = re.compile(r"(L-?[0-9]{9,18}-?[0-9A-Z])\s+([0-9]{1,13})\s*[-–]\s*([0-9]{1,13})", re.IGNORECASE)


def read(text: str) -> list[dict[str, Any]]:
    """The items of a text, in the shape that `ItemNewSchema` takes; empty lines are passed over."""
    return [_item(line.strip()) for line in text.splitlines() if line.strip()]


def _item(line: str) -> dict[str, Any]:
    if found := _FIREARM.fullmatch(line):
        part = {"component": int(found[2])} if found[2] else {}
        return {"firearm": found[1].upper(), **part}
    if found := _SPAN.fullmatch(line):
        return {"lot": found[1].upper(), "first": int(found[2]), "last": int(found[3])}
    parts = [part.replace("\\;", ";").strip() for part in _SEPARATED.split(line)]
    if len(parts) > 4:
        raise Invalid.at("items", said("More than four parts: %(line)s", line=line[:80]))
    serial, maker, country, many = (*parts, "", "", "")[:4]
    told = {"serial": serial, "maker": maker, "country_made": country.upper(), "quantity": many}
    return {name: value for name, value in told.items() if value or name in ("serial", "maker")}


def written(items: Iterable[ItemView]) -> str:
    """Items as they would be typed."""
    return "\n".join(map(_line, items))


def _line(item: ItemView) -> str:
    if item.firearm:
        return f"{item.firearm}/{item.component}" if item.component else item.firearm
    if item.lot:
        return f"{item.lot} {item.first}-{item.last}"
    told = [
        item.serial,
        item.maker,
        item.country_made or "",
        str(item.quantity) if item.first is not None else "",
    ]
    while not told[-1]:
        told.pop()
    return "; ".join(part.replace(";", "\\;") for part in told)
