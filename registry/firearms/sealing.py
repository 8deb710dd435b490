"""The record of a firearm under its code: an edge."""

from __future__ import annotations

from datetime import date

from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.firearms import record
from registry.firearms.views import FirearmView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind


def sealed_record(found: FirearmView, day: date) -> bytes:
    """The record as PDF, which everyone can verify while it is as it was printed."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.FIREARM_RECORD,
        found.number,
        lambda seal: record.draw(found, authority, day.isoformat(), seal, language),
        str(found.version),
        language,
    )
