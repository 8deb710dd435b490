"""What a scanned or typed text leads to, as far as whoever asks may see it.

Whatever says for certain what it is comes first: a paper's code, a registry number, a GS1 code. Then what is
looked up: cartridges, lots, marks. A text that is none of these may be a number with one wrong character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry.ammunition import package_queries, single_queries
from registry.ammunition import queries as lots
from registry.core.work import Work
from registry.firearms import list_queries
from registry.home import damaged, records
from registry.marks.reading import normal_form
from registry.verification import codes, signed
from schemas.ammunition import LotsAsked
from schemas.firearms import FirearmsAsked
from schemas.vocabulary import May
from schemas.words import said

LONGEST = 3200
LONG = 16  # characters; a shorter text in which no record is found may be a mark, whatever GS1 makes of it
MOST = 5
_NUMBER = re.compile(r"(?<![0-9A-Z])[A-Z]{1,2}-?[0-9]{9,18}-?[0-9A-Z](?![0-9A-Z])", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """What a text may be. kind: of record; text: how it is called; why: what speaks for it.

    endpoint, values: the page that it opens.
    """

    kind: str
    text: str
    why: str
    endpoint: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """sure: whether the text says what it is, or one thing alone fits; candidates: the likeliest first."""

    sure: bool
    candidates: tuple[Candidate, ...] = ()


def find(work: Work, text: str) -> Found:
    """What a text leads to; raises Invalid for a GS1 code that was misread."""
    told = _paper(text) or _record(work, text) or _package(work, text)
    if told:
        return Found(True, (told,))
    looked_up = tuple(_looked_up(work, text))
    if looked_up:
        return Found(len(looked_up) == 1, looked_up)
    likely = tuple(_damaged(work, text))
    mark = tuple(_mark(work, text))
    return Found(bool(mark) and not likely, (*likely, *mark))


def _paper(text: str) -> Candidate | None:
    """A paper by its code, or by the square that says besides what it says."""
    address, figures = signed.carried(text)
    code = codes.shown(codes.read(address))
    fragment = {"_anchor": figures} if figures else {}
    if code:
        return Candidate(
            "paper", code, said("The code of a paper"), "verification.show", {"code": code, **fragment}
        )
    if figures:
        return Candidate("paper", "", said("The square of a paper"), "verification.ask", fragment)
    return None


def _record(work: Work, text: str) -> Candidate | None:
    """A record by its number, alone or inside what a label says."""
    for number in [text, *_NUMBER.findall(text[:400])]:
        found = records.named(number)
        if found and found[0].may in work.actor.may:
            return _numbered(found[0], number.strip().upper(), said("A registry number"))
    return None


def _numbered(record: records.Record, number: str, why: str) -> Candidate:
    return Candidate(record.kind, number, why, record.endpoint, {"number": number})


def _package(work: Work, text: str) -> Candidate | None:
    """The package, or the lot, whose GS1 code it is; raises Invalid if it was misread."""
    if May.LOT_READ not in work.actor.may:
        return None
    found = package_queries.scanned(work, text[:400])
    why = said("A GS1 code")
    if found.package:
        return _numbered(records.RECORDS["B"], found.package, why)
    if len(found.lots) == 1:
        return _numbered(records.RECORDS["L"], found.lots[0], why)
    if found.elements and len(text) >= LONG:
        return Candidate("package", text[:80], why, "ammunition.scan", {"code": text[:400]})
    return None


def _looked_up(work: Work, text: str) -> Iterator[Candidate]:
    """A cartridge, lots, firearms: what is on record with exactly this."""
    if not normal_form(text[:60]) or len(text) > 60:
        return
    if May.LOT_READ in work.actor.may:
        if cartridge := single_queries.named(work, text):
            values = {"number": cartridge[0], "n": cartridge[1]}
            yield Candidate(
                "cartridge", text, said("Code of a lot and number"), "ammunition.cartridge", values
            )
        else:
            yield from _lots(work, text)
    if May.FIREARM_READ in work.actor.may:
        for row in list_queries.firearms(work, FirearmsAsked(q=text, limit=MOST)).items:
            yield _numbered(records.RECORDS["F"], row.number, said("Bears the mark %(mark)s", mark=text))


def _lots(work: Work, text: str) -> Iterator[Candidate]:
    rows = lots.lots(work, LotsAsked(q=text[:40], limit=2)).items
    why = said("The code of a lot")
    if len(rows) == 1:
        yield _numbered(records.RECORDS["L"], rows[0].number, why)
    elif rows:
        yield Candidate("lot", text, said("The code of several lots"), "ammunition.list", {"q": text[:40]})


def _damaged(work: Work, text: str) -> Iterator[Candidate]:
    """Numbers that differ in one character, of records that are there and may be seen."""
    seen = [prefix for prefix, record in records.RECORDS.items() if record.may in work.actor.may]
    near = (number for number in damaged.fits(text, seen) if records.is_seen(work, number))
    for number, _ in zip(near, range(MOST), strict=False):
        if found := records.named(number):
            yield _numbered(found[0], number, said("One character differs from what was read"))


def _mark(work: Work, text: str) -> Iterator[Candidate]:
    """Where to look for a mark: a trace, or for traders their own firearms."""
    if May.TRACE_ASK in work.actor.may:
        yield Candidate("mark", text[:200], said("A mark to trace"), "tracing.new", {"mark": text[:200]})
    elif May.FIREARM_READ in work.actor.may:
        yield Candidate("mark", text[:64], said("A mark to look for"), "firearms.list", {"q": text[:64]})
