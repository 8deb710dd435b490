"""Routes of the API for a State's rules for ammunition."""

from __future__ import annotations

from registry.ammunition import law_acts, law_queries
from registry.ammunition.api import blueprint
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from schemas import ammunition_rules as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/ammunition-rules", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.RuleSchema, query=shapes.RulesAskedSchema, paged=True)
def rules(work: Work, asked: shapes.RulesAsked) -> Page[law_queries.RuleView]:
    """Rules for ammunition: limits, markings, ages, in force from a day to a day."""
    return law_queries.rules(work, asked)


@blueprint.route("/ammunition-rules", methods=["POST"])
@api.writes(blueprint, May.RULE_SET, takes=shapes.RuleNewSchema, gives=shapes.RuleSchema)
def set_rule(work: Work, new: shapes.RuleNew) -> law_queries.RuleView:
    """Set a rule."""
    return law_acts.set_rule(work, new)


@blueprint.route("/ammunition-rules/<number>", methods=["GET"])
@api.reads(blueprint, May.LOT_READ, gives=shapes.RuleSchema)
def rule(work: Work, number: str) -> law_queries.RuleView:
    """One rule."""
    return law_queries.rule(work, find_registry_number("R", number))


@blueprint.route("/ammunition-rules/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.RULE_SET,
    takes=shapes.RuleEndSchema,
    gives=shapes.RuleSchema,
    status=200,
    versioned=True,
)
def end_rule(work: Work, end: shapes.RuleEnd, number: str, version: int) -> law_queries.RuleView:
    """Give a rule its last day."""
    return law_acts.end_rule(work, find_registry_number("R", number), end, version)
