"""Pages of marks: how one is understood as it is typed, signs of factories, patterns of serials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError
from registry.core.web import context, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown, spoken
from registry.core.work import Work
from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from registry.marks import acts, queries
from schemas import marks as shapes
from schemas.vocabulary import May, Symbol
from schemas.words import plain

blueprint = Blueprint("marks", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Marks", "marks.rules", May.MARK_READ, 45),)
Answer = Response | str | tuple[str, int]
SIGNS = {symbol: f"symbols-{n}" for n, symbol in enumerate(Symbol)}
"""The box of each sign in the palette."""


@dataclass(frozen=True)
class Reading:
    """How a mark is understood, as a page shows it; refused: why it cannot be searched for."""

    found: shapes.Understood | None = None
    refused: str = ""
    signs: tuple[str, ...] = ()
    warnings: tuple[dict[str, str], ...] = ()


def reading_of(work: Work, typed: Mapping[str, str]) -> Reading:
    """What a form with a mark says before anything is searched for."""
    names = ("mark", "maker", "country", *SIGNS.values())
    asked = {name: typed[name] for name in names if typed.get(name)}
    if "mark" not in asked:
        return Reading()
    try:
        found = queries.understood(work, load_form(shapes.ReadingAskedSchema(), asked))
    except RegistryError as error:
        return Reading(refused=" ".join(spoken(unmet.message) for unmet in shown(error)))
    warnings = tuple(
        {
            "severity": one.severity,
            "title": label(one.severity),
            "text": plain(one.text),
            "article": one.source,
        }
        for one in found.warnings
    )
    return Reading(found, "", tuple(label(sign) for sign in found.symbols), warnings)


@blueprint.post("/marks/reading")
@guard.may(May.MARK_READ)
def reading() -> str:
    """How the mark of a form is understood, for the page that is being filled in."""
    with context.look() as work:
        return render_template("marks/_understood.html", reading=reading_of(work, request.form))


@blueprint.get("/marks/symbols")
@guard.may(May.MARK_READ)
def symbols() -> str:
    """Signs of factories."""
    return render_template(
        "marks/symbols.html", signs=queries.symbol_views(), label=label, country_name=_country
    )


def _country(code: str) -> str:
    return country_name(code, str(get_locale() or "en"))


@blueprint.get("/marks/rules")
@guard.may(May.MARK_READ)
def rules() -> str:
    """Patterns of serials."""
    with context.look() as work:
        found = queries.rule_views(work)
        may_write = May.MARK_RULE_WRITE in work.actor.may
    return render_template("marks/rules.html", rules=found, may_write=may_write, label=label)


@blueprint.route("/marks/rules/new", methods=["GET", "POST"])
@guard.may(May.MARK_RULE_WRITE)
def new_rule() -> Answer:
    """Add a pattern."""
    if request.method == "GET":
        return _new_rule({})
    try:
        taken = load_form(shapes.MarkRuleNewSchema())
        with context.begin() as work:
            acts.add_rule(work, taken)
    except RegistryError as error:
        return _new_rule(request.form, shown(error)), error.status
    flash(_("The pattern is added."), "good")
    return redirect(url_for("marks.rules"), 303)


def _new_rule(typed: Mapping[str, str], errors: Any = ()) -> str:
    today = sorted(((code, _country(code)) for code in COUNTRIES), key=lambda pair: pair[1])
    countries = today + [(code, _country(code)) for code in HISTORIC]
    return render_template(
        "marks/rule.html", typed=typed, errors=errors, countries=countries, symbols=options(Symbol)
    )


@blueprint.route("/marks/rules/<int(max=9223372036854775807):number>/withdraw", methods=["GET", "POST"])
@guard.may(May.MARK_RULE_WRITE)
def withdraw_rule(number: int) -> Answer:
    """Withdraw a pattern."""
    if request.method == "GET":
        return _withdrawing(number, {})
    typed = {name: value for name, value in request.form.items() if name != "version"}
    try:
        taken = load_form(shapes.MarkRuleWithdrawalSchema(), typed)
        with context.begin() as work:
            acts.withdraw_rule(work, number, taken.reason, version_seen())
    except RegistryError as error:
        return _withdrawing(number, typed, shown(error)), error.status
    flash(_("The pattern is withdrawn."), "good")
    return redirect(url_for("marks.rules"), 303)


def _withdrawing(number: int, typed: Mapping[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        rule = queries.rule_view(queries.rule_row(work, number))
    return render_template("marks/withdraw.html", rule=rule, typed=typed, errors=errors)
