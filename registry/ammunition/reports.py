"""Reading a report of sales: rows of JSON or CSV as lines, or why a row cannot be read."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError

from registry.ammunition.sales_acts import Reported
from registry.core.errors import Invalid
from registry.core.web.problems import from_validation
from schemas.ammunition_sales import MOST_LINES, SaleLineSchema
from schemas.words import amount, said

COLUMNS = (
    "lot", "seller", "buyer", "sold_on", "quantity", "package", "first", "last", "unit", "authorization",
    "invoice_number", "invoice_series", "invoice_date", "permit_number", "permit_date", "place", "reason",
)  # fmt: skip
_WHOLE = ("quantity", "first", "last")
_SHAPE = SaleLineSchema()


def digest(sent: bytes) -> str:
    """SHA-256 of what was sent."""
    return hashlib.sha256(sent).hexdigest()


def lines(rows: Iterable[Mapping[str, Any]]) -> list[Reported]:
    """Each row as a line, or what keeps it from being one."""
    return [_line(dict(row)) for row in rows]


def _line(row: dict[str, Any]) -> Reported:
    try:
        line: Reported = _SHAPE.take(row)
    except ValidationError as error:
        return from_validation(error.messages).unmet
    return line


def read_csv(text: str) -> list[dict[str, Any]]:
    """Rows of a CSV file with a header, separated by commas, semicolons or tabs; empty cells are left out.

    Raises Invalid for a file without the columns of a sale, or with too many lines.
    """
    head = text.lstrip("\ufeff").partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator, restkey="")
    unknown = [name for name in reader.fieldnames or () if name.strip() not in COLUMNS]
    if unknown or not reader.fieldnames:
        raise Invalid.at(
            "file",
            said(
                "The first line names columns; unknown: %(names)s.",
                names=", ".join(unknown)[:200] or said("all"),
            ),
        )
    try:
        rows = [_row(row) for row in reader]
    except csv.Error as error:
        raise Invalid.at("file", said("This is no CSV file: %(error)s", error=error)) from None
    if len(rows) > MOST_LINES:
        raise Invalid.at("file", said("At most %(number)s lines at a time.", number=amount(MOST_LINES)))
    return rows


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    told = {
        name.strip(): (value or "").strip() if isinstance(value, str) else value
        for name, value in row.items()
    }
    return {name: _value(name, value) for name, value in told.items() if value}


def _value(name: str, value: Any) -> Any:
    whole = name in _WHOLE and isinstance(value, str) and value.isascii() and value.isdecimal()
    return int(value) if whole and len(value) < 19 else value
