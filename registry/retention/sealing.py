"""Papers of retention under their codes: an edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from registry.core.printing.paper import Seal
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.retention import documents, received_documents
from registry.retention.disposal_queries import DisposalView
from registry.retention.received_queries import ReceivedView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind
from schemas.words import Language

Told = TypeVar("Told", DisposalView, ReceivedView)


def sealed_certificate(found: DisposalView) -> bytes:
    """The certificate as PDF, which everyone can verify."""
    return _sealed(IssuedKind.RECORDS_DISPOSAL_CERTIFICATE, found, documents.draw)


def sealed_receipt(found: ReceivedView) -> bytes:
    """The receipt for a company's records as PDF, which everyone can verify."""
    return _sealed(IssuedKind.RECORDS_RECEIPT, found, received_documents.draw)


def _sealed(kind: IssuedKind, found: Told, draw: Callable[[Told, str, Seal, Language], bytes]) -> bytes:
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(kind, found.number, lambda seal: draw(found, authority, seal, language), language=language)
