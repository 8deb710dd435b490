"""The licence under its code: an edge."""

from __future__ import annotations

from registry.core.web.context import look, registry
from registry.licensing import paper, queries
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_licence(licence_id: int) -> bytes:
    """The licence as PDF, which everyone can verify; raises NotFound, Conflict where it was not issued."""
    with look() as work:
        found = queries.licence(work, licence_id)
    authority = registry().settings.authority
    return sealed(
        IssuedKind.LICENCE,
        found.number,
        lambda seal: paper.draw(found, authority, seal),
        paper.edition_of(found),
    )
