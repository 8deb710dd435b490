"""Papers of recovery under their codes: an edge."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Conflict
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.recovery import certificate, documents, figures_document, paper_facts
from registry.recovery.disposal_views import DisposalView
from registry.recovery.figures import Figures
from registry.recovery.views import RecoveryView
from registry.verification.sealing import sealed
from schemas.recovery_vocabulary import DisposalState
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


def sealed_certificate(found: DisposalView) -> bytes:
    """The certificate as PDF, which everyone can verify; raises Conflict before it is done."""
    if found.state != DisposalState.DONE:
        raise Conflict("There is no certificate of what is not done.")
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.DISPOSAL_CERTIFICATE,
        found.number,
        lambda seal: certificate.draw(found, authority, seal, language),
        language=language,
        facts=paper_facts.facts(found, registry().settings.state),
    )


def sealed_figures(found: Figures, today: date) -> bytes:
    """The figures of a period as PDF, which everyone can verify; those of a later day take their place."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.RECOVERY_FIGURES,
        figures_document.subject(found),
        lambda seal: figures_document.draw(found, authority, f"{today}", seal, language),
        f"{today}",
        language,
    )
