"""Pages of retention: what would go and why, the terms of the law, holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard, sheets
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown, spoken
from registry.core.work import Work
from registry.retention import acts, queries
from registry.retention.classes import CLASSES
from schemas import retention as shapes
from schemas.paging import Page
from schemas.retention_vocabulary import CountedFrom, RecordClass
from schemas.vocabulary import May

blueprint = Blueprint("retention", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Retention", "retention.preview", May.RETENTION_READ, 68),)
Answer = BaseResponse | str | tuple[str, int]
COLUMNS = (
    "record",
    "class",
    "standing",
    "last_day_kept",
    "law",
    "years",
    "counted_from",
    "from_day",
    "holds",
)
MOST_LINES = 10_000


def render(template: str, **given: Any) -> str:
    """A page of the subject, with what every one of them uses."""
    may = context.actor().may
    return render_template(
        f"retention/{template}.html",
        label=label,
        may={permission.name.lower(): permission in may for permission in May},
        classes=options(RecordClass),
        record_page=record_page,
        **given,
    )


def record_page(record_class: str, number: str) -> str:
    """Where a record is shown, "" for whoever may not see such records."""
    one = CLASSES[RecordClass(record_class)]
    return url_for(one.page, number=number) if one.may in context.actor().may else ""


@blueprint.get("/retention")
@guard.may(May.RETENTION_READ)
def preview() -> Answer:
    """What would go by a day, by which term, and what holds it."""
    errors: Any = ()
    status = 200
    found: Page[queries.StandingView] = Page(())
    with context.look() as work:
        today = work.today
        try:
            asked = load_form(shapes.RetentionAskedSchema(), request.args)
            found = queries.preview(work, asked)
        except RegistryError as error:
            errors, status = shown(error), error.status
    return render("preview", page=found, typed=request.args, errors=errors, today=today), status


@blueprint.get("/retention/preview.csv")
@guard.may(May.RETENTION_READ)
def preview_csv() -> Response:
    """The same as a file: all pages, up to 10,000 records."""
    with context.look() as work:
        rows = list(_lines(work))
    return sheets.answer("retention.csv", COLUMNS, rows)


def _lines(work: Work) -> Iterator[tuple[object, ...]]:
    typed = {**request.args, "limit": "200"}
    written = 0
    while written < MOST_LINES:
        found = queries.preview(work, load_form(shapes.RetentionAskedSchema(), typed))
        for row in found.items:
            holds = "; ".join(spoken(hold.reason) for hold in row.holds)
            yield (
                row.number, row.record_class, row.standing.value, row.until, row.law, row.years,
                row.counted_from, row.counted, holds,
            )  # fmt: skip
        written += len(found.items)
        if not found.next:
            return
        typed["cursor"] = found.next


@blueprint.get("/retention/terms")
@guard.may(May.RETENTION_READ)
def terms() -> Answer:
    """What laws ask for, and since when and until when each is in force."""
    asked = load_form(shapes.RetentionTermsAskedSchema(), request.args)
    with context.look() as work:
        found = queries.terms(work, asked)
    return render("terms", page=found, asked=request.args)


@blueprint.route("/retention/terms/new", methods=["GET", "POST"])
@guard.may(May.RETENTION_SET)
def new_term() -> Answer:
    """Set a term."""

    def change(work: Work) -> None:
        acts.set_term(work, load_form(shapes.RetentionTermNewSchema()))

    return _changed("term_new", "retention.terms", change, _("The term is set."), events=options(CountedFrom))


@blueprint.route("/retention/terms/<number>", methods=["GET", "POST"])
@guard.may(May.RETENTION_SET)
def term(number: str) -> Answer:
    """One term, and the form that gives it its last day."""
    key = find_registry_number("RT", number)
    with context.look() as work:
        found = queries.term(work, key)

    def change(work: Work) -> None:
        acts.end_term(work, key, _form(shapes.RetentionTermEndSchema()), version_seen())

    return _changed("term", "retention.terms", change, _("The term ends on that day."), term=found)


@blueprint.get("/retention/holds")
@guard.may(May.RETENTION_READ)
def holds() -> Answer:
    """Holds in force, or those that were lifted."""
    asked = load_form(shapes.LegalHoldsAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        found = queries.holds(work, asked)
    return render("holds", page=found, lifted=asked.lifted)


@blueprint.route("/retention/holds/new", methods=["GET", "POST"])
@guard.may(May.HOLD_PLACE)
def new_hold() -> Answer:
    """Place a hold."""

    def change(work: Work) -> None:
        acts.place_hold(work, load_form(shapes.LegalHoldNewSchema()))

    return _changed("hold_new", "retention.holds", change, _("The hold is placed."), asked=request.args)


@blueprint.route("/retention/holds/<number>", methods=["GET", "POST"])
@guard.may(May.HOLD_LIFT)
def hold(number: str) -> Answer:
    """One hold, and the form that lifts it."""
    key = find_registry_number("LH", number)
    with context.look() as work:
        found = queries.hold(work, key)

    def change(work: Work) -> None:
        acts.lift_hold(work, key, _form(shapes.LegalHoldLiftSchema()), version_seen())

    return _changed("hold", "retention.holds", change, _("The hold is lifted."), hold=found)


def _form(schema: Any) -> Any:
    return load_form(schema, {name: text for name, text in request.form.items() if name != "version"})


def _changed(form: str, back: str, change: Callable[[Work], None], done: str, **given: Any) -> Answer:
    """The form when it is asked for or cannot be accepted, else the list after the change."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                change(work)
            flash(done, "good")
            return redirect(url_for(back), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    return render(form, errors=errors, typed=request.form, **given), status
