"""What the authority does to calendars."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry.calendars import published, queries
from registry.calendars.days import unmet_for_week
from registry.calendars.tables import CalendarYear, Holiday, WorkingWeek
from registry.core.errors import Conflict, Invalid, NotFound, refuse_if
from registry.core.work import Work, act
from registry.directory import countries
from schemas.calendars import HolidayNew, HolidayWithdrawal, WeekNew, YearNew
from schemas.vocabulary import May
from schemas.words import said


@act(May.DIRECTORY_WRITE)
def set_week(work: Work, state: str, new: WeekNew) -> queries.CalendarView:
    """Which days of the week are free from a day on; raises NotFound, Refused.

    Said again for the same first day, it takes the place of what was said.
    """
    queries.known_state(work, state)
    refuse_if(unmet_for_week(new.free_days))
    row = work.session.get(WorkingWeek, (state, new.begins_on))
    if row is None:
        row = WorkingWeek(state=state, begins_on=new.begins_on)
        work.session.add(row)
    row.free_days = "".join(map(str, sorted(new.free_days)))
    row.source, row.recorded_at, row.recorded_by = new.source, work.now, work.actor.user_id
    work.session.flush()
    return queries.year(work, state, new.begins_on.year)


@act(May.DIRECTORY_WRITE)
def add_holiday(work: Work, state: str, new: HolidayNew) -> queries.CalendarView:
    """A further free day; one that was withdrawn counts again. Raises NotFound, Conflict."""
    queries.known_state(work, state)
    row = work.session.get(Holiday, (state, new.day), with_for_update=True)
    if row is not None and not row.withdrawn:
        raise Conflict(said("%(day)s is free already: %(name)s", day=new.day, name=row.name))
    if row is None:
        row = Holiday(state=state, day=new.day)
        work.session.add(row)
    _tell(work, row, new.name, new.source)
    work.session.flush()
    return queries.year(work, state, new.day.year)


@act(May.DIRECTORY_WRITE)
def withdraw_holiday(
    work: Work, state: str, day: date, withdrawal: HolidayWithdrawal
) -> queries.CalendarView:
    """A day that is a working day after all; it stays on record with the reason. Raises NotFound."""
    row = work.session.get(Holiday, (state, day), with_for_update=True)
    if row is None or row.withdrawn:
        raise NotFound(
            said("%(day)s is no holiday on record of %(state)s", day=day, state=countries.state(state))
        )
    row.withdrawn = withdrawal.reason
    row.recorded_at, row.recorded_by = work.now, work.actor.user_id
    work.session.flush()
    return queries.year(work, state, day.year)


@act(May.DIRECTORY_WRITE)
def take_year(work: Work, state: str, new: YearNew) -> queries.CalendarView:
    """All holidays of a year: as published, or with a source of one's own that says that the list is whole.

    What the authority recorded or withdrew before stays as it is. Raises NotFound, Invalid, Conflict.
    """
    queries.known_state(work, state)
    if work.session.get(CalendarYear, (state, new.year)) is not None:
        raise Conflict(
            said(
                "The year %(year)s of %(state)s is complete already; add or withdraw single days",
                year=new.year,
                state=countries.state(state),
            )
        )
    if not new.source and not published.is_known(state):
        raise Invalid.at("source", "No list of these holidays is at hand: enter them, with their source.")
    take_published(work, state, new.year, new.source)
    return queries.year(work, state, new.year)


def take_published(work: Work, state: str, year: int, source: str = "") -> None:
    """Keep a year as complete; without a source of one's own, with the published days."""
    if not source:
        known = set(work.session.scalars(select(Holiday.day).where(Holiday.state == state)))
        for day, name in published.of_years(state, [year]).items():
            if day not in known:
                row = Holiday(state=state, day=day)
                _tell(work, row, name, published.SOURCE)
                work.session.add(row)
    work.session.add(
        CalendarYear(
            state=state,
            year=year,
            source=source or published.SOURCE,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()


def _tell(work: Work, row: Holiday, name: str, source: str) -> None:
    row.name, row.source, row.withdrawn = name, source, ""
    row.recorded_at, row.recorded_by = work.now, work.actor.user_id
