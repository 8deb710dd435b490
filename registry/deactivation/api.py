"""Routes of the API for deactivations, verifying bodies and incidents."""

from __future__ import annotations

from typing import Any

from registry.access.approval_queries import ProposalView
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.deactivation import acts, queries, sealing, verifying, views
from registry.deactivation.pictures import plain_picture, unpacked
from schemas import deactivation as shapes
from schemas.approvals import ProposalSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("deactivations", "Deactivation of firearms (FP art. 9)")


def _key(number: str) -> int:
    return find_registry_number("D", number)


@blueprint.route("/deactivations", methods=["GET"])
@api.reads(
    blueprint,
    May.DEACTIVATION_READ,
    gives=shapes.DeactivationRowSchema,
    query=shapes.DeactivationsAskedSchema,
    paged=True,
)
def deactivations(work: Work, asked: shapes.DeactivationsAsked) -> Page[views.DeactivationRow]:
    """Deactivations, by state, firearm or verifying body."""
    return queries.deactivations(work, asked)


@blueprint.route("/deactivations", methods=["POST"])
@api.writes(
    blueprint, May.DEACTIVATION_RECORD, takes=shapes.DeactivationNewSchema, gives=shapes.DeactivationSchema
)
def apply(work: Work, new: shapes.DeactivationNew) -> views.DeactivationView:
    """Apply to have a firearm deactivated."""
    return acts.apply(work, new)


@blueprint.route("/deactivations/<number>", methods=["GET"])
@api.reads(blueprint, May.DEACTIVATION_READ, gives=shapes.DeactivationSchema)
def deactivation(work: Work, number: str) -> views.DeactivationView:
    """One deactivation, with its measures, inspections and what is still unmet."""
    return queries.deactivation(work, _key(number))


@blueprint.route("/deactivations/<number>/work", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_RECORD,
    takes=shapes.WorkNewSchema,
    gives=shapes.DeactivationSchema,
    versioned=True,
    at="/deactivations/{number}",
)
def report_work(work: Work, new: shapes.WorkNew, number: str, version: int) -> views.DeactivationView:
    """Report what was done to each essential part."""
    return acts.report_work(work, _key(number), new, version)


@blueprint.route("/deactivations/<number>/photographs", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_RECORD,
    takes=shapes.PhotographNewSchema,
    gives=shapes.DeactivationSchema,
    versioned=True,
    most_bytes=shapes.LONGEST_PHOTOGRAPH * 2,
    at="/deactivations/{number}",
)
def add_photograph(
    work: Work, new: shapes.PhotographNew, number: str, version: int
) -> views.DeactivationView:
    """Add a photograph, in base64; place, camera and the like are not kept."""
    picture = plain_picture(unpacked(new.content), "content")
    return acts.add_photograph(work, _key(number), picture, new.caption, version)


@blueprint.route("/deactivations/<number>/inspections", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_INSPECT,
    takes=shapes.InspectionNewSchema,
    gives=shapes.DeactivationSchema,
    versioned=True,
    at="/deactivations/{number}",
)
def inspect(work: Work, new: shapes.InspectionNew, number: str, version: int) -> views.DeactivationView:
    """Record an inspection."""
    return acts.inspect(work, _key(number), new, version)


@blueprint.route("/deactivations/<number>/withdrawal", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_RECORD,
    takes=shapes.EndNewSchema,
    gives=shapes.DeactivationSchema,
    status=200,
    versioned=True,
)
def withdraw(work: Work, new: shapes.EndNew, number: str, version: int) -> views.DeactivationView:
    """Withdraw an application."""
    return acts.withdraw(work, _key(number), new, version)


@blueprint.route("/deactivations/<number>/verification", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_PROPOSE,
    takes=shapes.VerificationNewSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def verify(work: Work, new: shapes.VerificationNew, number: str, version: int) -> ProposalView:
    """Propose that a deactivation is verified; another person approves it."""
    return verifying.propose(work, _key(number), new, version)


@blueprint.route("/deactivations/<number>/annulment", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_PROPOSE,
    takes=shapes.EndNewSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def annul(work: Work, new: shapes.EndNew, number: str, version: int) -> ProposalView:
    """Propose that a verified deactivation is annulled; another person approves it."""
    return verifying.propose_annulment(work, _key(number), new, version)


@blueprint.route("/deactivations/<number>/certificate", methods=["GET"])
@api.prints(blueprint, May.DEACTIVATION_READ)
def certificate(number: str) -> bytes:
    """The certificate as PDF."""
    with look() as work:
        found = queries.deactivation(work, _key(number))
    return sealing.sealed_certificate(found)


@blueprint.route("/verifying-bodies", methods=["GET"])
@api.reads(
    blueprint, May.DEACTIVATION_READ, gives=shapes.VerifyingBodySchema, query=PageAskedSchema, paged=True
)
def bodies(work: Work, asked: PageAsked) -> Page[views.VerifyingBodyView]:
    """Bodies that verify deactivations, also those that no longer do."""
    return queries.bodies(work, asked)


@blueprint.route("/verifying-bodies", methods=["POST"])
@api.writes(
    blueprint,
    May.VERIFYING_BODY_SET,
    takes=shapes.VerifyingBodyNewSchema,
    gives=shapes.VerifyingBodySchema,
)
def add_body(work: Work, new: shapes.VerifyingBodyNew) -> views.VerifyingBodyView:
    """Authorize a body to verify deactivations."""
    return verifying.add_body(work, new)


@blueprint.route("/verifying-bodies/<number>", methods=["GET"])
@api.reads(blueprint, May.DEACTIVATION_READ, gives=shapes.VerifyingBodySchema)
def body(work: Work, number: str) -> views.VerifyingBodyView:
    """One verifying body."""
    return queries.body(work, find_registry_number("P", number))


@blueprint.route("/verifying-bodies/<number>/revocation", methods=["POST"])
@api.writes(
    blueprint,
    May.VERIFYING_BODY_SET,
    takes=shapes.RevocationNewSchema,
    gives=shapes.VerifyingBodySchema,
    status=200,
    versioned=True,
)
def revoke_body(work: Work, new: shapes.RevocationNew, number: str, version: int) -> views.VerifyingBodyView:
    """End a body's authorization."""
    return verifying.revoke_body(work, find_registry_number("P", number), new, version)


@blueprint.route("/deactivation-incidents", methods=["GET"])
@api.reads(
    blueprint,
    May.DEACTIVATION_READ,
    gives=shapes.IncidentSchema,
    query=shapes.IncidentsAskedSchema,
    paged=True,
)
def incidents(work: Work, asked: shapes.IncidentsAsked) -> Page[views.IncidentView]:
    """Deactivated firearms that were recovered, or handed on as if they were live."""
    return queries.incidents(work, asked)


@blueprint.route("/deactivation-incidents/<number>", methods=["GET"])
@api.reads(blueprint, May.DEACTIVATION_READ, gives=shapes.IncidentSchema)
def incident(work: Work, number: str) -> views.IncidentView:
    """One incident."""
    return queries.incident(work, find_registry_number("I", number))


@blueprint.route("/deactivation-incidents/<number>/decision", methods=["POST"])
@api.writes(
    blueprint,
    May.DEACTIVATION_INSPECT,
    takes=shapes.IncidentDecisionSchema,
    gives=shapes.IncidentSchema,
    status=200,
    versioned=True,
)
def decide_incident(
    work: Work, new: shapes.IncidentDecision, number: str, version: int
) -> views.IncidentView:
    """Say what the firearm proved to be."""
    return acts.decide_incident(work, find_registry_number("I", number), new, version)
