"""Papers of recovery under their codes: an edge."""

from __future__ import annotations

from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.recovery import documents
from registry.recovery.views import RecoveryView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_receipt(found: RecoveryView) -> bytes:
    """The receipt as PDF, which everyone can verify."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.RECOVERY_RECEIPT,
        found.number,
        lambda seal: documents.receipt(found, authority, seal, language),
        language=language,
    )
