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
    Table,
    document,
)
from registry.tracing.scenes import SceneView

WORDS = {"certain": "Certain", "possible": "Possible", "excluded": "Excluded"}


def report(found: SceneView, authority: str, language: str = "en") -> bytes:
    """The report of a kept scene as PDF."""
    frame = Frame(
        title="Report on cartridges of a scene",
        number=found.number,
        authority=authority,
        issued=f"{found.recorded_at:%Y-%m-%d %H:%M} UTC",
        language=language,
    )
    return document(frame, list(_blocks(found)))


def _blocks(found: SceneView) -> Iterator[Block]:
    answer = found.answer
    yield Paragraph(answer["certainty"]["statement"], large=True)
    for finding in answer["findings"]:
        law = f" ({finding['article']})" if finding["article"] else ""
        yield FindingBox(finding["severity"], finding["severity"].capitalize(), finding["text"] + law)
    yield Heading("The scene")
    yield KeyValues(
        [
            ("Case", found.case_number),
            ("Purpose", found.purpose.replace("_", " ").capitalize()),
            ("Found on", found.found_on.isoformat()),
            ("Place", found.place),
            ("Recorded", f"{found.recorded_at:%Y-%m-%d %H:%M} UTC"),
        ]
    )
    yield from _certainty("How certain this is", answer["certainty"])
    yield from _shared(answer["shared"])
    yield from _lines(answer["lines"])
    for lot in answer.get("lots", ()):
        yield from _certainty(f"Lot {lot['mark']} by itself ({lot['lot']})", lot["certainty"])


def _certainty(title: str, certainty: dict[str, Any]) -> Iterator[Block]:
    yield Heading(title)
    pairs = [(WORDS[name], line) for name in WORDS for line in certainty[name]]
    yield KeyValues([("Level", certainty["level"].capitalize()), *pairs])


def _shared(shares: list[dict[str, Any]]) -> Iterator[Block]:
    yield Heading("Who may have had cartridges of every lot")
    if not shares:
        yield Paragraph("Nobody on record had cartridges of all of them.")
        return
    rows = [
        (
            share["name"] if share["number"] else share["kind"].capitalize(),
            share["unit"],
            f"{share['quantity']:,}",
            "yes" if share["near"] else "",
        )
        for share in shares
    ]
    columns = (("Holder", 5), ("Unit", 3), ("Cartridges of these lots", 2.4), ("Where they were found", 2.4))
    yield Table(columns, rows)


def _lines(lines: list[dict[str, Any]]) -> Iterator[Block]:
    yield Heading("What was found")
    rows = [
        (line["code"], f"{line['count']:,}", line["lot"], f"{line['possible']:,}", line["statement"])
        for line in lines
    ]
    columns = (("Code as read", 1.6), ("Found", 0.9), ("Lot", 2), ("May be one of", 1.4), ("Answer", 5.5))
    yield Table(columns, rows)
