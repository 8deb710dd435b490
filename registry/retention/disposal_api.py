"""Routes of the API for disposals of records."""

from __future__ import annotations

from typing import Any

from registry.access.approval_queries import ProposalView
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.retention import disposal_queries, disposing, ending, sealing
from registry.retention.api import blueprint
from schemas import retention as shapes
from schemas.approvals import ProposalSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May


@blueprint.route("/retention/disposals", methods=["GET"])
@api.reads(
    blueprint,
    May.RETENTION_READ,
    gives=shapes.RecordsDisposalRowSchema,
    query=PageAskedSchema,
    paged=True,
)
def disposals(work: Work, asked: PageAsked) -> Page[disposal_queries.DisposalRow]:
    """Records that were disposed of at the end of their terms."""
    return disposal_queries.disposals(work, asked)


@blueprint.route("/retention/disposals", methods=["POST"])
@api.writes(
    blueprint,
    May.RECORDS_DISPOSE,
    takes=shapes.RecordsDisposalNewSchema,
    gives=ProposalSchema,
    status=202,
)
def propose(work: Work, new: shapes.DisposalNew) -> ProposalView:
    """Propose that records go, all of one class; somebody else approves it."""
    return disposing.propose(work, new)


@blueprint.route("/retention/disposals/<number>", methods=["GET"])
@api.reads(blueprint, May.RETENTION_READ, gives=shapes.RecordsDisposalSchema)
def disposal(work: Work, number: str) -> disposal_queries.DisposalView:
    """One disposal: every record that went, and by which law it was kept until when."""
    return disposal_queries.disposal(work, find_registry_number("RD", number))


@blueprint.route("/retention/disposals/<number>/certificate.pdf", methods=["GET"])
@api.prints(blueprint, May.RETENTION_READ)
def certificate(number: str) -> bytes:
    """The certificate of a disposal of records."""
    with look() as work:
        found = disposal_queries.disposal(work, find_registry_number("RD", number))
    return sealing.sealed_certificate(found)


@blueprint.route("/retention/ended", methods=["GET"])
@api.reads(blueprint, May.RETENTION_READ, gives=shapes.AllKeptForOthersSchema)
def ended(work: Work) -> dict[str, Any]:
    """What other States let us keep until a day that is over."""
    return {"items": ending.ended(work)}


@blueprint.route("/retention/ended", methods=["POST"])
@api.writes(blueprint, May.RECORDS_DISPOSE, takes=shapes.EndingNewSchema, gives=ProposalSchema, status=202)
def end(work: Work, new: shapes.EndingNew) -> ProposalView:
    """Propose that it goes, from the journal too; somebody else approves it."""
    return ending.propose(work, new)
