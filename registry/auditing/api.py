"""Routes of the API for the ledger."""

from __future__ import annotations

from typing import Any

from flask import Response

from registry.auditing import queries, verifying
from registry.core.errors import NotFound
from registry.core.web import api
from registry.core.web.context import actor, registry
from registry.core.work import Work
from registry.ledger import log
from schemas import auditing as shapes
from schemas.access import NothingSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("ledger", "The ledger: who changed what, and proofs of it")


@blueprint.route("/ledger", methods=["GET"])
@api.reads(blueprint, May.HISTORY_READ, gives=shapes.LedgerStatusSchema)
def status(work: Work) -> dict[str, Any]:
    """How far the log is, and its newest checkpoint."""
    known = log.status(registry().office)
    newest = queries.checkpoints(work, 1)
    return {
        "size": known.size,
        "signed": known.signed,
        "signed_at": known.signed_at,
        "waiting": known.waiting,
        "checkpoint": newest[0].note if newest else "",
    }


@blueprint.route("/ledger/entries", methods=["GET"])
@api.reads(
    blueprint, May.LEDGER_READ, gives=shapes.EntryLineSchema, query=shapes.EntriesAskedSchema, paged=True
)
def entries(work: Work, asked: shapes.EntriesAsked) -> Page[queries.EntryLine]:
    """The log: every transaction, the latest first."""
    return queries.entries(work, asked)


@blueprint.route("/ledger/leaves/<int:leaf>/proof", methods=["GET"])
@api.reads(blueprint, May.HISTORY_READ, gives=shapes.ProofSchema)
def proof(work: Work, leaf: int) -> dict[str, Any]:
    """A leaf with the proof that it is in the log."""
    return queries.proof(work, leaf)


@blueprint.route("/records/<number>/history", methods=["GET"])
@api.reads(blueprint, May.HISTORY_READ, gives=shapes.HistorySchema)
def history(work: Work, number: str) -> dict[str, Any]:
    """Every change of a firearm, lot, party or trace: who, when, as what, why, and what changed."""
    return {"number": number.strip().upper(), "entries": queries.history(work, number)}


@blueprint.route("/ledger/verification", methods=["GET"])
@api.reads(blueprint, May.LEDGER_READ, gives=shapes.VerificationSchema)
def verification(work: Work) -> verifying.Told:
    """How far the verification is that runs, or what the last one found; raises NotFound before the first."""
    found = verifying.told(registry().settings.instance)
    if found is None:
        raise NotFound("The ledger was not verified from here yet.")
    return found


@blueprint.route("/ledger/verification", methods=["POST"])
@api.takes(
    blueprint,
    May.LEDGER_READ,
    takes=NothingSchema,
    gives=shapes.VerificationSchema,
    status=202,
    keyed=False,
)
def verify(nothing: object) -> Response:
    """Begin to verify the whole ledger against the tables; one runs at a time."""
    parts = registry()
    key = log.signer(*parts.settings.ledger_key)
    verifying.begin(parts.office, key, parts.settings.instance, actor().name)
    return api.respond(shapes.VerificationSchema, verifying.told(parts.settings.instance), 202)
