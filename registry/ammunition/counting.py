"""Reading a count: a file or paste of lots and numbers, or the fields of a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from registry.core.errors import Invalid
from registry.core.web.problems import from_validation
from schemas.ammunition_stock import MOST_LINES, CountNew, CountNewSchema
from schemas.words import amount, said

COLUMNS = ("lot", "counted")
FIELD = "counted-"
"""What comes before the lot's number in the name of a field of the form."""


def read_csv(text: str) -> list[dict[str, Any]]:
    """Lines of a count, separated by commas, semicolons or tabs; a header is not needed.

    Other columns after the first two are passed over. Raises Invalid for a line without both.
    """
    plain = text.lstrip("\ufeff")
    separator = max(",;\t", key=plain.partition("\n")[0].count)
    try:
        rows = [row for row in csv.reader(io.StringIO(plain), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise Invalid.at("file", said("This is no CSV file: %(error)s", error=error)) from None
    if rows and [cell.strip().lower() for cell in rows[0][:2]] == list(COLUMNS):
        rows = rows[1:]
    if len(rows) > MOST_LINES:
        raise Invalid.at("file", said("At most %(number)s lines at a time.", number=amount(MOST_LINES)))
    return [_line(n, row) for n, row in enumerate(rows, 1)]


def _line(n: int, row: list[str]) -> dict[str, Any]:
    lot, counted = [cell.strip() for cell in [*row, "", ""][:2]]
    if not lot or not _whole(counted):
        raise Invalid.at("file", said("Line %(n)s: a lot's number and how many were counted.", n=n))
    return {"lot": lot.upper(), "counted": int(counted)}


def typed(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lines of the fields that were filled in; raises Invalid naming the field."""
    filled = [
        (name, value.strip()) for name, value in form.items() if name.startswith(FIELD) and value.strip()
    ]
    wrong = [name for name, value in filled if not _whole(value)]
    if wrong:
        raise Invalid.at(wrong[0], "A whole number.")
    return [{"lot": name.removeprefix(FIELD), "counted": int(value)} for name, value in filled]


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 14


def taken(told: dict[str, Any]) -> CountNew:
    """A count of the published shape; raises Invalid naming what is wrong."""
    try:
        new: CountNew = CountNewSchema().take(told)
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return new
