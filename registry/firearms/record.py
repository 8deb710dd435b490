"""The record of a firearm on paper: what it is and which marks it bears, as of one version."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from registry.core.numbers import key_of
from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.core.work import Work
from registry.firearms.tables import Firearm
from registry.firearms.views import FirearmView, MarkView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind


def draw(found: FirearmView, authority: str, issued: str, seal: Seal) -> bytes:
    """The record as PDF; nothing of who holds or held it."""
    frame = Frame(
        title="Firearm record",
        number=found.number,
        authority=authority,
        issued=f"Version {found.version}, {issued}",
        seal=seal,
    )
    return document(frame, list(_blocks(found)))


def _blocks(found: FirearmView) -> Iterator[Block]:
    yield Paragraph(" ".join(filter(None, (found.maker.name, found.model))), large=True)
    if found.conflicts:
        yield FindingBox("alarm", "Alarm", "Another record claims the identity of this firearm.")
    for unmet in found.unmet:
        law = f" ({unmet.article})" if unmet.article else ""
        yield FindingBox("warning", "Warning", f"{unmet.message}{law}")
    yield KeyValues(list(_facts(found)))
    yield Heading("Marks")
    yield Table((("Mark", 3), ("Kind", 2), ("Where", 3), ("Condition", 1.5), ("Country", 1.5)), _marks(found))
    if found.components:
        yield Heading("Parts")
        yield KeyValues([(f"{part.n}", _named(part.kind, part.description)) for part in found.components])


def _facts(found: FirearmView) -> Iterator[tuple[str, str]]:
    yield "Type", _named(found.type, found.action.replace("_", " "))
    yield "Calibre", found.calibre_name or found.calibre_text
    yield "Manufactured", f"{found.country_made} {found.year_made or ''}".rstrip()
    yield "Status", found.status.replace("_", " ").capitalize() or "No custody recorded"
    if found.superseded_by:
        yield "Superseded by", found.superseded_by


def _marks(found: FirearmView) -> list[tuple[str, ...]]:
    return [
        (
            mark.text or ", ".join(mark.symbols) or "Nothing readable",
            mark.kind.replace("_", " ").capitalize(),
            _place(found, mark),
            mark.condition.replace("_", " ").capitalize(),
            f"{mark.country or ''} {mark.year or ''}".strip(),
        )
        for mark in found.marks
    ]


def _place(found: FirearmView, mark: MarkView) -> str:
    part = next((part.kind for part in found.components if part.n == mark.component), "")
    return _named(part, mark.place)


def _named(code: str, more: str) -> str:
    return ", ".join(filter(None, (code.replace("_", " ").capitalize(), more)))


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the record is still in the version that was printed; nothing else is told."""
    version = work.session.scalar(select(Firearm.version).where(Firearm.id == key_of("F", number)))
    return Standing(str(version) == edition, "" if str(version) == edition else "changed")


VERIFIABLE: Verifiable = {IssuedKind.FIREARM_RECORD: stands}
