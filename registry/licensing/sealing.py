"""The licence under its code: an edge."""

from __future__ import annotations

from registry.core.web.context import look, registry
from registry.core.web.words import language_of_visitor
from registry.licensing import paper, paper_facts, queries
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_licence(licence_id: int) -> bytes:
    """The licence as PDF in the visitor's language, which everyone can verify.

    Raises NotFound, Conflict where it was not issued.
    """
    with look() as work:
        found = queries.licence(work, licence_id)
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.LICENCE,
        found.number,
        lambda seal: paper.draw(found, authority, seal, language),
        paper.edition_of(found),
        language,
        paper_facts.facts(found, registry().settings.state),
    )
