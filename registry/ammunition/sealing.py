"""The record of a lot under its code: an edge."""

from __future__ import annotations

from datetime import date

from registry.ammunition import record
from registry.ammunition.views import LotView
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_record(found: LotView, day: date) -> bytes:
    """The record as PDF, which everyone can verify while it is as it was printed."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.LOT_RECORD,
        found.number,
        lambda seal: record.draw(found, authority, day.isoformat(), seal, language),
        str(found.version),
        language,
    )
