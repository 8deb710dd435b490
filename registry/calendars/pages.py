"""Pages of working-day calendars: what a year holds, deadlines, and what the authority sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.calendars import acts, queries
from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.words import shown
from registry.core.work import Work
from registry.directory.countries import country_name
from schemas import calendars as shapes
from schemas.vocabulary import May

blueprint = Blueprint("calendars", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]


@blueprint.get("/calendars")
@guard.may(May.DIRECTORY_READ)
def listing() -> str:
    """States that have a calendar."""
    with context.look() as work:
        found = queries.calendars(work)
    return render_template("calendars/list.html", page=found, country_name=_country)


@blueprint.get("/states/<code>/calendar")
@guard.may(May.DIRECTORY_READ)
def show(code: str) -> Answer:
    """One year of a State, and the deadline somebody asks for."""
    given = request.args.to_dict()
    errors: Any = ()
    deadline = None
    asked = load_form(shapes.YearAskedSchema(), {"year": given.pop("year", "")})
    with context.look() as work:
        try:
            if given:
                terms = load_form(shapes.DeadlineAskedSchema(), given)
                deadline = queries.deadline_asked(work, code, terms)
        except RegistryError as error:
            errors = shown(error)
        return _page(work, code, asked.year, errors, deadline=deadline), 422 if errors else 200


def _page(work: Work, code: str, year: int | None, errors: Any, **given: Any) -> str:
    found = queries.year(work, code, year or work.today.year)
    return render_template(
        "calendars/show.html",
        calendar=found,
        errors=errors,
        typed=request.args,
        may_write=May.DIRECTORY_WRITE in work.actor.may,
        country_name=_country,
        day_names=_day_names(),
        **given,
    )


@blueprint.route("/states/<code>/calendar/week", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def set_week(code: str) -> Answer:
    """Set the free days of the week."""

    def change(work: Work) -> queries.CalendarView:
        return acts.set_week(work, code, load_form(shapes.WeekNewSchema()))

    free = [name[-1] for name in request.form if name.startswith("free_days-")]
    if request.method == "GET":
        free = ["6", "7"]
    return _changed("week", code, change, _("The working week is set."), free=free, day_names=_day_names())


@blueprint.route("/states/<code>/calendar/holidays", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def add_holiday(code: str) -> Answer:
    """Add a holiday."""

    def change(work: Work) -> queries.CalendarView:
        return acts.add_holiday(work, code, load_form(shapes.HolidayNewSchema()))

    return _changed("holiday", code, change, _("The holiday is added."))


@blueprint.post("/states/<code>/calendar/years")
@guard.may(May.DIRECTORY_WRITE)
def take_year(code: str) -> Answer:
    """Take in the published holidays of a year."""
    with context.begin() as work:
        made = acts.take_year(work, code, load_form(shapes.YearNewSchema()))
    flash(_("The year is complete."), "good")
    return redirect(url_for("calendars.show", code=code, year=made.year), 303)


@blueprint.route("/states/<code>/calendar/holidays/<day>/withdraw", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def withdraw(code: str, day: str) -> Answer:
    """Withdraw a holiday: ask for the reason, then do it."""
    on = queries.day_of(day)

    def change(work: Work) -> queries.CalendarView:
        return acts.withdraw_holiday(work, code, on, load_form(shapes.HolidayWithdrawalSchema()))

    return _changed("withdraw", code, change, _("The day is a working day again."), day=on)


def _changed(
    form: str, code: str, change: Callable[[Work], queries.CalendarView], done: str, **given: Any
) -> Answer:
    """The form when it is asked for or cannot be accepted, else the calendar after the change."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                made = change(work)
            flash(done, "good")
            return redirect(url_for("calendars.show", code=code, year=made.year), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        queries.known_state(work, code)
    return render_template(
        f"calendars/{form}.html",
        code=code,
        errors=errors,
        typed=request.form,
        country_name=_country,
        **given,
    ), status


def _country(code: str) -> str:
    return country_name(code, str(get_locale() or "en"))


def _day_names() -> list[tuple[str, str]]:
    """Days of the week in the visitor's language, Monday first, by their ISO number."""
    names = get_day_names("wide", locale=get_locale() or "en")
    return [(str(n + 1), names[n]) for n in range(7)]
