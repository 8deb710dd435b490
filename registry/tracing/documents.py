"""The trace report: what a court reads, made from the answer as it was kept."""

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
    Step,
    Table,
    Timeline,
    document,
)
from registry.core.work import Work
from registry.tracing.queries import TraceView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind

OUTCOMES = {
    "identified": "Identified",
    "candidates": "Several records fit",
    "lot_identified": "Lot identified",
    "left_the_country": "Identified; it left the country",
    "not_in_records": "Not in these records",
}


def stands(work: Work, number: str, edition: str) -> Standing:
    """A report tells what was answered on its day, which nothing changes."""
    return Standing(True)


VERIFIABLE: Verifiable = {IssuedKind.TRACE_REPORT: stands}


def report(found: TraceView, authority: str, language: str = "en", seal: Seal | None = None) -> bytes:
    """The report of a kept trace as PDF."""
    frame = Frame(
        title="Trace report",
        number=found.number,
        authority=authority,
        issued=f"{found.asked_at:%Y-%m-%d %H:%M} UTC",
        language=language,
        seal=seal,
    )
    return document(frame, list(_blocks(found)))


def _blocks(found: TraceView) -> Iterator[Block]:
    answer = found.answer
    certainty = answer["certainty"]
    yield Paragraph(OUTCOMES[answer["outcome"]], large=True)
    yield Paragraph(certainty["statement"])
    for finding in answer["findings"]:
        law = f" ({finding['article']})" if finding["article"] else ""
        yield FindingBox(finding["severity"], finding["severity"].capitalize(), finding["text"] + law)
    yield from _certainty(certainty)
    yield Heading("Question")
    yield KeyValues(list(_question(found)))
    yield from _candidates(answer)
    yield from _chain(answer)
    yield from _next(answer)


def _certainty(certainty: dict[str, Any]) -> Iterator[Block]:
    yield Heading("How certain this is")
    words = {"certain": "Certain", "possible": "Possible", "excluded": "Excluded"}
    pairs = [(words[name], line) for name in words for line in certainty[name]]
    yield KeyValues([("Level", certainty["level"].capitalize()), *pairs])


def _question(found: TraceView) -> Iterator[tuple[str, str]]:
    names = {
        "mark": "Mark as read",
        "code": "Code as read",
        "position": "Cartridge number",
        "maker": "Maker",
        "model": "Model",
        "calibre": "Calibre",
        "type": "Type",
        "country": "Country of manufacture",
        "year": "Year",
        "recovered_on": "Recovered on",
        "recovered_place": "Recovered at",
    }
    for name, shown in names.items():
        if value := found.question.get(name):
            yield shown, str(value)
    yield "Purpose", found.purpose.replace("_", " ")
    yield "Case", found.case_number
    yield "Asked", f"{found.asked_at:%Y-%m-%d %H:%M} UTC, as {found.role.replace('_', ' ')}"


def _candidates(answer: dict[str, Any]) -> Iterator[Block]:
    if not answer["candidates"]:
        return
    yield Heading("Records that fit")
    rows = [
        (
            c["number"],
            c["mark"],
            " ".join(filter(None, (c["maker"], c["model"]))),
            c["calibre"],
            c["match"]
            + (f"; agrees in {', '.join(c['agrees'])}" if c["agrees"] else "")
            + (f"; differs in {', '.join(c['differs'])}" if c["differs"] else "")
            + "".join(f"; {line}" for line in c.get("misread", ())),
        )
        for c in answer["candidates"][:20]
    ]
    yield Table(
        (("Record", 2.2), ("Mark", 1.8), ("Maker and model", 3), ("Calibre", 1.6), ("Match", 2.6)), rows
    )
    for c in answer["candidates"][:20]:
        yield from _lot(c)


def _lot(candidate: dict[str, Any]) -> Iterator[Block]:
    if candidate["buyers"]:
        yield Heading(f"Sales of lot {candidate['mark']} ({candidate['calibre']})")
        yield Table(
            (("Buyer", 4), ("Cartridges", 1.5), ("Date", 1.5), ("Invoice", 2), ("Authorization", 2)),
            [
                (s["name"], f"{s['quantity']:,}", s["date"] or "", s["document"], s["authorization"])
                for s in candidate["buyers"]
            ],
        )
    if candidate["holders"]:
        yield Heading(f"Where its {candidate['quantity']:,} cartridges are")
        yield Table(
            (("Holder", 6), ("Cartridges", 2)),
            [(s["name"], f"{s['quantity']:,}") for s in candidate["holders"]],
        )


def _chain(answer: dict[str, Any]) -> Iterator[Block]:
    if not answer["steps"]:
        return
    yield Heading("Chain of custody")
    yield Timeline([_step(s) for s in answer["steps"]])
    if answer["last_holder"]:
        yield KeyValues([("Last known holder", answer["last_holder"])])


def _step(s: dict[str, Any]) -> Step:
    way = " to ".join(filter(None, (s["from_name"], s["to_name"])))
    count = f"{s['quantity']:,} cartridges: " if s["quantity"] is not None else ""
    where = ", ".join(filter(None, (s["place"], s["country"])))
    paper = " ".join(filter(None, (s["document_kind"].replace("_", " "), s["document_number"])))
    return Step(s["date"], s["kind"], count + way + (f" ({where})" if where else ""), paper)


def _next(answer: dict[str, Any]) -> Iterator[Block]:
    if state := answer["next_state"]:
        yield Heading("State to ask next")
        paper = " ".join(filter(None, (state["document_kind"].replace("_", " "), state["document_number"])))
        pairs = [("State", f"{state['name']} ({state['code']})"), ("Why", state["reason"])]
        pairs += [(name, value) for name, value in (("On", state["date"]), ("Under", paper)) if value]
        yield KeyValues(pairs)
