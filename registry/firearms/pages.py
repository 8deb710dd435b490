"""Pages of firearms: the list, one firearm, registering, marks, custody, conflicts, labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import approval_queries
from registry.core.errors import NotFound, RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from registry.firearms import acts, list_queries, mark_texts, queries, views
from registry.firearms import conflicts as settling
from registry.firearms.sealing import sealed_extract, sealed_record
from schemas import firearms as shapes
from schemas.vocabulary import (
    ApprovalKind,
    ComponentKind,
    ConflictDecision,
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    MarkCondition,
    MarkKind,
    MarkTechnique,
    May,
    Symbol,
)
from schemas.words import said

blueprint = Blueprint("firearms", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Firearms", "firearms.list", May.FIREARM_READ, 30),
    NavigationEntry("Conflicts", "firearms.conflicts", May.CONFLICT_READ, 40),
)
Answer = Response | str | tuple[str, int]
TONES = {"stolen": "alarm", "lost": "warning", "destroyed": "warning", "exported": "information"}
ROWS = {"marks": 3, "components": 4, "custody": 3}
"""How many rows a form offers; more are added later, one by one."""


def _choices() -> dict[str, list[tuple[str, str]]]:
    language = str(get_locale() or "en")
    today = sorted(((code, country_name(code, language)) for code in COUNTRIES), key=lambda pair: pair[1])
    return {
        "types": options(FirearmType),
        "actions": options(FirearmAction),
        "mark_kinds": options(MarkKind),
        "techniques": options(MarkTechnique),
        "conditions": options(MarkCondition),
        "symbols": options(Symbol),
        "component_kinds": options(ComponentKind),
        "custody_kinds": options(CustodyKind),
        "document_kinds": options(DocumentKind),
        "scopes": options(shapes.OutOfScope),
        "decisions": options(ConflictDecision),
        "countries": today + [(code, country_name(code, language)) for code in HISTORIC],
    }


def _render(template: str, **given: Any) -> str:
    may = context.actor().may
    return render_template(
        f"firearms/{template}.html",
        label=label,
        field_name=field_name,
        country_name=_country,
        tones=TONES,
        may={permission.name.lower(): permission in may for permission in May},
        **_choices(),
        **given,
    )


def _country(code: str) -> str:
    return country_name(code, str(get_locale() or "en"))


def field_name(path: str) -> str:
    """A corrected field as people call it: "marks.0.text" is the text of mark 1."""
    names = {
        "maker": _("Maker"),
        "country_made": _("Country of manufacture"),
        "year_made": _("Year of manufacture"),
        "text": _("Text as seen"),
    }
    *place, name = path.split(".")
    said = names.get(name) or label(name)
    return _("Mark %(n)s, %(field)s", n=int(place[1]) + 1, field=said) if place else said


@blueprint.get("/firearms", endpoint="list")
@guard.may(May.FIREARM_READ)
def firearms() -> str:
    """Firearms."""
    asked = load_form(shapes.FirearmsAskedSchema(), request.args)
    with context.look() as work:
        page = list_queries.firearms(work, asked)
    return _render("list", page=page, asked=asked)


@blueprint.route("/firearms/new", methods=["GET", "POST"])
@guard.may(May.FIREARM_REGISTER)
def new() -> Answer:
    """Register a firearm."""
    if request.method == "GET":
        return _registering({"country_made": context.registry().office.home})
    try:
        taken = load_form(shapes.FirearmNewSchema())
        with context.begin() as work:
            made = acts.register(work, taken)
    except RegistryError as error:
        return _registering(request.form, _at_fields(error)), error.status
    flash(_("The firearm is registered as %(number)s.", number=made.number), "good")
    if made.conflicts:
        flash(_("Another record claims the same identity; a supervisor will decide."), "warning")
    return redirect(url_for("firearms.show", number=made.number), 303)


def _at_fields(error: RegistryError) -> tuple[Unmet, ...]:
    """What concerns the marks as a whole is shown at the first one, where it can be mended."""
    return tuple(
        replace(unmet, field="marks.0.text") if unmet.field == "marks" else unmet for unmet in shown(error)
    )


def _registering(typed: Mapping[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        parties = queries.parties_offered(work)
    return _render("new", typed=typed, rows=ROWS, parties=parties, errors=errors)


@blueprint.get("/firearms/<number>")
@guard.may(May.FIREARM_READ)
def show(number: str) -> str:
    """One firearm."""
    key = find_registry_number("F", number)
    with context.look() as work:
        found = queries.firearm(work, key)
        told = [tell(work, key) for tell in work.offers.get("source", {}).values()]
    return _render(
        "show",
        gun=found,
        steps=[_step(step) for step in found.custody],
        sources=[one for one in told if one],
    )


def _found(number: str) -> views.FirearmView:
    with context.look() as work:
        return queries.firearm(work, find_registry_number("F", number))


def _step(step: views.CustodyView) -> dict[str, Any]:
    """A step as the timeline shows it."""
    place = ", ".join(filter(None, (step.place, step.country and _country(step.country))))
    return {
        "date": step.happened_on,
        "title": label(step.kind),
        "detail": _("For a time only") if step.temporary else "",
        "from_name": step.from_party and step.from_party.name,
        "to_name": step.to_party and step.to_party.name,
        "place": place,
        "document": " ".join(filter(None, (label(step.document_kind), step.document_number))),
        "tone": TONES.get(step.kind, "neutral"),
    }


def _change(
    number: str, template: str, schema: type[Any], change: Callable[[Work, int, Any, int], object], done: str
) -> Answer:
    """A form that changes one firearm at the version it was opened with."""
    typed = {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}
    if request.method == "GET":
        return _form(number, template, typed)
    try:
        taken = load_form(schema(), typed)
        with context.begin() as work:
            change(work, find_registry_number("F", number), taken, version_seen())
    except RegistryError as error:
        return _form(number, template, typed, shown(error)), error.status
    flash(done, "good")
    return redirect(url_for("firearms.show", number=number), 303)


def _form(number: str, template: str, typed: Mapping[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.firearm(work, find_registry_number("F", number))
        parties = queries.parties_offered(work)
    n = (request.view_args or {}).get("n", 1)
    mark = next((mark for mark in found.marks if mark.n == n), None)
    if template in ("condition", "mark_text") and mark is None:
        raise NotFound(said("%(number)s has no mark %(n)s", number=number, n=n))
    return _render(template, gun=found, mark=mark, parties=parties, typed=typed, errors=errors)


@blueprint.route("/firearms/<number>/marks/new", methods=["GET", "POST"])
@guard.may(May.MARK_RECORD)
def mark(number: str) -> Answer:
    """Record a further mark."""
    return _change(number, "mark", shapes.MarkNewSchema, acts.add_mark, _("The mark is recorded."))


@blueprint.route("/firearms/<number>/marks/<int(max=999):n>", methods=["GET", "POST"])
@guard.may(May.MARK_RECORD)
def condition(number: str, n: int) -> Answer:
    """Record in which condition a mark is found now."""

    def change(work: Work, firearm_id: int, taken: shapes.MarkChange, version: int) -> object:
        return acts.change_mark(work, firearm_id, n, taken, version)

    return _change(number, "condition", shapes.MarkChangeSchema, change, _("The condition is recorded."))


@blueprint.route("/firearms/<number>/marks/<int(max=999):n>/text", methods=["GET", "POST"])
@guard.may(May.FIREARM_CORRECT)
def mark_text(number: str, n: int) -> Answer:
    """Propose what a mark really says."""

    def change(work: Work, firearm_id: int, taken: shapes.MarkText, version: int) -> object:
        return mark_texts.propose(work, firearm_id, n, taken, version)

    done = _("This is proposed. It is done when somebody else has approved it.")
    return _change(number, "mark_text", shapes.MarkTextSchema, change, done)


@blueprint.route("/firearms/<number>/custody/new", methods=["GET", "POST"])
@guard.may(May.CUSTODY_RECORD)
def custody(number: str) -> Answer:
    """Record a step of custody."""
    return _change(number, "custody", shapes.CustodyNewSchema, acts.add_custody, _("The step is recorded."))


@blueprint.route("/firearms/<number>/correct", methods=["GET", "POST"])
@guard.may(May.FIREARM_CORRECT)
def correct(number: str) -> Answer:
    """Correct what was recorded wrongly."""
    return _change(number, "correct", shapes.FirearmChangeSchema, acts.correct, _("The record is corrected."))


@blueprint.get("/firearms/<number>/record.pdf", endpoint="record")
@guard.may(May.FIREARM_READ)
def record_page(number: str) -> Response:
    """The record of a firearm on paper."""
    with context.look() as work:
        found, day = queries.firearm(work, find_registry_number("F", number)), work.today
    return files.shown(sealed_record(found, day), f"{found.number}.pdf")


@blueprint.get("/firearms/<number>/custody.pdf", endpoint="extract")
@guard.may(May.FIREARM_CORRECT)
def extract_page(number: str) -> Response:
    """All steps of custody on paper, as a certified copy."""
    with context.look() as work:
        found, day = queries.firearm(work, find_registry_number("F", number)), work.today
    return files.shown(sealed_extract(found, day), f"{found.number}-custody.pdf")


@blueprint.get("/conflicts")
@guard.may(May.CONFLICT_READ)
def conflicts() -> str:
    """Identities that two records claim."""
    asked = load_form(shapes.ConflictsAskedSchema(), {"open": "true", **request.args})
    with context.look() as work:
        page = queries.conflicts(work, asked)
    return _render("conflicts", page=page, asked=asked)


@blueprint.route("/conflicts/<int(max=9223372036854775807):conflict_id>", methods=["GET"])
@guard.may(May.CONFLICT_READ)
def conflict(conflict_id: int) -> str:
    """The two records side by side."""
    return _conflict(conflict_id, {})


def _conflict(conflict_id: int, typed: Mapping[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.conflict(work, conflict_id)
        waiting = approval_queries.waiting_on(work, ApprovalKind.RESOLVE_CONFLICT, str(conflict_id))
        pair = [queries.firearm(work, find_registry_number("F", n)) for n in (found.firearm, found.other)]
    steps = [[_step(step) for step in gun.custody] for gun in pair]
    compared = _compared(*pair)
    return _render(
        "conflict",
        found=found,
        waiting=waiting,
        pair=pair,
        compared=compared,
        steps=steps,
        typed=typed,
        errors=errors,
    )


def _compared(*pair: views.FirearmView) -> list[tuple[str, ...]]:
    """What the two records say, side by side."""
    told = [
        (
            (_("Maker"), gun.maker.name),
            (_("Model"), gun.model),
            (_("Calibre"), gun.calibre_name),
            (_("Type"), label(gun.type)),
            (_("Action"), label(gun.action)),
            (_("Made in"), _country(gun.country_made)),
            (_("Year"), str(gun.year_made or "")),
            (_("Marks"), ", ".join(mark.text for mark in gun.marks if mark.text)),
            (_("Symbols"), ", ".join(label(symbol) for mark in gun.marks for symbol in mark.symbols)),
            (_("Parts"), ", ".join(label(part.kind) for part in gun.components)),
            (_("Status"), label(gun.status)),
            (_("Held by"), gun.holder.name if gun.holder else ""),
        )
        for gun in pair
    ]
    return [(name, *(facts[n][1] for facts in told)) for n, (name, _value) in enumerate(told[0])]


@blueprint.post("/conflicts/<int(max=9223372036854775807):conflict_id>")
@guard.may(May.CONFLICT_PROPOSE)
def decide(conflict_id: int) -> Answer:
    """Propose how a conflict is settled."""
    typed = {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}
    try:
        taken = load_form(shapes.DecisionNewSchema(), typed)
        with context.begin() as work:
            proposed = settling.propose(work, conflict_id, taken, version_seen())
    except RegistryError as error:
        return _conflict(conflict_id, typed, shown(error)), error.status
    flash(_("This is proposed. It is done when somebody else has approved it."), "good")
    return redirect(url_for("access.proposal", proposal_id=proposed.id), 303)
