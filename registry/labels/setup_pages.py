"""Pages of formats and printers: keep a format in millimetres, set a printer straight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import language_of_visitor, options, shown
from registry.core.work import Work
from registry.labels import acts, printing, queries
from registry.labels.pages import Answer, blueprint, render
from schemas import labels as shapes
from schemas.label_vocabulary import MediumKind, PrinterLanguage
from schemas.vocabulary import May


@blueprint.get("/label-setup")
@guard.may(May.LABEL_PRINT)
def setup() -> str:
    """Formats and printers."""
    return _setup()


def _setup(form: str = "", errors: Any = ()) -> str:
    with context.look() as work:
        media, printers = queries.media(work), queries.printers(work)
    may = context.actor().may
    return render(
        "setup",
        media=media,
        printers=printers,
        form=form,
        errors=errors,
        typed=request.form,
        kinds=options(MediumKind),
        outputs=[(one.value, one.value.upper()) for one in PrinterLanguage],
        resolutions=[(str(one), f"{one} dpi") for one in shapes.RESOLUTIONS],
        may_set=May.LABEL_SET in may,
        may_set_printer=May.PRINTER_SET in may,
    )


def _done(form: str, act: Callable[[Work], Any], words: str) -> Answer:
    try:
        with context.begin() as work:
            act(work)
    except RegistryError as error:
        return _setup(form, shown(error)), error.status
    flash(words, "good")
    return redirect(url_for("labels.setup"), 303)


@blueprint.post("/label-setup/media")
@guard.may(May.LABEL_SET)
def add_medium() -> Answer:
    """Keep a format."""

    def act(work: Work) -> None:
        acts.add_medium(work, load_form(shapes.MediumNewSchema()))

    return _done("medium", act, _("The format is kept."))


@blueprint.post("/label-setup/printers")
@guard.may(May.PRINTER_SET)
def add_printer() -> Answer:
    """Keep a printer."""

    def act(work: Work) -> None:
        acts.add_printer(work, load_form(shapes.PrinterNewSchema()))

    return _done("printer", act, _("The printer is kept. Print its page of calibration next."))


@blueprint.post("/label-setup/printers/<name>")
@guard.may(May.PRINTER_SET)
def set_printer(name: str) -> Answer:
    """Say how far off it prints."""

    def act(work: Work) -> None:
        given = {key: value for key, value in request.form.items() if key != "version"}
        new = load_form(shapes.PrinterNewSchema(), {**given, "name": name})
        acts.set_printer(work, name, new, version_seen())

    return _done(name, act, _("The printer is set."))


@blueprint.get("/label-setup/printers/<name>/calibration.pdf")
@guard.may(May.LABEL_PRINT)
def calibration(name: str) -> Response:
    """The page by which a printer is set straight."""
    return Response(printing.calibration(name, language_of_visitor()), mimetype="application/pdf")
