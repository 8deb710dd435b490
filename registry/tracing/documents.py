"""The trace report: what a court reads, made from the answer as it was kept, in the reader's language."""

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
from registry.directory.countries import country_name
from registry.tracing.queries import TraceView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH, Language, said

OUTCOMES = {
    "identified": said("Identified"),
    "candidates": said("Several records fit"),
    "lot_identified": said("Lot identified"),
    "left_the_country": said("Identified; it left the country"),
    "not_in_records": said("Not in these records"),
}


def stands(work: Work, number: str, edition: str) -> Standing:
    """A report tells what was answered on its day, which nothing changes."""
    return Standing(True)


VERIFIABLE: Verifiable = {IssuedKind.TRACE_REPORT: stands}


def report(found: TraceView, authority: str, language: Language = ENGLISH, seal: Seal | None = None) -> bytes:
    """The report of a kept trace as PDF."""
    frame = Frame.in_language(
        language,
        title=language("Trace report"),
        number=found.number,
        authority=authority,
        issued=_asked_at(found),
        seal=seal,
    )
    return document(frame, list(_Report(found, language).blocks()))


def _asked_at(found: TraceView) -> str:
    return f"{found.asked_at:%Y-%m-%d %H:%M} UTC"


class _Report:
    """The parts of one report in a language."""

    def __init__(self, found: TraceView, say: Language) -> None:
        self.found, self.answer, self.say = found, found.answer, say

    def labels(self, codes: list[str]) -> str:
        return self.say(", ").join(self.say.label(code).lower() for code in codes)

    def blocks(self) -> Iterator[Block]:
        certainty = self.answer["certainty"]
        yield Paragraph(self.say.told(OUTCOMES[self.answer["outcome"]]), large=True)
        yield Paragraph(self.say.told(certainty["statement"]))
        for finding in self.answer["findings"]:
            law = f" ({finding['article']})" if finding["article"] else ""
            words = self.say.told(finding["text"]) + law
            yield FindingBox(finding["severity"], self.say.label(finding["severity"]), words)
        yield from self.certainty(certainty)
        yield Heading(self.say("Question"))
        yield KeyValues(list(self.question()))
        yield from self.candidates()
        yield from self.chain()
        yield from self.next()

    def certainty(self, certainty: dict[str, Any]) -> Iterator[Block]:
        say = self.say
        yield Heading(say("How certain this is"))
        names = {"certain": say("Certain"), "possible": say("Possible"), "excluded": say("Excluded")}
        pairs = [(names[name], self.say.told(line)) for name in names for line in certainty[name]]
        yield KeyValues([(say("Level"), say.label(certainty["level"])), *pairs])

    def question(self) -> Iterator[tuple[str, str]]:
        say = self.say
        names = {
            "mark": say("Mark as read"),
            "code": say("Code as read"),
            "headstamp": say("Headstamp as read"),
            "position": say("Cartridge number"),
            "maker": say("Maker"),
            "model": say("Model"),
            "calibre": say("Calibre"),
            "type": say("Type"),
            "country": say("Country of manufacture"),
            "year": say("Year"),
            "recovered_on": say("Recovered on"),
            "recovered_place": say("Recovered at"),
        }
        for name, shown in names.items():
            if value := self.found.question.get(name):
                told = country_name(value, say.code) if name == "country" else str(value)
                yield shown, say.label(value) if name == "type" else told
        yield say("Purpose"), say.label(self.found.purpose)
        yield say("Case number"), self.found.case_number
        yield say("Asked"), _asked_at(self.found)
        yield say("Capacity"), say.label(self.found.role)

    def candidates(self) -> Iterator[Block]:
        say, shown = self.say, self.answer["candidates"][:20]
        if not shown:
            return
        yield Heading(say("Records that fit"))
        heads = (
            say("Registry number"),
            say("Mark"),
            say("Maker and model"),
            say("Calibre"),
            say("How it fits"),
        )
        rows = [
            (
                c["number"],
                c["mark"],
                " ".join(filter(None, (c["maker"], c["model"]))),
                c["calibre"],
                "; ".join(self.match(c)),
            )
            for c in shown
        ]
        yield Table(tuple(zip(heads, (2.2, 1.8, 3, 1.6, 2.6), strict=True)), rows)
        for c in shown:
            yield from self.lot(c)

    def match(self, c: dict[str, Any]) -> Iterator[str]:
        yield self.say.label(c["match"])
        if c["agrees"]:
            yield self.say("agrees in %(names)s", names=self.labels(c["agrees"]))
        if c["differs"]:
            yield self.say("differs in %(names)s", names=self.labels(c["differs"]))
        yield from (self.say.told(line) for line in c.get("misread", ()))

    def lot(self, candidate: dict[str, Any]) -> Iterator[Block]:
        say = self.say
        if candidate["buyers"]:
            lot = {"lot": candidate["mark"], "calibre": candidate["calibre"]}
            yield Heading(say("Sales of lot %(lot)s (%(calibre)s)", **lot))
            heads = (say("Buyer"), say("Cartridges"), say("Date"), say("Invoice"), say("Authorization"))
            rows = [
                (s["name"], say.number(s["quantity"]), s["date"] or "", s["document"], s["authorization"])
                for s in candidate["buyers"]
            ]
            yield Table(tuple(zip(heads, (4, 1.5, 1.5, 2, 2), strict=True)), rows)
        if candidate["holders"]:
            yield Heading(say("Where its %(count)s cartridges are", count=say.number(candidate["quantity"])))
            holders = [(s["name"], say.number(s["quantity"])) for s in candidate["holders"]]
            yield Table(((say("Holder"), 6), (say("Cartridges"), 2)), holders)

    def chain(self) -> Iterator[Block]:
        if not self.answer["steps"]:
            return
        yield Heading(self.say("Chain of custody"))
        yield Timeline([self.step(s) for s in self.answer["steps"]])
        if self.answer["last_holder"]:
            yield KeyValues([(self.say("Last known holder"), self.answer["last_holder"])])

    def step(self, s: dict[str, Any]) -> Step:
        say = self.say
        who = _way(say, s["from_name"], s["to_name"])
        if s["quantity"] is not None:
            count = say("%(number)s cartridges", number=say.number(s["quantity"]))
            who = f"{count}: {who}"
        where = say.row(s["place"], s["country"])
        paper = " ".join(filter(None, (say.label(s["document_kind"]), s["document_number"])))
        return Step(s["date"], say.label(s["kind"]), who + (f" ({where})" if where else ""), paper)

    def next(self) -> Iterator[Block]:
        if not (state := self.answer["next_state"]):
            return
        say = self.say
        yield Heading(say("State to ask next"))
        paper = " ".join(filter(None, (say.label(state["document_kind"]), state["document_number"])))
        pairs = [
            (say("State"), f"{country_name(state['code'], say.code)} ({state['code']})"),
            (say("Why"), self.say.told(state["reason"])),
        ]
        pairs += [
            (name, value) for name, value in ((say("On"), state["date"]), (say("Under"), paper)) if value
        ]
        yield KeyValues(pairs)


def _way(say: Language, giver: str | None, receiver: str | None) -> str:
    if giver and receiver:
        return say("%(giver)s to %(receiver)s", giver=giver, receiver=receiver)
    return giver or receiver or ""
