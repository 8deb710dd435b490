"""Papers of retention under their codes: an edge."""

from __future__ import annotations

from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.retention import documents, received_documents
from registry.retention.disposal_queries import DisposalView
from registry.retention.received_queries import ReceivedView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_certificate(found: DisposalView) -> bytes:
    """The certificate as PDF, which everyone can verify."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.RECORDS_DISPOSAL_CERTIFICATE,
        found.number,
        lambda seal: documents.draw(found, authority, seal, language),
        language=language,
    )


def sealed_receipt(found: ReceivedView) -> bytes:
    """The receipt for a company's records as PDF, which everyone can verify."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.RECORDS_RECEIPT,
        found.number,
        lambda seal: received_documents.draw(found, authority, seal, language),
        language=language,
    )
