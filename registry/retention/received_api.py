"""Routes of the API for records that companies handed over."""

from __future__ import annotations

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.retention import received_acts, received_queries
from registry.retention.api import blueprint
from registry.retention.received_queries import PREFIX, ReceivedRow, ReceivedView
from schemas import received as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/retention/received", methods=["GET"])
@api.reads(
    blueprint,
    May.RETENTION_READ,
    gives=shapes.ReceivedRowSchema,
    query=shapes.ReceivedAskedSchema,
    paged=True,
)
def received(work: Work, asked: shapes.ReceivedAsked) -> Page[ReceivedRow]:
    """Records that companies handed over when they closed."""
    return received_queries.received(work, asked)


@blueprint.route("/retention/received", methods=["POST"])
@api.writes(
    blueprint,
    May.RECORDS_RECEIVE,
    takes=shapes.ReceivedRecordsNewSchema,
    gives=shapes.ReceivedRecordsSchema,
)
def receive(work: Work, new: shapes.ReceivedNew) -> ReceivedView:
    """Record what a company handed over, and where it is kept."""
    return received_acts.receive(work, new)


@blueprint.route("/retention/received/<number>", methods=["GET"])
@api.reads(blueprint, May.RETENTION_READ, gives=shapes.ReceivedRecordsSchema)
def received_one(work: Work, number: str) -> ReceivedView:
    """One of them with its custody."""
    return received_queries.one(work, find_registry_number(PREFIX, number))


@blueprint.route("/retention/received/<number>/moves", methods=["POST"])
@api.writes(
    blueprint,
    May.RECORDS_RECEIVE,
    takes=shapes.ReceivedRecordsMoveSchema,
    gives=shapes.ReceivedRecordsSchema,
    status=200,
    versioned=True,
)
def move(work: Work, new: shapes.ReceivedMove, number: str, version: int) -> ReceivedView:
    """They go to another place."""
    return received_acts.move(work, find_registry_number(PREFIX, number), new, version)
