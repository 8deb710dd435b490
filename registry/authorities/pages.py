"""Pages of the directory of authorities: the list and each card, as much of them as the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from registry.authorities import acts, queries
from registry.authorities.queries import OPEN, CardView
from registry.core.errors import RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.problems import from_validation
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.directory.countries import country_name
from schemas import authorities as shapes
from schemas.authority_vocabulary import AnswerKind, CardPart, CardStanding, Region
from schemas.vocabulary import May

blueprint = Blueprint("authorities", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Authorities", "authorities.list", May.DIRECTORY_READ, 65),)
Answer = Response | str | tuple[str, int]
TONES = {"current": "good", "old": "warning", "none": "neutral"}


def _render(template: str, **given: Any) -> str:
    who = context.authenticate()
    may = who.may if who else frozenset[May]()
    return render_template(
        f"authorities/{template}.html",
        label=label,
        country_name=_country,
        language_name=_language,
        answer_names=_answer_names(),
        part_names=_part_names(),
        tones=TONES,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


def _country(code: str) -> str:
    return country_name(code, str(get_locale() or "en"))


def _language(code: str) -> str:
    locale = get_locale() or Locale("en")
    return locale.languages.get(code) or Locale("en").languages.get(code) or code


def _answer_names() -> Mapping[str, str]:
    """What an authority answers, in words."""
    return {
        AnswerKind.TRACE: _("Traces of firearms and ammunition"),
        AnswerKind.LICENCE: _("Whether a licence is genuine"),
        AnswerKind.TRANSIT: _("Transit through its territory"),
        AnswerKind.RECEIPT: _("Receipt of goods"),
        AnswerKind.CONSENT: _("Onward use of its answers"),
    }


def _part_names() -> Mapping[str, str]:
    return {
        CardPart.AUTHORITY: _("Authority"),
        CardPart.CONTACT: _("Point of contact"),
        CardPart.ANSWERS: _("What it answers"),
        CardPart.LANGUAGES: _("Languages"),
        CardPart.REQUIREMENTS: _("What its law asks of a request"),
    }


@blueprint.get("/authorities", endpoint="list")
@guard.public(OPEN)
def cards() -> str:
    """Authorities of States; to everybody what is public."""
    asked = load_form(shapes.CardsAskedSchema(), request.args)
    with context.look_as_anyone() as work:
        page = queries.cards(work, asked)
        authorized, term = queries.is_authorized(work), queries.term(work)
        old = queries.old_cards(work) if authorized else 0
    return _render(
        "list",
        page=page,
        asked=asked,
        authorized=authorized,
        term=term,
        old=old,
        regions=options(Region),
        standings=options(CardStanding),
    )


@blueprint.get("/authorities/<code>")
@guard.public(OPEN)
def show(code: str) -> str:
    """The card of a State; to everybody what is public of it."""
    return _shown(code)


def _shown(code: str, errors: tuple[Unmet, ...] = ()) -> str:
    with context.look_as_anyone() as work:
        card = queries.card(work, code)
        authorized, is_home = queries.is_authorized(work), code == work.home
        entries = queries.entries(work, code) if authorized else ()
    return _render(
        "show",
        card=card,
        authorized=authorized,
        is_home=is_home,
        entries=entries,
        errors=errors,
        typed=request.form,
    )


@blueprint.route("/authorities/<code>/edit", methods=["GET", "POST"])
@guard.may(May.DIRECTORY_WRITE)
def edit(code: str) -> Answer:
    """Enter what is known of a State's authority."""
    if request.method == "GET":
        with context.look() as work:
            card = queries.card(work, code)
            known = queries.entries(work, code)
        return _form(card.state, known[0] if known else shapes.CardNew("", ""), card.version)
    return _changed(code, lambda work: acts.enter(work, code, _entered(), version_seen()), _again)


def _again(code: str, errors: tuple[Unmet, ...]) -> str:
    typed = _typed()
    return _form(code, typed, request.form.get("version", ""), errors)


def _typed() -> dict[str, Any]:
    """The form, its lists as such: what was ticked, and what stands with spaces between."""
    form = request.form
    texts = {name: form.get(name, "") for name in ("authority", "contact", "requirements", "source")}
    return {
        **texts,
        "answers": [value for name, value in form.items() if name.startswith("answers-")],
        "public": [value for name, value in form.items() if name.startswith("public-")],
        "languages": form.get("languages", "").lower().replace(",", " ").split(),
        "links": form.get("links", "").split(),
    }


def _entered() -> shapes.CardNew:
    """The form as a card; raises Invalid."""
    try:
        card: shapes.CardNew = shapes.CardNewSchema().load(_typed())
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return card


def _form(code: str, typed: Any, version: Any, errors: tuple[Unmet, ...] = ()) -> str:
    return _render("edit", code=code, typed=typed, version=version, errors=errors)


def _changed(
    code: str,
    change: Callable[[Work], CardView],
    again: Callable[[str, tuple[Unmet, ...]], str],
) -> Answer:
    """Do it, and the card; or the page again with what was refused."""
    try:
        with context.begin() as work:
            made = change(work)
    except RegistryError as error:
        if error.status == 404:
            raise
        return again(code, shown(error)), error.status
    flash(_("The card is kept."), "good")
    return redirect(url_for("authorities.show", code=made.state), 303)


@blueprint.post("/authorities/<code>/confirmation")
@guard.may(May.DIRECTORY_WRITE)
def confirm(code: str) -> Answer:
    """Say that the card was checked and is still right."""

    def change(work: Work) -> CardView:
        taken = load_form(shapes.ConfirmationSchema(), {"source": request.form.get("source", "")})
        return acts.confirm(work, code, taken, version_seen())

    return _changed(code, change, _shown)


@blueprint.route("/authorities/term", methods=["GET", "POST"])
@guard.may(May.AUTHORITY_TERM_SET)
def term() -> Answer:
    """Set after how many days without a check a card is old."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            taken = load_form(shapes.CardTermNewSchema())
            with context.begin() as work:
                acts.set_term(work, taken)
            flash(_("This holds from now on."), "good")
            return redirect(url_for("authorities.list"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.term(work)
    return _render("term", found=found, typed=request.form or found, errors=errors), status
