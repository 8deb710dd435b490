"""Routes of the API for whole chains on paper, and for the signed messages behind a request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.web.words import language_of_visitor
from registry.core.work import Work
from registry.exchange import evidence as signed
from registry.exchange import evidence_files
from registry.exchange.evidence import EvidenceView
from registry.requests import chain_queries, sealing
from registry.requests.api import blueprint
from schemas.notices import SignedEvidenceSchema
from schemas.vocabulary import May


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.route("/requests/<number>/chain.pdf", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ)
def chain_paper(number: str) -> bytes:
    """The whole chain that a request of ours belongs to, on paper."""
    with look() as work:
        found = chain_queries.whole(work, _key(number))
    return sealing.sealed_chain(found)


@blueprint.route("/requests/<number>/evidence", methods=["GET"])
@api.reads(blueprint, May.REQUEST_READ, gives=SignedEvidenceSchema)
def evidence(work: Work, number: str) -> EvidenceView:
    """Everything signed that passed, with receipts, keys and what warrants them: for a court."""
    return chain_queries.signed(work, _key(number))


@blueprint.route("/requests/<number>/evidence.pdf", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ)
def evidence_paper(number: str) -> bytes:
    """The signed messages explained on paper: what was said, by whom, and how that is verified."""
    with look() as work:
        found = chain_queries.signed(work, _key(number))
    return sealing.sealed_evidence(found, number)


@blueprint.route("/requests/<number>/evidence.zip", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ, media="application/zip")
def evidence_package(number: str) -> Iterator[bytes]:
    """The signed records as files, with keys and how to verify them with OpenSSL."""
    with look() as work:
        found = chain_queries.signed(work, _key(number))
        return evidence_files.package(found, language_of_visitor(), partial(signed.content, work))
