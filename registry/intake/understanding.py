"""A row of an old register as a firearm: what can be entered, what is wrong, and what is in doubt. Pure.

Nothing is mended in silence: what was told and cannot be taken as it is stays beside the record, with why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Generic, NamedTuple, TypeVar

from registry.intake import dates, words
from registry.intake.columns import plain
from registry.marks.reading import acceptable_text, is_placeholder
from schemas.firearms import CustodyNew, FirearmNew, MarkNew
from schemas.vocabulary import (
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    MarkCondition,
    MarkKind,
)
from schemas.words import said

New = TypeVar("New")
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
"""What spreadsheets write where a formula has no value."""
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]{2,3}", re.ASCII | re.IGNORECASE)
PERSON = "person:"
"""How a person who is not on record yet is named in a draft, before the number there."""
SEVERAL = said("Several companies are called so: tell the number of the one.")
PARTLY = said("Only a part of the day is told: it stands for the first day of it.")
NOBODY_KEPT_IT = said("Nobody is told who kept it: its steps are not taken.")
NO_DAY = said("No day is told: who had it is not taken as a step.")
DAY_HANDED_ON = said("No day is told: it stands for the day it was handed on.")
NOT_HANDED_ON = said("It is missing: that it was handed on is not taken as a step.")
UNSURE: Final = object()
"""Of a cell about which there is more to be said than what it stands for."""


class Suggest(NamedTuple):
    """value: what a word stands for, None where nobody knows; near: what it may stand for, in words."""

    value: str | None
    near: str = ""
    why: str = said("Nobody knows this.")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: the row is not entered. suggestion: what may be meant."""

    field: str
    value: str
    reason: str
    suggestion: str = ""


