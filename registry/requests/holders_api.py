"""The route of the API that proposes to tell another State who holds a firearm last."""

from __future__ import annotations

from registry.access.approval_queries import ProposalView
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.requests import naming
from registry.requests.api import blueprint
from schemas.approvals import ProposalSchema
from schemas.holders import HolderRelease, HolderReleaseSchema
from schemas.vocabulary import May


@blueprint.route("/requests/<number>/holder", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_ANSWER,
    takes=HolderReleaseSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def name(work: Work, new: HolderRelease, number: str, version: int) -> ProposalView:
    """Propose that the asking State is told who holds it last; another person approves it."""
    return naming.propose(work, find_registry_number("RQ", number), new, version)
