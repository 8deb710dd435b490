"""Rows of a register of firearms that are plainly good, judged by columns.

What a word stands for is asked once for all rows that have it, by the same reading as of a single row. A row
about which there is more to be said goes the way of single rows, which says it; both ways take a row for the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from registry.core.many import Columns
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
Keys = Mapping[int, int]
"""Keys of persons who are on record now, by their numbers below nought."""
_OF_CUSTODY = (
    "acquired_on", "disposed_on", "holder", "acquired_from", "disposed_to", "disposed_to_document",
    "document",
)  # fmt: skip


Step = tuple[str, date, int | None, int, str]
"""A step of custody: kind, day, giver, taker, number of an invoice. Parties by their keys, or as -1, -2 … of
the draft's persons.
"""


class Plain(NamedTuple):
    """Rows of a piece of which everything is known. told: what the cells of each field stand for, of marks
    as they were seen; steps: of each row, none where it is looked at by itself.
    """

    told: Mapping[str, Sequence[Any]]
    steps: list[tuple[Step, ...]]


_Custody = tuple[Day | None, Day | None, Who | None, Who | None, Who | None, str, str]
"""What these stand for: when it came and went, its keeper, giver and taker, the document of the taker, the
invoice.
"""


def judged(
    work: Work, known: Vocabulary, piece: Piece, closed: Mapping[int, date]
) -> list[Draft[Plain] | None]:
    """Each row, in their order; None where it has to be looked at by itself.

    What is new in a draft is the same of all rows; those with neither doubts nor persons share one.
    """
    if limited_to(work.actor, May.FIREARM_REGISTER) is not None or not is_country(work.home):
        return [None] * len(piece)
    told = {field: piece.stand_for(field, look) for field, look in _looks(work, known).items()}
    unsure = {n for own in told.values() if UNSURE in own for n, value in enumerate(own) if value is UNSURE}
    return _Judge(work.today, closed, piece, told).drafts(unsure)


def _looks(work: Work, known: Vocabulary) -> dict[str, Callable[[str], Any]]:
    """How the cells of each field are understood."""

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
    """Rules over what the words of rows stand for: those of a registration, in short."""

    def __init__(
        self, today: date, closed: Mapping[int, date], piece: Piece, told: Mapping[str, Sequence[Any]]
    ) -> None:
        self._today, self._closed = today, closed
        self._days = {name: piece.column(name) for name in ("acquired_on", "disposed_on")}
        self._new = Plain(told, [()] * len(piece))

    def drafts(self, unsure: Collection[int]) -> list[Draft[Plain] | None]:
        """Each row, but those about which a word leaves a doubt."""
        told, steps, clean = self._new.told, self._new.steps, Draft(self._new)
        found: list[Draft[Plain] | None] = []
        chains = zip(*(told[field] for field in _OF_CUSTODY), strict=True)
        marked = zip(told["serial"], told["registration"], told["year_made"], chains, strict=True)
        for n, (serial, registration, year, chain) in enumerate(marked):
            draft: Draft[Plain] | None = None
            if (serial or registration) and n not in unsure:
                own = self._sold(*chain)
                if own is None:
                    draft = Draft(self._new)
                    own = self._steps(n, chain, draft)
                else:
                    draft = clean
                if own is None or (own and year is not None and own[0][1].year < year):
                    draft = None
                else:
                    steps[n] = own
            found.append(draft)
        return found

    def _sold(
        self, came: Any, went: Any, holder: Any, source: Any, taker: Any, _document: str, paper: str
    ) -> tuple[Step, ...] | None:
        """The steps where all of both is told, by parties that are on record; None of any other row."""
        if not (came and went and came[1] and went[1] and holder.__class__ is taker.__class__ is int):
            return None
        first, last = came[0], went[0]
        if source.__class__ is str or taker == holder or not first <= last <= self._today:
            return None
        if self._closed and not self._are_open(holder, taker, first, last):
            return None
        giver = source if source != holder else None
        return ("acquired", first, giver, holder, ""), ("sold", last, holder, taker, paper)

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
        taken: Step = ("acquired", first, source if source != holder else None, holder, "")
        if taker is None or went is None:
            if taker is not None or went is not None:
                missing = "disposed_to" if taker is None else "disposed_on"
                draft.doubts.append(Doubt(missing, "", NOT_HANDED_ON))
            return (taken,) if first <= self._today and self._open(holder, first) else None
        last = went[0]
        if not first <= last <= self._today or taker == holder:
            return None
        if not self._are_open(holder, taker, first, last):
            return None
        return taken, ("sold", last, holder, taker, paper)

    def _partly(self, n: int, field: str, draft: Draft[Plain]) -> None:
        draft.doubts.append(Doubt(field, self._days[field][n][:200], PARTLY))

    def _are_open(self, holder: int, taker: int, first: date, last: date) -> bool:
        return self._open(holder, first) and self._open(holder, last) and self._open(taker, last)

    def _open(self, party: int, on: date) -> bool:
        """Whether a company had not closed on a day."""
        return party not in self._closed or on <= self._closed[party]


def _known(draft: Draft[Plain], party: Who | None, document: str = "") -> int | None:
    """The key of a party; of a person who is to be recorded a number below nought."""
    if not isinstance(party, str):
        return party
    draft.persons.append(PersonTold(party, document))
    return -len(draft.persons)


def ready(
    work: Work, plain: Plain, places: Sequence[int], chosen: Sequence[int], persons: Mapping[int, Keys]
) -> rows.Many:
    """Rows as they go on record. places: of each among all that do; chosen: which rows of the piece; persons:
    keys of a row's persons.
    """

    def of(field: str) -> list[Any]:
        return list(map(plain.told[field].__getitem__, chosen))

    chains = [_chain(plain.steps[n], persons.get(n)) for n in chosen]
    marks, counted = _marks(work, of)
    calibre, same = of("calibre"), partial(rows.repeat_for, chosen)
    firearm = (
        of("type"), of("action"), of("maker"), of("model"), calibre, calibre, of("country_made"),
        of("year_made"), same(""), [chain[-1][0] if chain else "" for chain in chains],
        [chain[-1][3] if chain else None for chain in chains], counted, same(0), list(map(len, chains)),
        same(work.now), same(1),
    )  # fmt: skip
    steps = [(n, at, *step) for n, chain in enumerate(chains) for at, step in enumerate(chain, 1)]
    return rows.Many(
        places,
        Columns(firearm),
        rows.plain_marks(work, marks),
        rows.plain_steps(work, steps),
        [(mark[0], mark[4]) for mark in marks if mark[2] == "manufacture"],
    )


def _chain(steps: tuple[Step, ...], persons: Keys | None) -> tuple[Step, ...]:
    """The steps with the keys of persons who are on record now."""
    if not persons:
        return steps
    return tuple(
        (kind, on, giver and persons.get(giver, giver), persons.get(taker, taker), paper)
        for kind, on, giver, taker, paper in steps
    )


def _marks(work: Work, of: Callable[[str], list[Any]]) -> tuple[list[rows.PlainMark], list[int]]:
    """The marks that rows tell; how many each row does."""
    marks = list[rows.PlainMark]()
    serials = of("serial")
    counted = [1 if text else 0 for text in serials]
    for n, (text, condition) in enumerate(zip(serials, of("mark_condition"), strict=True)):
        if text:
            marks.append((n, 1, "manufacture", text, key_of_mark(text), condition, None, None))
    for n, text in enumerate(of("registration")):
        if text:
            counted[n] += 1
            marks.append((n, counted[n], "registration", text, key_of_mark(text), "intact", work.home, None))
    for n, (state, year) in enumerate(zip(of("import_country"), of("import_year"), strict=True)):
        if state is not None:
            counted[n] += 1
            text = f"{state} {year}" if year else state
            marks.append((n, counted[n], "import", text, key_of_mark(text), "intact", state, year))
    return marks, counted
