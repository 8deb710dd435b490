"""The custody extract: every step of a firearm's chain with its document, as a certified copy (FP art. 7)."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Step,
    Timeline,
    document,
)
from registry.directory.countries import country_name
from registry.firearms.record import mark_words, stands
from registry.firearms.views import CustodyView, FirearmView
from registry.verification.queries import Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: FirearmView, authority: str, issued: str, seal: Seal, say: Language) -> bytes:
    """The extract as PDF: all steps there are, with whoever took part in them."""
    frame = Frame.in_language(
        say,
        title=say("Custody extract"),
        number=found.number,
        authority=authority,
        issued=say("Version %(version)s, %(day)s", version=found.version, day=issued),
        seal=seal,
    )
    return document(frame, list(_blocks(found, authority, issued, say)))


def _blocks(found: FirearmView, authority: str, issued: str, say: Language) -> Iterator[Block]:
    yield Paragraph(" ".join(filter(None, (found.maker.name, found.model))), large=True)
    if found.conflicts:
        yield FindingBox("alarm", say("Alarm"), say("Another record claims the identity of this firearm."))
    marks = say.row(*(mark_words(mark, say) for mark in found.marks))
    made = f"{country_name(found.country_made, say.code)} {found.year_made or ''}".rstrip()
    yield KeyValues(
        [
            (say("Marks"), marks or say("Nothing readable")),
            (say("Type"), say.label(found.type)),
            (say("Calibre"), found.calibre_name or found.calibre_text),
            (say("Manufactured"), made),
            (say("Status"), say.label(found.status) or say("No custody recorded")),
            (say("Held by"), found.holder.name if found.holder else say("None")),
        ]
    )
    yield Heading(say("Custody"))
    if found.custody:
        yield Timeline([_step(step, say) for step in found.custody])
    else:
        yield Paragraph(say("No custody recorded"))
    yield Paragraph(
        say(
            "Certified copy: %(authority)s holds %(count)s steps of custody of this firearm on %(day)s, and"
            " these are all of them.",
            authority=authority,
            count=len(found.custody),
            day=issued,
        )
    )


def _step(step: CustodyView, say: Language) -> Step:
    people = " → ".join(party.name for party in (step.from_party, step.to_party) if party)
    where = say(", ").join(
        filter(None, (step.place, country_name(step.country, say.code) if step.country else ""))
    )
    paper = " ".join(filter(None, (say.label(step.document_kind), step.document_number)))
    told = (where, paper, say("temporary") if step.temporary else "")
    return Step(
        step.happened_on.isoformat(), say.label(step.kind), people, say(", ").join(filter(None, told))
    )


VERIFIABLE: Verifiable = {IssuedKind.CUSTODY_EXTRACT: stands}