@dataclass(frozen=True)
class Doubt:
    """What was told and is not taken as it is; value: "" where it may name a person."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class PersonTold:
    """Somebody whom the register names and who is on record nowhere."""

    name: str
    document: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """How words are looked up: makers, calibres, parties, companies; of a firearm's chain a party that nobody
    knows is a person.

    Companies may share a name: then the register has to tell the number of the one.

    aliases: (field, plain word) to what a person said it stands for. home: the State of the registry.
    held: what is to stay at hand while rows are understood.
    """

    home: str
    maker: Callable[[str], Suggest]
    calibre: Callable[[str], Suggest]
    party: Callable[[str], Sequence[str]]
    company: Callable[[str], Suggest]
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    held: object = ()


@dataclass
class Draft(Generic[New]):
    """A row as it is understood. new: what would be entered; persons: by the number in their placeholder."""

    new: New | None = None
    persons: list[PersonTold] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def understand(told: Mapping[str, str], known: Vocabulary) -> Draft[FirearmNew]:
    """The row, by the names of our fields; its faults, if it has any, are why it cannot be entered."""
    return _Reader(told, known).read()


def stands_for(name: str, text: str, known: Vocabulary) -> Any:
    """What a cell of a field stands for, whatever else its row tells; UNSURE where more is to be said of it.

    Of a party its number; of a person who is on record nowhere the placeholder.
    """
    reader = _Reader({name: text}, known)
    found = _ALONE[name](reader)
    return UNSURE if reader.draft.faults or reader.draft.doubts else found


def spoilt(text: str) -> str | None:
    """What a spreadsheet did to a cell, so that it no longer tells what was in it."""
    if text.upper() in ERRORS:
        return said("It is an error of the spreadsheet, not a value.")
    if _SHORTENED.fullmatch(text):
        return said("The spreadsheet shortened this number: keep the column as text.")
    return None


class _Reader:
    def __init__(self, told: Mapping[str, str], known: Vocabulary) -> None:
        self.told, self.known = told, known
        self.draft: Draft[FirearmNew] = Draft()

    def read(self) -> Draft[FirearmNew]:
        maker = self._looked_up("maker", self.known.maker)
        calibre = self._looked_up("calibre", self.known.calibre)
        country = self._state("country_made", needed=True)
        kind = self._listed("type", words.OF_TYPE, FirearmType.UNKNOWN)
        action = self._listed("action", words.OF_ACTION, FirearmAction.UNKNOWN)
        year, marks = self._year("year_made"), self._marks()
        custody = self._custody()
        if not self.draft.faults:
            self.draft.new = FirearmNew(
                FirearmType(kind),
                FirearmAction(action),
                maker or "",
                calibre or "",
                country or "",
                self._text("model", 80),
                year,
                marks=tuple(marks),
                custody=tuple(custody),
            )
        return self.draft

    def _cell(self, name: str) -> str:
        return self.told.get(name, "").strip()

    def _fault(self, name: str, reason: str, suggestion: str = "") -> None:
        self.draft.faults.append(Fault(name, self._cell(name)[:200], reason, suggestion))

    def _doubt(self, name: str, reason: str, *, shown: bool = True) -> None:
        self.draft.doubts.append(Doubt(name, self._cell(name)[:200] if shown else "", reason))

    def _text(self, name: str, longest: int) -> str:
        text = self._cell(name)
        if (why := spoilt(text)) is not None:
            self._fault(name, why)
        elif len(text) > longest:
            self._fault(name, said("At most %(most)s characters.", most=longest))
        elif not text.isprintable():
            self._fault(name, said("It holds characters that cannot be shown."))
        return text

    def _alias(self, name: str, text: str) -> str | None:
        return self.known.aliases.get((name, plain(text)))

    def _looked_up(self, name: str, find: Callable[[str], Suggest]) -> str | None:
        text = self._text(name, 200)
        if not text:
            self._fault(name, said("It is missing."))
            return None
        if (meant := self._alias(name, text)) is not None:
            return meant
        found = find(text)
        if found.value is None:
            self._fault(name, found.why, found.near)
        return found.value

    def _listed(self, name: str, known: Mapping[str, str], otherwise: str) -> str:
        text = self._text(name, 80)
        if not text:
            return otherwise
        found = self._alias(name, text) or known.get(plain(text))
        if found is None:
            near = next((value for key, value in known.items() if key.startswith(plain(text)[:4])), "")
            self._fault(name, said("Nobody knows this."), near)
            return otherwise
        return found

    def _state(self, name: str, *, needed: bool) -> str | None:
        text = self._text(name, 80)
        if not text:
            if needed:
                self._fault(name, said("It is missing."))
            return None
        found = words.states().get(plain(text))
        if found is None:
            near = next((code for key, code in words.states().items() if key.startswith(plain(text)[:4])), "")
            self._fault(name, said("No State is called so."), near)
        return found

    def _year(self, name: str) -> int | None:
        text = self._cell(name)
        if not text:
            return None
        if len(text) == 4 and text.isascii() and text.isdigit() and int(text) > 1300:
            return int(text)
        self._fault(name, said("A year has four figures."))
        return None

    def _marks(self) -> list[MarkNew]:
        serial, registration = self._cell("serial"), self._cell("registration")
        condition = MarkCondition(self._listed("mark_condition", words.OF_CONDITION, MarkCondition.INTACT))
        marks = []
        if serial and not is_placeholder(serial):
            marks.append(MarkNew(MarkKind.MANUFACTURE, serial, condition=condition))
        elif serial:
            self._doubt("serial", said("It stands for a missing serial."))
            marks.append(MarkNew(MarkKind.MANUFACTURE, condition=MarkCondition.OBLITERATED))
        if registration:
            marks.append(MarkNew(MarkKind.REGISTRATION, registration, country=self.known.home))
        if not any(mark.text for mark in marks):
            words_ = said("It bears no number by which it can be found: give it a registration mark.")
            self._fault("serial", words_)
        for name, mark in (("serial", serial), ("registration", registration)):
            if (why := spoilt(mark)) is not None:
                self._fault(name, why)
            elif mark and (refused := acceptable_text(mark, name)):
                self._fault(name, refused[0].message)
        if (state := self._state("import_country", needed=False)) is not None:
            year = self._year("import_year")
            text = f"{state} {year}" if year else state
            marks.append(MarkNew(MarkKind.IMPORT, text, country=state, year=year))
        return marks

    def _party(self, name: str, document: str = "") -> str | None:
        """Number of the party that a cell names, or of a person to be recorded; None for an empty cell."""
        text = self._text(name, 200)
        if not text:
            return None
        known = self.known.party(text)
        if len(known) > 1:
            self._fault(name, SEVERAL, ", ".join(known))
        if known:
            return known[0]
        self.draft.persons.append(PersonTold(text, self._text(document, 60) if document else ""))
        return f"{PERSON}{len(self.draft.persons) - 1}"

    def _day(self, name: str) -> date | None:
        text = self._cell(name)
        if not text:
            return None
        found = dates.read(text)
        if found is None:
            self._fault(name, said("It is no day, month or year."), "2020-12-31")
            return None
        day, whole = found
        if not whole:
            self._doubt(name, PARTLY)
        return day

    def _custody(self) -> list[CustodyNew]:
        """What the register tells of who had it: taken into stock, handed on."""
        came, went = self._day("acquired_on"), self._day("disposed_on")
        holder = self._party("holder")
        source, taker = self._party("acquired_from"), self._party("disposed_to", "disposed_to_document")
        if holder is None:
            if came or went or source or taker:
                self._doubt("holder", NOBODY_KEPT_IT)
            return []
        if came is None and went is None:
            self._doubt("acquired_on", NO_DAY)
            return []
        if came is None:
            self._doubt("acquired_on", DAY_HANDED_ON)
        first = CustodyNew(
            CustodyKind.ACQUIRED, came or went or date.min, source if source != holder else None, holder
        )
        if taker is None or went is None:
            if taker is not None or went is not None:
                missing = "disposed_to" if taker is None else "disposed_on"
                self._doubt(missing, NOT_HANDED_ON)
            return [first]
        paper = self._text("document", 80)
        kind = DocumentKind.INVOICE if paper else None
        sold = CustodyNew(CustodyKind.SOLD, went, holder, taker, document_kind=kind, document_number=paper)
        return [first, sold]


_ALONE: Mapping[str, Callable[[_Reader], Any]] = {
    "maker": lambda cell: cell._looked_up("maker", cell.known.maker),
    "calibre": lambda cell: cell._looked_up("calibre", cell.known.calibre),
    "country_made": lambda cell: cell._state("country_made", needed=True),
    "type": lambda cell: cell._listed("type", words.OF_TYPE, FirearmType.UNKNOWN),
    "action": lambda cell: cell._listed("action", words.OF_ACTION, FirearmAction.UNKNOWN),
    "model": lambda cell: cell._text("model", 80),
    "year_made": lambda cell: cell._year("year_made"),
    "mark_condition": lambda cell: cell._listed("mark_condition", words.OF_CONDITION, MarkCondition.INTACT),
    "import_country": lambda cell: cell._state("import_country", needed=False),
    "holder": lambda cell: cell._party("holder"),
    "disposed_to_document": lambda cell: cell._text("disposed_to_document", 60),
    "document": lambda cell: cell._text("document", 80),
}
