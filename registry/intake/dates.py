"""Days as registers write them; where only a year or month is known, that is said. Pure."""

from __future__ import annotations

import re
from datetime import date

_WHOLE = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), (2, 1, 0)),
)
_MONTH = ((re.compile(r"(\d{4})[-/.](\d{1,2})"), (0, 1)), (re.compile(r"(\d{1,2})[-/.](\d{4})"), (1, 0)))
_YEAR = re.compile(r"(\d{4})")


def read(text: str) -> tuple[date, bool] | None:
    """(the day, whether all of it was told); the first day of a month or year; None where it is no date.

    Days come before months, as everywhere but in one State: 03/04/2020 is the third of April.
    """
    for form, (year, month, day) in _WHOLE:
        if found := form.fullmatch(text):
            parts = found.groups()
            return _day(int(parts[year]), int(parts[month]), int(parts[day]), whole=True)
    for form, (year, month) in _MONTH:
        if found := form.fullmatch(text):
            parts = found.groups()
            return _day(int(parts[year]), int(parts[month]), 1, whole=False)
    if found := _YEAR.fullmatch(text):
        return _day(int(found[1]), 1, 1, whole=False)
    return None


def _day(year: int, month: int, day: int, *, whole: bool) -> tuple[date, bool] | None:
    try:
        return date(year, month, day), whole
    except ValueError:
        return None
