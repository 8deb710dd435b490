"""Pages of the directory: parties and States."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from registry.core.errors import NotFound, RegistryError
from registry.core.numbers import find_registry_number
from registry.core.policy import purposes
from registry.core.web import context, guard, sources
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.problems import from_validation
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.directory import acts, queries
from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from schemas import directory as shapes
from schemas.vocabulary import May, PartyKind, Purpose

blueprint = Blueprint("directory", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Parties", "directory.list", May.DIRECTORY_READ, 60),
    NavigationEntry("States", "directory.states", May.DIRECTORY_READ, 70),
)
Answer = Response | str | tuple[str, int]


def _country(code: str) -> str:
    return country_name(code, str(get_locale() or "en"))


def _countries() -> list[tuple[str, str]]:
    """Today's States by their names in the visitor's language, then those that are no more."""
    today = sorted(((code, _country(code)) for code in COUNTRIES), key=lambda pair: pair[1])
    return today + [(code, _country(code)) for code in HISTORIC]


def _render(template: str, **given: Any) -> str:
    may = context.actor().may
    return render_template(
        f"directory/{template}.html",
        label=label,
        country_name=_country,
        may_write=May.DIRECTORY_WRITE in may,
        may_read_persons=May.PERSON_READ in may,
        **given,
    )


@blueprint.get("/parties", endpoint="list")
@guard.may(May.DIRECTORY_READ)
def parties() -> str:
    """Parties."""
    asked = load_form(shapes.PartiesAskedSchema(), request.args)
    with context.look() as work:
        page = queries.parties(work, asked)
        names = queries.names_by_number(work, [row.number for row in page.items])
    return _render(
        "list", page=page, asked=asked, names=names, kinds=options(PartyKind), countries=_countries()
    )


@blueprint.route("/parties/new", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def new() -> Answer:
    """Register a party."""
    if request.method == "GET":
        return _new_form({"kind": request.args.get("kind", ""), "country": context.registry().office.home})
    try:
        taken = load_form(shapes.PartyNewSchema())
        with context.begin() as work:
            made = acts.register_party(work, taken)
    except RegistryError as error:
        return _new_form(request.form, shown(error)), error.status
    flash(_("The party is registered."), "good")
    return redirect(url_for("directory.show", number=made.number), 303)


def _new_form(typed: Mapping[str, str], errors: Any = ()) -> str:
    kinds = options(PartyKind)
    return _render("new", typed=typed, errors=errors, kinds=kinds, countries=_countries())


@blueprint.get("/parties/<number>")
@guard.may(May.DIRECTORY_READ)
def show(number: str) -> str:
    """One party; a person's data only to those who may see them, once they say why."""
    return _shown(number)


@blueprint.post("/parties/<number>/closure")
@guard.may(May.DIRECTORY_WRITE)
def close(number: str) -> Answer:
    """Record that a company closed."""
    try:
        taken = load_form(shapes.ClosureNewSchema())
        with context.begin() as work:
            acts.record_closure(work, find_registry_number("P", number), taken)
    except NotFound:
        raise
    except RegistryError as error:
        return _shown(number, shown(error)), error.status
    flash(_("That it closed is recorded."), "good")
    return redirect(url_for("directory.show", number=number), 303)


def _shown(number: str, errors: Any = ()) -> str:
    party_id = find_registry_number("P", number)
    with context.look() as work:
        party = queries.party(work, party_id)
        erased = queries.is_erased(work, party_id)
        person = _person(work, party_id) if party.kind == PartyKind.PERSON and not erased else None
        changes = queries.changes(work, party_id)
        came = sources.of(work, party_id=party_id)
    return _render(
        "show",
        party=party,
        person=person,
        erased=erased,
        changes=changes,
        sources=came,
        purposes=options(purposes(work.actor.role, May.PERSON_READ)),
        closable=PartyKind(party.kind) in acts.COMPANIES and party.closed_on is None,
        errors=errors,
        typed=request.form,
    )


def _person(work: Work, party_id: int) -> queries.PersonView | None:
    if not request.args or May.PERSON_READ not in work.actor.may:
        return None
    asked = load_form(shapes.PersonAskedSchema(), request.args)
    return queries.person(work, party_id, asked.purpose)


@blueprint.route("/parties/<number>/correct", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def correct(number: str) -> Answer:
    """Correct an entry; of a natural person, the personal data."""
    party_id = find_registry_number("P", number)
    with context.look() as work:
        party = queries.party(work, party_id)
        natural = party.kind == PartyKind.PERSON
        known = queries.person(work, party_id, Purpose.REGISTRATION) if natural else party
    if request.method == "GET":
        return _render("correct", party=party, typed=known, version=party.version, errors=())
    version = request.form.get("version", -1, int)
    try:
        _correct(party_id, version, natural)
    except RegistryError as error:
        words = {"typed": request.form, "version": version, "errors": shown(error)}
        return _render("correct", party=party, **words), error.status
    flash(_("The entry is corrected."), "good")
    return redirect(url_for("directory.show", number=party.number), 303)


def _correct(party_id: int, version: int, natural: bool) -> None:
    change = _correction(shapes.PersonChangeSchema() if natural else shapes.PartyChangeSchema())
    with context.begin() as work:
        if natural:
            acts.change_person(work, party_id, change, version)
        else:
            acts.change_party(work, party_id, change, version)


def _correction(schema: Schema) -> Any:
    """The form as the schema's dataclass. A text that was emptied is given, as an empty one."""
    given = {name: request.form[name] for name in schema.fields if name in request.form}
    if not given.get("birth_date"):
        given.pop("birth_date", None)
    try:
        return schema.load(given)
    except ValidationError as error:
        raise from_validation(error.messages) from None


@blueprint.get("/states")
@guard.may(May.DIRECTORY_READ)
def states() -> str:
    """States, present and historic."""
    asked = load_form(shapes.StatesAskedSchema(), request.args)
    with context.look() as work:
        page = queries.states(work, asked)
    return _render("states", page=page, asked=asked)


@blueprint.get("/states/<code>")
@guard.may(May.DIRECTORY_READ)
def state(code: str) -> str:
    """One State."""
    with context.look() as work:
        found = queries.state(work, code)
    return _render("state", state=found)
