"""Files for spreadsheets: the one place that writes them, so that no cell is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from flask import Response

from registry.core.web import files

_FORMULA = re.compile(r"(^|[;\t\v\f\r\n])([\s\0\"'\u200b\u2060\ufeff]*)([=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def cell(value: object) -> str:
    """The value as a spreadsheet shows it and never computes it (ASVS 5.0, 1.2.10).

    Whole numbers stay as they are. Text that could be taken for a formula, also behind spaces and quotes
    or where another separator is expected, has an apostrophe there, which says "this is text".
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _FORMULA.sub(r"\1\2'\3", "" if value is None else str(value))


def answer(filename: str, columns: Iterable[str], rows: Iterable[Iterable[object]] = ()) -> Response:
    """A CSV file (RFC 4180, UTF-8) to be saved, with a heading."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return files.saved(written.getvalue(), filename, "text/csv")
