"""The signed messages about a licence or shipment, explained on paper under its code: an edge."""

from __future__ import annotations

from registry.core.numbers import key_of
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.core.work import Work
from registry.exchange import evidence, evidence_documents
from registry.exchange.evidence import EvidenceView
from registry.notices import queries
from registry.notices.tables import Notice
from registry.verification.queries import Standing, Verifiable
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_evidence(found: EvidenceView, number: str) -> bytes:
    """The messages as PDF, in the edition they have now."""
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.NOTICE_EVIDENCE,
        number,
        lambda seal: evidence_documents.draw(found, number, authority, seal, language),
        edition=evidence.edition_of(found),
        language=language,
    )


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether nothing was signed since it was printed."""
    row = work.session.get(Notice, key_of(queries.PREFIX, number))
    if row is None:
        return Standing(False)
    found = evidence.of_thread(work, row.peer, row.thread)
    return Standing(evidence.edition_of(found) == edition, row.state)


VERIFIABLE: Verifiable = {IssuedKind.NOTICE_EVIDENCE: stands}
