"""How rows are written outside: JSON Lines that are read back exactly, CSV for spreadsheets. Pure.

The format is written down in docs/export.md.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from registry.core.errors import Invalid
from schemas.words import said

FORMAT = "firearms-registry-export"
VERSION = 1
MANIFEST = "manifest.json"
FORMULA = tuple("=+-@\t\r")
"""What a spreadsheet takes for the beginning of a formula."""
KINDS = ("integer", "boolean", "date", "instant", "bytes", "text")


def line(row: Mapping[str, Any]) -> bytes:
    """A row as one line: days ISO 8601, moments in UTC with microseconds, bytes in base64."""
    return orjson.dumps({name: _written(value) for name, value in row.items()}) + b"\n"


def _written(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return value


def cell(value: Any) -> str:
    """A value as a spreadsheet may open it: what looks like a formula begins with an apostrophe."""
    text = "" if value is None else str(_written(value))
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


def read(told: bytes, kinds: Mapping[str, str], where: str) -> dict[str, Any]:
    """The row of a line, by the kind of each column; raises Invalid naming file and line."""
    try:
        row = orjson.loads(told)
        if set(row) != set(kinds):
            raise ValueError("its columns are others")
        return {name: _read(row[name], kind) for name, kind in kinds.items()}
    except (ValueError, TypeError, AttributeError) as error:
        words = "%(where)s cannot be read: %(why)s"
        raise Invalid.at("export", said(words, where=where, why=str(error)[:200])) from None


def _read(value: Any, kind: str) -> Any:
    if value is None:
        return None
    match kind:
        case "date":
            return date.fromisoformat(value)
        case "instant":
            return datetime.fromisoformat(value)
        case "bytes":
            return base64.b64decode(value, validate=True)
    wanted: type = {"integer": int, "boolean": bool}.get(kind, str)
    if type(value) is not wanted:
        raise ValueError(f"{value!r:.40} is no {kind}")
    return value
