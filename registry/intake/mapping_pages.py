"""Pages of columns that are remembered: taken up for a file, listed, called otherwise, retired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import NotFound, RegistryError
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import shown
from registry.core.work import Work
from registry.intake import mapping_queries, mappings
from registry.intake.pages import Answer, changed, page_of, render
from registry.intake.pages import blueprint as blueprint
from registry.intake.queries import run_key
from schemas import intake_mappings as shapes
from schemas.vocabulary import May


@blueprint.post("/intakes/<number>/mapping")
@guard.may(May.INTAKE_RUN)
def take_up(number: str) -> Answer:
    """Settle the columns of a file as they are remembered."""

    def change(work: Work, key: int, version: int) -> None:
        taken = load_form(shapes.MappingTakenSchema(), {"mapping": request.form.get("mapping", "")})
        mappings.take_up(work, key, taken.mapping, version)

    return changed(number, change, _("It is judged anew."))


@blueprint.post("/intakes/<number>/remembered")
@guard.may(May.INTAKE_RUN)
def remember(number: str) -> Answer:
    """Remember the columns of a file."""
    run_key(number)
    try:
        name = {"name": request.form.get("name", "")}
        new = load_form(shapes.MappingNewSchema(), {"intake": number, **name})
        with context.begin() as work:
            mappings.remember(work, new)
    except NotFound:
        raise
    except RegistryError as error:
        return page_of(number, shown(error)), error.status
    flash(_("They are remembered, and offered for the next file that has them."), "good")
    return redirect(url_for("intake.show", number=number), 303)


@blueprint.get("/intake-mappings", endpoint="mappings")
@guard.may(May.INTAKE_RUN)
def remembered() -> str:
    """Columns that are remembered."""
    return _listed()


def _listed(errors: Any = (), of: int = 0) -> str:
    given = {name: value for name, value in request.args.items() if value}
    asked = load_form(shapes.MappingsAskedSchema(), {"sort": "name", **given})
    with context.look() as work:
        page = mapping_queries.mappings(work, asked)
    return render("mappings", page=page, asked=asked, errors=errors, typed=request.form, of=of)


def _done(act: Callable[[Work, int], Any], number: int, done: str) -> Answer:
    try:
        with context.begin() as work:
            act(work, version_seen())
    except NotFound:
        raise
    except RegistryError as error:
        return _listed(shown(error), number), error.status
    flash(done, "good")
    return redirect(url_for("intake.mappings"), 303)


@blueprint.post("/intake-mappings/<int(max=9223372036854775807):number>/name")
@guard.may(May.INTAKE_RUN)
def rename(number: int) -> Answer:
    """Call them otherwise."""

    def change(work: Work, version: int) -> None:
        new = load_form(shapes.MappingNameSchema(), {"name": request.form.get("name", "")})
        mappings.rename(work, number, new, version)

    return _done(change, number, _("They are called so now."))


@blueprint.post("/intake-mappings/<int(max=9223372036854775807):number>/retirement")
@guard.may(May.INTAKE_RUN)
def retire(number: int) -> Answer:
    """Offer them no more."""
    return _done(
        lambda work, version: mappings.retire(work, number, version),
        number,
        _("They are offered no more."),
    )
