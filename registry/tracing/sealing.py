"""The report of a trace under its code: an edge."""

from __future__ import annotations

from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.tracing import documents
from registry.tracing.queries import TraceView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_report(found: TraceView) -> bytes:
    """The report as PDF, which everyone can verify."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.TRACE_REPORT,
        found.number,
        lambda seal: documents.report(found, authority, language, seal),
        language=language,
    )
