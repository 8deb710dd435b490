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
from registry.directory.countries import country_name
from registry.firearms.tables import Firearm
from registry.firearms.views import FirearmView, MarkView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: FirearmView, authority: str, issued: str, seal: Seal, say: Language) -> bytes:
    """The record as PDF; nothing of who holds or held it."""
    frame = Frame.in_language(
        say,
        title=say("Firearm record"),
        number=found.number,
        authority=authority,
        issued=say("Version %(version)s, %(day)s", version=found.version, day=issued),
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _blocks(found: FirearmView, say: Language) -> Iterator[Block]:
    yield Paragraph(" ".join(filter(None, (found.maker.name, found.model))), large=True)
    if found.conflicts:
        yield FindingBox("alarm", say("Alarm"), say("Another record claims the identity of this firearm."))
    for unmet in found.unmet:
        law = f" ({unmet.article})" if unmet.article else ""
        yield FindingBox("warning", say("Warning"), say.told(unmet.message) + law)
    yield KeyValues(list(_facts(found, say)))
    yield Heading(say("Marks"))
    yield Table(_columns(say), _marks(found, say))
    if found.components:
        yield Heading(say("Parts"))
        yield KeyValues(
            [(f"{part.n}", say.row(say.label(part.kind), part.description)) for part in found.components]
        )


def _facts(found: FirearmView, say: Language) -> Iterator[tuple[str, str]]:
    yield say("Type"), say.row(say.label(found.type), say.label(found.action).lower())
    yield say("Calibre"), found.calibre_name or found.calibre_text
    yield (
        say("Manufactured"),
        f"{country_name(found.country_made, say.code)} {found.year_made or ''}".rstrip(),
    )
    yield say("Status"), say.label(found.status) or say("No custody recorded")
    if found.superseded_by:
        yield say("Superseded by"), found.superseded_by


def _columns(say: Language) -> tuple[tuple[str, float], ...]:
    return (
        (say("Mark"), 3),
        (say("Kind"), 2),
        (say("Where"), 3),
        (say("Condition"), 1.5),
        (say("Country"), 1.5),
    )


def _marks(found: FirearmView, say: Language) -> list[tuple[str, ...]]:
    return [
        (
            mark_words(mark, say) or say("Nothing readable"),
            say.label(mark.kind),
            _place(found, mark, say),
            say.label(mark.condition),
            f"{mark.country or ''} {mark.year or ''}".strip(),
        )
        for mark in found.marks
    ]


def mark_words(mark: MarkView, say: Language) -> str:
    """A mark as it is told on paper: its symbols by their names (FP 8(1)(a)), then its text."""
    return " ".join(filter(None, (*map(say.label, mark.symbols), mark.text)))


def _place(found: FirearmView, mark: MarkView, say: Language) -> str:
    part = next((part.kind for part in found.components if part.n == mark.component), "")
    return say.row(say.label(part), mark.place)


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the record is still in the version that was printed; nothing else is told."""
    version = work.session.scalar(select(Firearm.version).where(Firearm.id == key_of("F", number)))
    return Standing(str(version) == edition, "" if str(version) == edition else "changed")


VERIFIABLE: Verifiable = {IssuedKind.FIREARM_RECORD: stands}
