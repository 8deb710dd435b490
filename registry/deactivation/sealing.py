"""The certificate under its code: an edge."""

from __future__ import annotations

from registry.core.errors import NotFound
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.deactivation import documents, paper_facts
from registry.deactivation.views import DeactivationView
from registry.verification.sealing import sealed
from schemas.deactivation_vocabulary import DeactivationState
from schemas.vocabulary import IssuedKind
from schemas.words import said


def sealed_certificate(found: DeactivationView) -> bytes:
    """The certificate as PDF, which everyone can verify; raises NotFound unless it is verified."""
    if found.state != DeactivationState.VERIFIED:
        raise NotFound(said("%(number)s has no certificate that is good", number=found.number))
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.DEACTIVATION_CERTIFICATE,
        found.number,
        lambda seal: documents.draw(found, authority, seal, language),
        language=language,
        facts=paper_facts.facts(found, registry().settings.state),
    )
