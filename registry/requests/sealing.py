"""Requests and answers on paper under their codes: an edge."""

from __future__ import annotations

from registry.core.errors import NotFound
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.requests import documents
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
