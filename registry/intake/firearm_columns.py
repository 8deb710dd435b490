"""Rows of a register of firearms that are plainly good, judged by columns.

What a word stands for is asked once for all rows that have it, by the same reading as of a single row. A row
about which there is more to be said goes the way of single rows, which says it; both ways take a row for the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from registry.core.numbers import key_of
from registry.core.work import Work, limited_to
from registry.directory import calibres
from registry.directory.countries import is_country
from registry.directory.tables import Party
from registry.firearms import rows
from registry.firearms.queries import key_of_mark
from registry.intake import dates, understanding
from registry.intake.pieces import Piece
from registry.intake.understanding import (
    DAY_HANDED_ON,
    NO_DAY,
    NOBODY_KEPT_IT,
    NOT_HANDED_ON,
    PARTLY,
    UNSURE,
    Doubt,
    Draft,
    PersonTold,
    Vocabulary,
)
from schemas.vocabulary import May, PartyKind

_PLAIN_MARK = re.compile(r"(?=[^1-9]*[1-9])[0-9A-Za-z ./-]{1,64}")
"""A mark of which nothing has to be said: of these characters, with a figure that no placeholder has."""
_PLAIN_TEXT = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]{0,59}")
"""A text of which nothing has to be said in any field."""
_NEVER = (date.min, True)
Day = tuple[date, bool]
"""A day, and whether all of it was told."""
Who = int | str
"""The key of a party on record, or the name of a person who is not."""


class Step(NamedTuple):
    """A step of custody. giver, taker: keys of parties, or -1, -2 … of the draft's persons."""

    kind: str
    on: date
    giver: int | None
    taker: int
    paper: str = ""


class Plain(NamedTuple):
    """A row of which everything is known. serial, registration: as seen; brought_in: State and year."""

    maker: int
    calibre: str
    country: str
    type: str
    action: str
    model: str
    year: int | None
    condition: str
    serial: str
    registration: str
    brought_in: tuple[str, int | None] | None
    steps: tuple[Step, ...]


_Custody = tuple[Day | None, Day | None, Who | None, Who | None, Who | None, str, str]
"""When it came and went, its keeper, giver and taker, the document of the taker, the invoice."""


def judged(
    work: Work, known: Vocabulary, piece: Piece, closed: Mapping[int, date]
) -> list[Draft[Plain] | None]:
    """Each row, in their order; None where it has to be looked at by itself."""
    if limited_to(work.actor, May.FIREARM_REGISTER) is not None or not is_country(work.home):
        return [None] * len(piece)
    columns = [piece.stand_for(field, look) for field, look in _looks(work, known).items()]
    unsure = {n for told in columns if UNSURE in told for n, value in enumerate(told) if value is UNSURE}
    judge = _Judge(work.today, closed, piece)
    rows = enumerate(zip(*columns, strict=True))
    return [None if n in unsure else judge.draft(n, values) for n, values in rows]


def _looks(work: Work, known: Vocabulary) -> dict[str, Callable[[str], Any]]:
    """How the cells of each field are understood, in the order of Plain and _Custody."""

    def alone(field: str) -> Callable[[str], Any]:
        return lambda text: understanding.stands_for(field, text, known)

    def maker(text: str) -> Any:
        key = _key(understanding.stands_for("maker", text, known))
        row = None if key is None else work.session.get(Party, key)
        return UNSURE if row is None or row.kind == PartyKind.PERSON else key

    def clear(field: str) -> Callable[[str], Any]:
        look = alone(field)
        return lambda text: text if _PLAIN_TEXT.fullmatch(text) else look(text)

    def calibre(text: str) -> Any:
        told = understanding.stands_for("calibre", text, known)
        found = None if told is UNSURE else calibres.find(told)
        return UNSURE if found is None or found.code != told else told

    def year(text: str) -> Any:
        told = understanding.stands_for("year_made", text, known)
        return UNSURE if isinstance(told, int) and told > work.today.year else told

    def party(text: str) -> Any:
        told = understanding.stands_for("holder", text, known)
        return told if told is UNSURE or told is None else _key(told) or text

    return {
        "maker": maker,
        "calibre": calibre,
        "country_made": alone("country_made"),
        "type": alone("type"),
        "action": alone("action"),
        "model": clear("model"),
        "year_made": year,
        "mark_condition": alone("mark_condition"),
        "serial": _mark,
        "registration": _mark,
        "import_country": alone("import_country"),
        "import_year": year,
        "acquired_on": _day,
        "disposed_on": _day,
        "holder": party,
        "acquired_from": party,
        "disposed_to": party,
        "disposed_to_document": clear("disposed_to_document"),
        "document": clear("document"),
    }


def _key(number: Any) -> int | None:
    return None if number is UNSURE else key_of("P", number)


