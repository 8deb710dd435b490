"""Routes of the API for what takes two people."""

from __future__ import annotations

from flask import Response

from registry.access import approval_queries, approvals
from registry.access.api import blueprint, shown_by
from registry.access.approval_queries import ProposalView
from registry.core.web import api, context
from registry.core.work import Work
from schemas import approvals as shapes
from schemas.access import NothingSchema
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/proposals", methods=["GET"])
@api.reads(
    blueprint,
    May.APPROVAL_READ,
    gives=shapes.ProposalSchema,
    query=shapes.ProposalsAskedSchema,
    paged=True,
)
def proposals(work: Work, asked: shapes.ProposalsAsked) -> Page[ProposalView]:
    """What takes two people: proposed, approved, declined, withdrawn, overtaken, expired."""
    return approval_queries.proposals(work, asked)


@blueprint.route("/proposals/<int:proposal_id>", methods=["GET"])
@api.reads(blueprint, May.APPROVAL_READ, gives=shapes.ProposalSchema)
def proposal(work: Work, proposal_id: int) -> ProposalView:
    """One proposal with every field it changes, before and after."""
    return approval_queries.proposal(work, proposal_id)


@blueprint.route("/proposals/<int:proposal_id>/approve", methods=["POST"])
@api.takes(
    blueprint,
    May.APPROVAL_DECIDE,
    takes=shapes.ApprovalSchema,
    gives=shapes.ProposalSchema,
    status=200,
    keyed=False,
)
def approve(taken: shapes.Approval, proposal_id: int) -> Response:
    """Approve exactly this content, with a code of one's second factor; it is done with the last approval."""
    actor = shown_by(taken.code)
    try:
        with context.registry().office.begin(actor, request_id=context.request_id()) as work:
            done = approvals.approve(work, proposal_id, taken.digest)
    except approvals.Overtaken:
        with context.begin() as work:
            approvals.lapse(work, proposal_id)
        raise
    return api.respond(shapes.ProposalSchema, done, 200)


@blueprint.route("/proposals/<int:proposal_id>/decline", methods=["POST"])
@api.writes(
    blueprint,
    May.APPROVAL_DECIDE,
    takes=shapes.DecliningSchema,
    gives=shapes.ProposalSchema,
    status=200,
)
def decline(work: Work, taken: shapes.Declining, proposal_id: int) -> ProposalView:
    """Refuse what another proposed."""
    return approvals.decline(work, proposal_id, taken.reason)


@blueprint.route("/proposals/<int:proposal_id>/withdraw", methods=["POST"])
@api.writes(blueprint, May.APPROVAL_PROPOSE, takes=NothingSchema, gives=shapes.ProposalSchema, status=200)
def withdraw(work: Work, nothing: object, proposal_id: int) -> ProposalView:
    """Take back what one proposed oneself."""
    return approvals.withdraw(work, proposal_id)
