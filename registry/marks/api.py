"""Routes of the API for marks: how they are understood, symbols, patterns of serials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response

from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.marks import acts, queries
from schemas import marks as shapes
from schemas.vocabulary import May

blueprint: Any = api.blueprint("marks", "How marks are understood: symbols, patterns of serials (FP art. 8)")


@dataclass(frozen=True)
class Listed:
    """All of a short list."""

    items: tuple[Any, ...]


@blueprint.route("/marks/reading", methods=["POST"])
@api.takes(
    blueprint, May.MARK_READ, takes=shapes.ReadingAskedSchema, gives=shapes.UnderstoodSchema, status=200
)
def reading(asked: shapes.ReadingAsked) -> Response:
    """How a mark is understood, before anything is searched for; nothing of it is kept."""
    with look() as work:
        return api.respond(shapes.UnderstoodSchema, queries.understood(work, asked), 200)


@blueprint.route("/marks/symbols", methods=["GET"])
@api.reads(blueprint, May.MARK_READ, gives=shapes.SymbolsSchema)
def symbols(work: Work) -> Listed:
    """Signs of factories, with what they can stand for."""
    return Listed(tuple(queries.symbol_views()))


@blueprint.route("/marks/rules", methods=["GET"])
@api.reads(blueprint, May.MARK_READ, gives=shapes.MarkRulesSchema)
def rules(work: Work) -> Listed:
    """Patterns of serials."""
    return Listed(tuple(queries.rule_views(work)))


@blueprint.route("/marks/rules", methods=["POST"])
@api.writes(blueprint, May.MARK_RULE_WRITE, takes=shapes.MarkRuleNewSchema, gives=shapes.MarkRuleSchema)
def add_rule(work: Work, new: shapes.MarkRuleNew) -> queries.RuleView:
    """Add a pattern of serials, with its source."""
    return acts.add_rule(work, new)


@blueprint.route("/marks/rules/<int(max=9223372036854775807):number>", methods=["GET"])
@api.reads(blueprint, May.MARK_READ, gives=shapes.MarkRuleSchema)
def rule(work: Work, number: int) -> queries.RuleView:
    """One pattern that the authority added."""
    return queries.rule_view(queries.rule_row(work, number))


@blueprint.route("/marks/rules/<int(max=9223372036854775807):number>/withdrawal", methods=["POST"])
@api.writes(
    blueprint,
    May.MARK_RULE_WRITE,
    takes=shapes.MarkRuleWithdrawalSchema,
    gives=shapes.MarkRuleSchema,
    status=200,
    versioned=True,
)
def withdraw_rule(
    work: Work, taken: shapes.MarkRuleWithdrawal, number: int, version: int
) -> queries.RuleView:
    """Withdraw a pattern that the authority added; it stays in the records."""
    return acts.withdraw_rule(work, number, taken.reason, version)
