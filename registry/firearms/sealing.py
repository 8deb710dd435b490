"""Papers of a firearm under their codes: an edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry.core.printing.paper import Seal
from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.firearms import extract, record
from registry.firearms.views import FirearmView
from registry.verification.sealing import sealed
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def sealed_record(found: FirearmView, day: date) -> bytes:
    """The record as PDF, which everyone can verify while it is as it was printed."""
    return _sealed(IssuedKind.FIREARM_RECORD, found, day, record.draw)


def sealed_extract(found: FirearmView, day: date) -> bytes:
    """The custody extract as PDF, which everyone can verify while no step came after it."""
    return _sealed(IssuedKind.CUSTODY_EXTRACT, found, day, extract.draw)


def _sealed(
    kind: IssuedKind,
    found: FirearmView,
    day: date,
    draw: Callable[[FirearmView, str, str, Seal, Language], bytes],
) -> bytes:
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        kind,
        found.number,
        lambda seal: draw(found, authority, day.isoformat(), seal, language),
        str(found.version),
        language,
    )
