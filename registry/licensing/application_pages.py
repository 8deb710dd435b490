"""Pages of an application: steps that can be left and taken up again, and goods named later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import Conflict, NotFound, RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from registry.core.work import limited_to
from registry.licensing import acts, application_forms, goods_text, queries
from registry.licensing.act_pages import typed_values
from registry.licensing.application_forms import STEPS
from registry.licensing.pages import Answer, blueprint, countries, country, render
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas.licensing_vocabulary import HS_HEADINGS, GoodsKind, Intermediary, LicenceKind, TemporaryPurpose
from schemas.vocabulary import May
from schemas.words import said


@blueprint.route("/licences/new", methods=["GET", "POST"])
@guard.may(May.LICENCE_APPLY)
def new() -> Answer:
    """Begin an application: which kind, for good or for a time."""
    typed, errors, status = typed_values(), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                made = acts.draft(work, load_form(told.LicenceNewSchema(), typed))
            return redirect(url_for("licensing.application", number=made.number, step=STEPS[0]), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    page = render(
        "new",
        typed=typed,
        errors=errors,
        kinds=options(LicenceKind),
        purposes=options(TemporaryPurpose),
        own=limited_to(context.actor(), May.LICENCE_APPLY) is not None,
    )
    return page, status


@blueprint.route("/licences/<number>/application/<step>", methods=["GET", "POST"])
@guard.may(May.LICENCE_APPLY)
def application(number: str, step: str) -> Answer:
    """One step of an application."""
    if step not in STEPS:
        raise NotFound(said("An application has no step %(step)s", step=repr(step[:20])))
    if request.method == "GET":
        return _step(number, step)
    typed = typed_values()
    try:
        changed = application_forms.taken(step, typed)
        with context.begin() as work:
            acts.change(work, queries.licence_key(number), changed, version_seen())
    except (Conflict, NotFound):
        raise
    except RegistryError as error:
        return _step(number, step, typed, application_forms.of_fields(shown(error))), error.status
    then = typed.get("then", "")
    if then == "leave":
        flash(_("Saved. Go on whenever you like."), "good")
        return redirect(url_for("licensing.case", number=number), 303)
    onward = step if then == "stay" else STEPS[STEPS.index(step) + 1]
    return redirect(url_for("licensing.application", number=number, step=onward), 303)


def _step(number: str, step: str, typed: Mapping[str, str] | None = None, errors: Any = ()) -> str:
    with context.look() as work:
        key = queries.licence_key(number)
        found, missing = queries.licence(work, key), queries.unmet_to_submit(work, key)
    values = application_forms.values(found, step) if typed is None else typed
    return render(
        "application",
        found=found,
        step=step,
        titles=_titles(),
        tabs=_tabs(found, step, missing),
        typed=values,
        rows=application_forms.rows(found, step),
        errors=errors,
        unfinished=[(unmet, application_forms.step_of(unmet.field)) for unmet in missing],
        through=", ".join(country(one.country) for one in found.transits),
        documents=", ".join(label(one.kind) for one in found.evidence),
        countries=countries(),
        roles=options(Intermediary),
        goods=options(GoodsKind),
        headings=_headings(found),
    )


def _headings(found: LicenceView) -> list[tuple[str, str]]:
    """Headings for a choice, and the longer codes that lines bear already."""
    longer = sorted({line.hs for line in found.lines} - set(HS_HEADINGS))
    headings = [(code, f"{code} {_(text)}") for code, text in HS_HEADINGS.items()]
    return [*headings, *((code, code) for code in longer)]


def _titles() -> dict[str, str]:
    return {
        "route": _("Way of the goods"),
        "recipient": _("Final recipient"),
        "goods": _("Goods"),
        "validity": _("Validity"),
        "papers": _("Documents"),
        "check": _("Check and hand in"),
    }


def _tabs(found: LicenceView, step: str, missing: list[Unmet]) -> list[dict[str, Any]]:
    """The steps, each with how much it still lacks."""
    lacking = [application_forms.step_of(unmet.field) for unmet in missing]
    return [
        {
            "label": title,
            "href": url_for("licensing.application", number=found.number, step=name),
            "current": name == step,
            "count": lacking.count(name) or None,
        }
        for name, title in _titles().items()
    ]


@blueprint.route("/licences/<number>/lines/<int(max=99):line>/goods", methods=["GET", "POST"])
@guard.may(May.LICENCE_APPLY)
def goods(number: str, line: int) -> Answer:
    """Name serials or spans of a line of an issued licence."""
    if request.method == "GET":
        return _naming(number, line)
    typed = {"items_text": request.form.get("items", "")}
    try:
        items = application_forms.flat("items", goods_text.read(typed["items_text"]))
        taken = load_form(told.GoodsSchema(), {"line": str(line), **items})
        with context.begin() as work:
            acts.name_goods(work, queries.licence_key(number), taken, version_seen())
    except (Conflict, NotFound):
        raise
    except RegistryError as error:
        errors = [replace(one, field="items") for one in shown(error)]
        return _naming(number, line, typed, errors), error.status
    flash(_("The goods are named."), "good")
    return redirect(url_for("licensing.case", number=number), 303)


def _naming(number: str, line: int, typed: Mapping[str, str] | None = None, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.licence(work, queries.licence_key(number))
    known = next((one for one in found.lines if one.n == line), None)
    if known is None:
        raise NotFound(said("%(number)s has no line %(line)s", number=number, line=line))
    return render("goods", found=found, line=known, typed=typed or {}, errors=errors)
