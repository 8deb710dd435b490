"""Working days of a State."""

from __future__ import annotations

from datetime import date, timedelta

from registry.core.work import Work

SATURDAY = 5


def working_day_after(work: Work, day: date, count: int, country: str) -> date:
    """The day on which the count-th working day after a day falls."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
