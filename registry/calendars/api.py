"""Routes of the API for working-day calendars."""

from __future__ import annotations

from typing import Any

from registry.calendars import acts, queries
from registry.core.web import api
from registry.core.work import Work
from schemas import calendars as shapes
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("calendars", "Working days of States, and deadlines counted in them")


@blueprint.route("/calendars", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.CalendarRowSchema, paged=True)
def calendars(work: Work) -> Page[queries.CalendarRow]:
    """States that have a calendar; there are few, so they come in one page."""
    return queries.calendars(work)


@blueprint.route("/calendars/<code>", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.CalendarSchema, query=shapes.YearAskedSchema)
def calendar(work: Work, asked: shapes.YearAsked, code: str) -> queries.CalendarView:
    """Weeks and holidays of a State in a year."""
    return queries.year(work, code, asked.year or work.today.year)


@blueprint.route("/calendars/<code>/deadline", methods=["GET"])
@api.reads(blueprint, May.DIRECTORY_READ, gives=shapes.DeadlineSchema, query=shapes.DeadlineAskedSchema)
def deadline(work: Work, asked: shapes.DeadlineAsked, code: str) -> queries.DeadlineView:
    """The last day of a period of working days."""
    return queries.deadline_asked(work, code, asked)


@blueprint.route("/calendars/<code>/weeks", methods=["POST"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.WeekNewSchema,
    gives=shapes.CalendarSchema,
    at="/calendars/{code}",
)
def set_week(work: Work, new: shapes.WeekNew, code: str) -> queries.CalendarView:
    """Say which days of the week are free from a day on."""
    return acts.set_week(work, code, new)


@blueprint.route("/calendars/<code>/holidays", methods=["POST"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.HolidayNewSchema,
    gives=shapes.CalendarSchema,
    at="/calendars/{code}",
)
def add_holiday(work: Work, new: shapes.HolidayNew, code: str) -> queries.CalendarView:
    """Add a holiday."""
    return acts.add_holiday(work, code, new)


@blueprint.route("/calendars/<code>/holidays/<day>/withdrawal", methods=["POST"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.HolidayWithdrawalSchema,
    gives=shapes.CalendarSchema,
    status=200,
)
def withdraw_holiday(
    work: Work, withdrawal: shapes.HolidayWithdrawal, code: str, day: str
) -> queries.CalendarView:
    """Withdraw a holiday, with the reason."""
    return acts.withdraw_holiday(work, code, queries.day_of(day), withdrawal)


@blueprint.route("/calendars/<code>/years", methods=["POST"])
@api.writes(
    blueprint,
    May.DIRECTORY_WRITE,
    takes=shapes.YearNewSchema,
    gives=shapes.CalendarSchema,
    at="/calendars/{code}",
)
def take_year(work: Work, new: shapes.YearNew, code: str) -> queries.CalendarView:
    """Take in the published holidays of a year, or say that those on record are all."""
    return acts.take_year(work, code, new)
