"""Reading calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import orjson
from sqlalchemy import Select, func, select

from registry.calendars.days import Calendar, Deadline, Week, deadline
from registry.calendars.tables import CalendarYear, Holiday, WorkingWeek
from registry.core.database import Prepared
from registry.core.errors import Invalid, NotFound
from registry.core.work import Work
from registry.directory import queries as directory
from schemas.calendars import DeadlineAsked
from schemas.paging import Page
from schemas.words import said

CALENDAR = Prepared(
    """
    SELECT (SELECT {rows}({row}(begins_on, free_days)){text} FROM working_week WHERE state = :state),
      (SELECT {rows}(day){text} FROM holiday WHERE state = :state AND withdrawn = ''),
      (SELECT {rows}(year){text} FROM calendar_year WHERE state = :state)
    """
)


@dataclass(frozen=True)
class WeekView:
    begins_on: date
    free_days: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class HolidayView:
    day: date
    name: str
    source: str
    withdrawn: str


@dataclass(frozen=True)
class CalendarView:
    """One year of a State. complete: all its holidays are on record, by whom they are told."""

    state: str
    year: int
    weeks: tuple[WeekView, ...]
    holidays: tuple[HolidayView, ...]
    complete: bool
    source: str


@dataclass(frozen=True)
class CalendarRow:
    """A State that has a calendar. years: first and last one on record."""

    state: str
    first_year: int
    last_year: int


@dataclass(frozen=True)
class DeadlineView:
    day: date
    working_days: int
    unknown_years: tuple[int, ...]


def calendar(work: Work, state: str) -> Calendar:
    """A State's working days, to count with."""
    ((weeks, days, years),) = work.sees(CALENDAR, state=state)
    return _calendar(state, weeks or "[]", days or "[]", years or "[]")


@lru_cache(maxsize=64)
def _calendar(state: str, weeks: str, days: str, years: str) -> Calendar:
    """What is written there, as it is counted with."""
    begun = sorted((date.fromisoformat(day), free) for day, free in orjson.loads(weeks))
    return Calendar(
        state,
        tuple(Week(day, frozenset(map(int, free))) for day, free in begun),
        frozenset(map(date.fromisoformat, orjson.loads(days))),
        frozenset(orjson.loads(years)),
    )


def deadline_of(work: Work, state: str, day: date, working_days: int) -> Deadline:
    """The deadline so many working days of a State after a day."""
    return deadline(day, working_days, calendar(work, state))


def deadline_asked(work: Work, state: str, asked: DeadlineAsked) -> DeadlineView:
    """A deadline as it is shown; raises NotFound, Invalid."""
    known_state(work, state)
    try:
        found = deadline_of(work, state, asked.begins_on, asked.working_days)
    except OverflowError:
        raise Invalid.at("begins_on", "The deadline is beyond the last year that can be told.") from None
    return DeadlineView(found.day, found.working_days, found.unknown_years)


def year(work: Work, state: str, number: int) -> CalendarView:
    """One year of a State's calendar, withdrawn holidays too; raises NotFound."""
    known_state(work, state)
    listed = select(Holiday).where(
        Holiday.state == state, Holiday.day.between(date(number, 1, 1), date(number, 12, 31))
    )
    known = work.session.get(CalendarYear, (state, number))
    return CalendarView(
        state,
        number,
        tuple(
            WeekView(row.begins_on, tuple(map(int, row.free_days)), row.source)
            for row in work.session.scalars(_weeks(state))
        ),
        tuple(
            HolidayView(row.day, row.name, row.source, row.withdrawn)
            for row in work.session.scalars(listed.order_by(Holiday.day))
        ),
        known is not None,
        known.source if known else "",
    )


def known_state(work: Work, code: str) -> None:
    """Raise NotFound unless this is a State of today."""
    if directory.state(work, code).historic:
        raise NotFound(said("%(code)s is no more: nobody there keeps a deadline", code=code))


def calendars(work: Work) -> Page[CalendarRow]:
    """States that have a calendar."""
    first, last = func.min(CalendarYear.year), func.max(CalendarYear.year)
    rows = work.session.execute(
        select(CalendarYear.state, first, last).group_by(CalendarYear.state).order_by(CalendarYear.state)
    )
    return Page(tuple(CalendarRow(*row) for row in rows))


def day_of(text: str) -> date:
    """A day in an address; raises NotFound."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(said("%(text)s is no day", text=f"{text[:20]!r}")) from None


def _weeks(state: str) -> Select[WorkingWeek]:
    return select(WorkingWeek).where(WorkingWeek.state == state).order_by(WorkingWeek.begins_on)
