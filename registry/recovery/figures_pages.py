"""Pages of the figures, and the form that establishes an origin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard, sheets
from registry.core.web.forms import load_form
from registry.core.web.words import label, language_of_visitor, shown
from registry.recovery import figures_document, figures_queries, origin_acts, sealing
from registry.recovery.evidence_pages import shown_item
from registry.recovery.figures import DEFINITIONS, ESTABLISHED, Figures, percent, period
from registry.recovery.pages import Answer, blueprint, pdf, render
from schemas.figures import FiguresAsked, FiguresAskedSchema, OriginNewSchema
from schemas.recovery_vocabulary import RecoveryKind
from schemas.vocabulary import May

COLUMNS = ("table", "kind", "type", "status", "method", "counts", "firearms")


@blueprint.get("/recoveries/figures")
@guard.may(May.RECOVERY_READ)
def figures() -> Answer:
    """SDG indicator 16.4.2 of a period, what it is made of, and what was destroyed."""
    errors: Any = ()
    status = 200
    today = context.registry().office.today
    try:
        found = _figures(period(_asked(), today))
    except RegistryError as error:
        found = _figures(period(FiguresAsked(), today))
        errors, status = shown(error), error.status
    say = language_of_visitor()
    page = render(
        "figures",
        found=found,
        typed=request.args,
        errors=errors,
        years=range(today.year, today.year - 5, -1),
        definitions=DEFINITIONS,
        established=ESTABLISHED,
        heads=[{"label": label(kind), "kind": "amount"} for kind in RecoveryKind],
        percent=partial(percent, say=say),
        described=list(figures_document.described(found, say)),
        most=max(1, *found.by_status.values()),
    )
    return page, status


def _asked() -> FiguresAsked:
    asked: FiguresAsked = load_form(FiguresAskedSchema(), request.args)
    return asked


def _figures(asked: FiguresAsked) -> Figures:
    with context.look() as work:
        return figures_queries.figures_of(work, asked)


@blueprint.get("/recoveries/figures.csv")
@guard.may(May.RECOVERY_READ)
def figures_csv() -> Response:
    """The same as a file: each cell of each table a line."""
    return sheets.answer("figures.csv", COLUMNS, _lines(_figures(_asked())))


def _lines(found: Figures) -> Iterator[tuple[object, ...]]:
    for one in found.counted:
        counts = "yes" if one.status in ESTABLISHED else "no"
        yield "recovered", one.kind, one.type, one.status.value, "", counts, one.firearms
    for share in found.shares:
        yield share.by.value, share.value, "", "", "", "", share.firearms
    for occasion in found.occasions:
        yield "recoveries", occasion.kind, "", "", "", "", occasion.recoveries
    for end in found.ended:
        yield "ended", end.kind, "", "", end.method, "", end.firearms
    yield "numerator", "", "", "", "", "", found.numerator
    yield "denominator", "", "", "", "", "", found.denominator


@blueprint.get("/recoveries/figures.pdf")
@guard.may(May.RECOVERY_READ)
def figures_pdf() -> Response:
    """The same as a paper."""
    return pdf(sealing.sealed_figures(_figures(_asked()), context.registry().office.today))


@blueprint.post("/evidence/<number>/origin")
@guard.may(May.RECOVERY_RECORD)
def origin(number: str) -> Answer:
    """Record what a competent authority established of its origin."""
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(OriginNewSchema(), typed)
        with context.begin() as work:
            version = request.form.get("version", -1, int)
            origin_acts.establish(work, find_registry_number("EV", number), taken, version)
    except RegistryError as error:
        return shown_item(number, shown(error)), error.status
    flash(_("The origin is recorded."), "good")
    return redirect(url_for("recovery.item", number=number), 303)
