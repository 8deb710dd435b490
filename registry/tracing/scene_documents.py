"""The report of a scene: what a court reads of cartridges found together, from the answer as it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from registry.tracing.scenes import SceneView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def stands(work: Work, number: str, edition: str) -> Standing:
    """A report tells what was answered on its day, which nothing changes."""
    return Standing(True)


VERIFIABLE: Verifiable = {IssuedKind.SCENE_REPORT: stands}


def report(found: SceneView, authority: str, language: Language, seal: Seal) -> bytes:
    """The report of a kept scene as PDF."""
    frame = Frame.in_language(
        language,
        title=language("Report on cartridges of a scene"),
        number=found.number,
        authority=authority,
        issued=_recorded_at(found),
        seal=seal,
    )
    return document(frame, list(_blocks(found, language)))


def _recorded_at(found: SceneView) -> str:
    return f"{found.recorded_at:%Y-%m-%d %H:%M} UTC"


def _blocks(found: SceneView, say: Language) -> Iterator[Block]:
    answer = found.answer
    yield Paragraph(say.told(answer["certainty"]["statement"]), large=True)
    for finding in answer["findings"]:
        law = f" ({finding['article']})" if finding["article"] else ""
        words = say.told(finding["text"]) + law
        yield FindingBox(finding["severity"], say.label(finding["severity"]), words)
    yield Heading(say("The scene"))
    yield KeyValues(
        [
            (say("Case number"), found.case_number),
            (say("Purpose"), say.label(found.purpose)),
            (say("Found on"), found.found_on.isoformat()),
            (say("Place"), found.place),
            (say("Recorded"), _recorded_at(found)),
        ]
    )
    yield from _certainty(say("How certain this is"), answer["certainty"], say)
    yield from _shared(answer["shared"], say)
    yield from _lines(answer["lines"], say)
    for lot in answer.get("lots", ()):
        title = say("Lot %(lot)s by itself (%(number)s)", lot=lot["mark"], number=lot["lot"])
        yield from _certainty(title, lot["certainty"], say)


def _certainty(title: str, certainty: dict[str, Any], say: Language) -> Iterator[Block]:
    yield Heading(title)
    names = {"certain": say("Certain"), "possible": say("Possible"), "excluded": say("Excluded")}
    pairs = [(names[name], say.told(line)) for name in names for line in certainty[name]]
    yield KeyValues([(say("Level"), say.label(certainty["level"])), *pairs])


def _shared(shares: list[dict[str, Any]], say: Language) -> Iterator[Block]:
    yield Heading(say("Who may have had cartridges of every lot"))
    if not shares:
        yield Paragraph(say("Nobody on record had cartridges of all of them."))
        return
    rows = [
        (
            share["name"] if share["number"] else say.label(share["kind"]),
            share["unit"],
            say.number(share["quantity"]),
            say("yes") if share["near"] else "",
        )
        for share in shares
    ]
    heads = (say("Holder"), say("Unit"), say("Cartridges of these lots"), say("Where they were found"))
    yield Table(tuple(zip(heads, (5, 3, 2.4, 2.4), strict=True)), rows)


def _lines(lines: list[dict[str, Any]], say: Language) -> Iterator[Block]:
    yield Heading(say("What was found"))
    rows = [
        (
            line["code"],
            say.number(line["count"]),
            line["lot"],
            say.number(line["possible"]),
            say.told(line["statement"]),
        )
        for line in lines
    ]
    heads = (say("Code as read"), say("Found"), say("Lot"), say("May be one of"), say("Answer"))
    yield Table(tuple(zip(heads, (1.6, 0.9, 2, 1.4, 5.5), strict=True)), rows)
