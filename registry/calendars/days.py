"""Counting working days. Pure.

The day from which is counted does not count, and a period ends with the end of its last working day
(Regulation (EEC, Euratom) 1182/71, art. 3).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.core.errors import Unmet
from schemas.words import said

MOST = 1000
"""Working days that may be asked for at once."""
SATURDAY_AND_SUNDAY = frozenset({6, 7})
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """free: ISO numbers of the days of the week on which nobody works, from `begins_on` on."""

    begins_on: date
    free: frozenset[int]


@dataclass(frozen=True)
class Calendar:
    """A State's working days. weeks: in the order of their first days; years: those with all holidays known.

    Before the first week, and for a State that has none, Saturday and Sunday are free.
    """

    state: str
    weeks: tuple[Week, ...] = ()
    holidays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def free_days(self, day: date) -> frozenset[int]:
        """Which days of the week are free in the week of a day."""
        n = bisect_right([week.begins_on for week in self.weeks], day)
        return self.weeks[n - 1].free if n else SATURDAY_AND_SUNDAY

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day not in self.holidays and day.isoweekday() not in self.free_days(day)


@dataclass(frozen=True)
class Deadline:
    """The last day of a period of working days. unknown_years: whose holidays nobody recorded yet."""

    day: date
    working_days: int
    unknown_years: tuple[int, ...] = ()

    def days_left(self, today: date) -> int:
        """Days of the calendar until it ends, below nought once it has passed."""
        return (self.day - today).days


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after a day, before it for n below nought; the day itself for none.

    Raises ValueError beyond MOST working days, or where the calendar has none.
    """
    if abs(n) > MOST:
        raise ValueError(f"{n} working days are more than {MOST}")
    step = _DAY if n >= 0 else -_DAY
    idle = 0
    for _ in range(abs(n)):
        day += step
        while not calendar.works(day):
            day += step
            idle += 1
            if idle > 4 * MOST:
                raise ValueError(f"The calendar of {calendar.state} has no working days")
    return day


def deadline(day: date, n: int, calendar: Calendar) -> Deadline:
    """The deadline n working days after a day, and whether a year on the way is not fully known."""
    last = add_working_days(day, n, calendar)
    crossed = range(min(day, last).year, max(day, last).year + 1)
    return Deadline(last, n, tuple(year for year in crossed if year not in calendar.years))


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Working days after `start` up to and with `end`; below nought where it is before."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.works(start + _DAY * n) for n in range(1, (end - start).days + 1))


def unmet_for_week(free: Iterable[int]) -> list[Unmet]:
    """What keeps a working week from being set."""
    days = list(free)
    if len(set(days)) < len(days) or not set(days) <= set(range(1, 8)):
        return [Unmet(said("Days of the week are 1 (Monday) to 7 (Sunday), each once."), "free_days")]
    if len(days) == 7:
        return [Unmet(said("A week has at least one working day."), "free_days")]
    return []
