"""Papers and files of whole chains, and of the signed messages behind a request."""

from __future__ import annotations

from functools import partial

from werkzeug.wrappers import Response

from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.core.web.words import language_of_visitor
from registry.exchange import evidence, evidence_files
from registry.requests import chain_queries, sealing
from registry.requests.pages import blueprint
from schemas.vocabulary import May


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.get("/requests/<number>/chain.pdf")
@guard.may(May.REQUEST_READ)
def chain_paper(number: str) -> Response:
    """The whole chain on paper."""
    with context.look() as work:
        found = chain_queries.whole(work, _key(number))
    return files.shown(sealing.sealed_chain(found), f"{found.number}-chain.pdf")


@blueprint.get("/requests/<number>/evidence.pdf")
@guard.may(May.REQUEST_READ)
def evidence_paper(number: str) -> Response:
    """The signed messages, explained."""
    with context.look() as work:
        found = chain_queries.signed(work, _key(number))
    return files.shown(sealing.sealed_evidence(found, number), f"{number}-evidence.pdf")


@blueprint.get("/requests/<number>/evidence.zip")
@guard.may(May.REQUEST_READ)
def evidence_package(number: str) -> Response:
    """The signed records as files."""
    with context.look() as work:
        found = chain_queries.signed(work, _key(number))
        packed = evidence_files.package(found, language_of_visitor(), partial(evidence.content, work))
    return files.saved(packed, f"{number}-evidence.zip", "application/zip")
