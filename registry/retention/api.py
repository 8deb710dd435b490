"""Routes of the API for terms, holds, and how records stand."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.retention import acts, queries
from schemas import retention as shapes
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("retention", "How long records are kept, what holds them, what would go")


@blueprint.route("/retention/preview", methods=["GET"])
@api.reads(
    blueprint,
    May.RETENTION_READ,
    gives=shapes.RecordStandingSchema,
    query=shapes.RetentionAskedSchema,
    paged=True,
)
def preview(work: Work, asked: shapes.PreviewAsked) -> Page[queries.StandingView]:
    """Records whose terms are over on a day, with what holds them; a page may be empty and not the last."""
    return queries.preview(work, asked)


@blueprint.route("/retention/terms", methods=["GET"])
@api.reads(
    blueprint,
    May.RETENTION_READ,
    gives=shapes.RetentionTermSchema,
    query=shapes.RetentionTermsAskedSchema,
    paged=True,
)
def terms(work: Work, asked: shapes.TermsAsked) -> Page[queries.TermView]:
    """Terms that laws ask for, in force from a day to a day."""
    return queries.terms(work, asked)


@blueprint.route("/retention/terms", methods=["POST"])
@api.writes(
    blueprint, May.RETENTION_SET, takes=shapes.RetentionTermNewSchema, gives=shapes.RetentionTermSchema
)
def set_term(work: Work, new: shapes.TermNew) -> queries.TermView:
    """Set a term."""
    return acts.set_term(work, new)


@blueprint.route("/retention/terms/<number>", methods=["GET"])
@api.reads(blueprint, May.RETENTION_READ, gives=shapes.RetentionTermSchema)
def term(work: Work, number: str) -> queries.TermView:
    """One term."""
    return queries.term(work, find_registry_number("RT", number))


@blueprint.route("/retention/terms/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.RETENTION_SET,
    takes=shapes.RetentionTermEndSchema,
    gives=shapes.RetentionTermSchema,
    status=200,
    versioned=True,
)
def end_term(work: Work, end: shapes.TermEnd, number: str, version: int) -> queries.TermView:
    """Give a term its last day."""
    return acts.end_term(work, find_registry_number("RT", number), end, version)


@blueprint.route("/retention/holds", methods=["GET"])
@api.reads(
    blueprint,
    May.RETENTION_READ,
    gives=shapes.LegalHoldSchema,
    query=shapes.LegalHoldsAskedSchema,
    paged=True,
)
def holds(work: Work, asked: shapes.HoldsAsked) -> Page[queries.HoldView]:
    """Holds on records and on cases."""
    return queries.holds(work, asked)


@blueprint.route("/retention/holds", methods=["POST"])
@api.writes(blueprint, May.HOLD_PLACE, takes=shapes.LegalHoldNewSchema, gives=shapes.LegalHoldSchema)
def place_hold(work: Work, new: shapes.HoldNew) -> queries.HoldView:
    """Keep a record, or all records of a case, until it is lifted."""
    return acts.place_hold(work, new)


@blueprint.route("/retention/holds/<number>", methods=["GET"])
@api.reads(blueprint, May.RETENTION_READ, gives=shapes.LegalHoldSchema)
def hold(work: Work, number: str) -> queries.HoldView:
    """One hold."""
    return queries.hold(work, find_registry_number("LH", number))


@blueprint.route("/retention/holds/<number>/lifting", methods=["POST"])
@api.writes(
    blueprint,
    May.HOLD_LIFT,
    takes=shapes.LegalHoldLiftSchema,
    gives=shapes.LegalHoldSchema,
    status=200,
    versioned=True,
)
def lift_hold(work: Work, lift: shapes.HoldLift, number: str, version: int) -> queries.HoldView:
    """Lift a hold, with the reason."""
    return acts.lift_hold(work, find_registry_number("LH", number), lift, version)
