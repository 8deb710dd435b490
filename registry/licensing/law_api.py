"""Routes of the API for embargoes, times that the law sets, and authorisations to trade."""

from __future__ import annotations

from registry.core.web import api
from registry.core.work import Work
from registry.licensing import law_acts, law_queries, tables
from registry.licensing.api import blueprint
from registry.licensing.law_queries import AuthorisationView, EmbargoView, TermView
from schemas import licensing_law as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/embargoes", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.EmbargoSchema, query=shapes.DatedAskedSchema, paged=True)
def embargoes(work: Work, asked: shapes.DatedAsked) -> Page[EmbargoView]:
    """Embargoes, from a day to a day."""
    return law_queries.embargoes(work, asked)


@blueprint.route("/embargoes", methods=["POST"])
@api.writes(blueprint, May.LICENCE_RULE_SET, takes=shapes.EmbargoNewSchema, gives=shapes.EmbargoSchema)
def set_embargo(work: Work, new: shapes.EmbargoNew) -> EmbargoView:
    """Set an embargo from a day on."""
    return law_acts.set_embargo(work, new)


@blueprint.route("/embargoes/<number>", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.EmbargoSchema)
def embargo(work: Work, number: str) -> EmbargoView:
    """One of them."""
    return law_queries.embargo(work, number)


@blueprint.route("/embargoes/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.LICENCE_RULE_SET,
    takes=shapes.EndedSchema,
    gives=shapes.EmbargoSchema,
    status=200,
    versioned=True,
)
def end_embargo(work: Work, ended: shapes.Ended, number: str, version: int) -> EmbargoView:
    """Give it its last day."""
    law_acts.end(work, tables.Embargo, number, ended, version)
    return law_queries.embargo(work, number)


@blueprint.route("/licensing-terms", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.TermSchema, query=shapes.DatedAskedSchema, paged=True)
def terms(work: Work, asked: shapes.DatedAsked) -> Page[TermView]:
    """Times that the law sets, from a day to a day."""
    return law_queries.terms(work, asked)


@blueprint.route("/licensing-terms", methods=["POST"])
@api.writes(blueprint, May.LICENCE_RULE_SET, takes=shapes.TermNewSchema, gives=shapes.TermSchema)
def set_term(work: Work, new: shapes.TermNew) -> TermView:
    """Set a time from a day on; one of kind tacit_consent switches that on."""
    return law_acts.set_term(work, new)


@blueprint.route("/licensing-terms/<number>", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.TermSchema)
def term(work: Work, number: str) -> TermView:
    """One of them."""
    return law_queries.term(work, number)


@blueprint.route("/licensing-terms/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.LICENCE_RULE_SET,
    takes=shapes.EndedSchema,
    gives=shapes.TermSchema,
    status=200,
    versioned=True,
)
def end_term(work: Work, ended: shapes.Ended, number: str, version: int) -> TermView:
    """Give it its last day."""
    law_acts.end(work, tables.Term, number, ended, version)
    return law_queries.term(work, number)


@blueprint.route("/trade-authorisations", methods=["GET"])
@api.reads(
    blueprint, May.LICENCE_READ, gives=shapes.AuthorisationSchema, query=shapes.DatedAskedSchema, paged=True
)
def authorisations(work: Work, asked: shapes.DatedAsked) -> Page[AuthorisationView]:
    """Who may trade in what; traders see their own."""
    return law_queries.authorisations(work, asked)


@blueprint.route("/trade-authorisations", methods=["POST"])
@api.writes(
    blueprint, May.LICENCE_RULE_SET, takes=shapes.AuthorisationNewSchema, gives=shapes.AuthorisationSchema
)
def authorise(work: Work, new: shapes.AuthorisationNew) -> AuthorisationView:
    """Record that a party may trade."""
    return law_acts.authorise(work, new)


@blueprint.route("/trade-authorisations/<number>", methods=["GET"])
@api.reads(blueprint, May.LICENCE_READ, gives=shapes.AuthorisationSchema)
def authorisation(work: Work, number: str) -> AuthorisationView:
    """One of them."""
    return law_queries.authorisation(work, number)


@blueprint.route("/trade-authorisations/<number>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.LICENCE_RULE_SET,
    takes=shapes.EndedSchema,
    gives=shapes.AuthorisationSchema,
    status=200,
    versioned=True,
)
def end_authorisation(work: Work, ended: shapes.Ended, number: str, version: int) -> AuthorisationView:
    """Give it its last day."""
    law_acts.end(work, tables.Authorisation, number, ended, version)
    return law_queries.authorisation(work, number)