def _mark(text: str) -> Any:
    return text if not text or _PLAIN_MARK.fullmatch(text) else UNSURE


def _day(text: str) -> Any:
    return (dates.read(text) or UNSURE) if text else None


class _Judge:
    """Rules over what the words of a row stand for: those of a registration, in short."""

    def __init__(self, today: date, closed: Mapping[int, date], piece: Piece) -> None:
        self._today, self._closed = today, closed
        self._days = {name: piece.column(name) for name in ("acquired_on", "disposed_on")}

    def draft(self, n: int, values: tuple[Any, ...]) -> Draft[Plain] | None:
        serial, registration, imported, imported_in = values[8:12]
        if not serial and not registration:
            return None
        draft: Draft[Plain] = Draft()
        steps, year = self._steps(n, values[12:], draft), values[6]
        if steps is None or (steps and year is not None and steps[0].on.year < year):
            return None
        brought_in = None if imported is None else (imported, imported_in)
        draft.new = Plain._make((*values[:10], brought_in, steps))
        return draft

    def _steps(self, n: int, told: _Custody, draft: Draft[Plain]) -> tuple[Step, ...] | None:
        """What is taken as steps; what is not, and persons who are to be recorded, go into the draft.

        None where something may speak against the chain; what that is, is said by the rules themselves.
        """
        came, went, holder, source, taker, document, paper = told
        if came is not None and not came[1]:
            self._partly(n, "acquired_on", draft)
        if went is not None and not went[1]:
            self._partly(n, "disposed_on", draft)
        holder, source = _known(draft, holder), _known(draft, source)
        taker = _known(draft, taker, document)
        if holder is None:
            if came or went or source or taker:
                draft.doubts.append(Doubt("holder", "", NOBODY_KEPT_IT))
            return ()
        if came is None and went is None:
            draft.doubts.append(Doubt("acquired_on", "", NO_DAY))
            return ()
        if came is None:
            draft.doubts.append(Doubt("acquired_on", "", DAY_HANDED_ON))
        first, _ = came or went or _NEVER
        taken = Step("acquired", first, source if source != holder else None, holder)
        if taker is None or went is None:
            if taker is not None or went is not None:
                missing = "disposed_to" if taker is None else "disposed_on"
                draft.doubts.append(Doubt(missing, "", NOT_HANDED_ON))
            return (taken,) if first <= self._today and self._open(holder, first) else None
        last = went[0]
        if not first <= last <= self._today or taker == holder:
            return None
        if not (self._open(holder, first) and self._open(holder, last) and self._open(taker, last)):
            return None
        return taken, Step("sold", last, holder, taker, paper)

    def _partly(self, n: int, field: str, draft: Draft[Plain]) -> None:
        draft.doubts.append(Doubt(field, self._days[field][n][:200], PARTLY))

    def _open(self, party: int, on: date) -> bool:
        """Whether a company had not closed on a day."""
        return party not in self._closed or on <= self._closed[party]


def _known(draft: Draft[Plain], party: Who | None, document: str = "") -> int | None:
    """The key of a party; of a person who is to be recorded a number below nought."""
    if not isinstance(party, str):
        return party
    draft.persons.append(PersonTold(party, document))
    return -len(draft.persons)


def ready(work: Work, plain: Plain, persons: Mapping[int, int]) -> rows.Ready:
    """The row as it goes on record. persons: keys of the draft's persons, by their number below nought."""
    at, marks, serials = work.now, list[rows.Values](), tuple[str, ...]()
    if plain.serial:
        key = key_of_mark(plain.serial)
        serials = (key,)
        marks.append(rows.plain_mark(1, "manufacture", plain.serial, key, plain.condition, None, None, at))
    if plain.registration:
        key, n = key_of_mark(plain.registration), len(marks) + 1
        marks.append(
            rows.plain_mark(n, "registration", plain.registration, key, "intact", work.home, None, at)
        )
    if plain.brought_in is not None:
        state, year = plain.brought_in
        text = f"{state} {year}" if year else state
        marks.append(
            rows.plain_mark(len(marks) + 1, "import", text, key_of_mark(text), "intact", state, year, at)
        )
    steps = plain.steps
    if persons:
        steps = tuple(
            step._replace(
                giver=step.giver and persons.get(step.giver, step.giver),
                taker=persons.get(step.taker, step.taker),
            )
            for step in steps
        )
    custody = tuple(rows.plain_step(work, n, *step) for n, step in enumerate(steps, 1))
    status, holder = (plain.steps[-1].kind, custody[-1][4]) if custody else ("", None)
    firearm = (
        plain.type, plain.action, plain.maker, plain.model, plain.calibre, plain.calibre, plain.country,
        plain.year, "", status, holder, len(marks), 0, len(custody), at, 1,
    )  # fmt: skip
    return rows.Ready(firearm, tuple(marks), custody, serials)
