"""Requests and answers on paper under their codes: an edge."""

from __future__ import annotations

from registry.core.errors import NotFound
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.exchange import evidence, evidence_documents
from registry.exchange.evidence import EvidenceView
from registry.requests import chain_documents, documents
from registry.requests.chain_queries import ChainView
from registry.requests.documents import Reply
from registry.requests.views import RequestView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind
from schemas.words import said


def sealed_request(found: RequestView, reply: Reply | None = None) -> bytes:
    """The request as PDF, in the edition it has now. reply: where it leaves as paper."""
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.TRACE_REQUEST,
        found.number,
        lambda seal: documents.draw_request(found, authority, seal, language, reply),
        edition=str(found.version),
        language=language,
    )


def sealed_answer(found: RequestView, reply: Reply | None = None) -> bytes:
    """The answer as PDF; raises NotFound before there is one."""
    if found.answer is None:
        raise NotFound(said("%(number)s has no answer yet", number=found.number))
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.TRACE_ANSWER,
        found.number,
        lambda seal: documents.draw_answer(found, authority, seal, language, reply),
        edition=str(found.version),
        language=language,
    )


def sealed_chain(found: ChainView) -> bytes:
    """The whole chain as PDF, in the edition it has now."""
    settings, language = registry().settings, language_of_visitor()
    return sealed(
        IssuedKind.CHAIN_REPORT,
        found.number,
        lambda seal: chain_documents.draw(found, settings.state, settings.authority, seal, language),
        edition=found.edition,
        language=language,
    )


def sealed_evidence(found: EvidenceView, number: str) -> bytes:
    """The signed messages of a request, explained, as PDF."""
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.REQUEST_EVIDENCE,
        number,
        lambda seal: evidence_documents.draw(found, number, authority, seal, language),
        edition=evidence.edition_of(found),
        language=language,
    )
