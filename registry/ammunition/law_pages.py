"""Pages of a State's rules for ammunition."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.ammunition import law_acts, law_queries
from registry.ammunition.forms import form_values
from registry.ammunition.pages import Answer, blueprint
from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from schemas import ammunition_rules as shapes
from schemas.vocabulary import Exceeding, MarkingScheme, May, PartyKind, RuleKind


@blueprint.get("/ammunition-rules", endpoint="rules")
@guard.may(May.LOT_READ)
def rules() -> str:
    """Rules, and since when and until when each is in force."""
    asked = load_form(shapes.RulesAskedSchema(), request.args)
    with context.look() as work:
        found = law_queries.rules(work, asked)
        may_set = May.RULE_SET in work.actor.may
    return render_template(
        "ammunition/rules.html",
        page=found,
        asked=request.args,
        kinds=options(RuleKind),
        label=label,
        may_set=may_set,
    )


@blueprint.route("/ammunition-rules/new", methods=["GET", "POST"], endpoint="new_rule")
@guard.may(May.RULE_SET)
def new_rule() -> Answer:
    """Set a rule."""
    typed, errors, status = form_values(request.form), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                law_acts.set_rule(work, load_form(shapes.RuleNewSchema(), typed))
            flash(_("The rule is set."), "good")
            return redirect(url_for("ammunition.rules"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    page = render_template(
        "ammunition/rule_new.html",
        typed=typed,
        errors=errors,
        kinds=options(RuleKind),
        schemes=options(MarkingScheme),
        buyers=options(PartyKind),
        exceeding=options(Exceeding),
    )
    return page, status


@blueprint.route("/ammunition-rules/<number>", methods=["GET", "POST"], endpoint="rule")
@guard.may(May.RULE_SET)
def rule(number: str) -> Answer:
    """One rule, and the form that gives it its last day."""
    rule_id = find_registry_number("R", number)
    typed, errors, status = form_values(request.form), tuple[Unmet, ...](), 200
    with context.look() as work:
        found = law_queries.rule(work, rule_id)
    if request.method == "POST":
        typed.pop("version", None)
        try:
            with context.begin() as work:
                end = load_form(shapes.RuleEndSchema(), typed)
                law_acts.end_rule(work, rule_id, end, version_seen())
            flash(_("The rule ends on that day."), "good")
            return redirect(url_for("ammunition.rules"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    return render_template(
        "ammunition/rule.html", rule=found, typed=typed, errors=errors, label=label
    ), status
