"""Routes of the API for disposals."""

from __future__ import annotations

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.recovery import disposal_acts, disposal_queries, sealing
from registry.recovery.api import blueprint
from registry.recovery.disposal_views import DisposalRow, DisposalView
from schemas import disposal as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/disposals", methods=["GET"])
@api.reads(
    blueprint,
    May.RECOVERY_READ,
    gives=shapes.DisposalRowSchema,
    query=shapes.DisposalsAskedSchema,
    paged=True,
)
def disposals(work: Work, asked: shapes.DisposalsAsked) -> Page[DisposalRow]:
    """Batches that were or are to be disposed of."""
    return disposal_queries.disposals(work, asked)


@blueprint.route("/disposals", methods=["POST"])
@api.writes(blueprint, May.DISPOSAL_PROPOSE, takes=shapes.DisposalNewSchema, gives=shapes.DisposalSchema)
def propose(work: Work, new: shapes.DisposalNew) -> DisposalView:
    """Propose to dispose of items together; somebody else approves it."""
    return disposal_acts.propose(work, new)


@blueprint.route("/disposals/<number>", methods=["GET"])
@api.reads(blueprint, May.RECOVERY_READ, gives=shapes.DisposalSchema)
def disposal(work: Work, number: str) -> DisposalView:
    """One disposal."""
    return disposal_queries.disposal(work, find_registry_number("DC", number))


@blueprint.route("/disposals/<number>/completion", methods=["POST"])
@api.writes(
    blueprint,
    May.DISPOSAL_PROPOSE,
    takes=shapes.CompletionNewSchema,
    gives=shapes.DisposalSchema,
    status=200,
    versioned=True,
)
def complete(work: Work, new: shapes.CompletionNew, number: str, version: int) -> DisposalView:
    """Record that an approved disposal was done."""
    return disposal_acts.complete(work, find_registry_number("DC", number), new, version)


@blueprint.route("/disposals/<number>/cancellation", methods=["POST"])
@api.writes(
    blueprint,
    May.DISPOSAL_PROPOSE,
    takes=shapes.CancellationNewSchema,
    gives=shapes.DisposalSchema,
    status=200,
    versioned=True,
)
def cancel(work: Work, new: shapes.CancellationNew, number: str, version: int) -> DisposalView:
    """Give up a disposal that is not done."""
    return disposal_acts.cancel(work, find_registry_number("DC", number), new.reason, version)


@blueprint.route("/disposals/<number>/certificate.pdf", methods=["GET"])
@api.prints(blueprint, May.RECOVERY_READ)
def certificate(number: str) -> bytes:
    """The certificate of what was done."""
    with look() as work:
        found = disposal_queries.disposal(work, find_registry_number("DC", number))
    return sealing.sealed_certificate(found)
