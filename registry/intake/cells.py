"""What cells of a row stand for: texts, days, States, words of closed lists, parties on record. Pure.

Nothing is mended in silence: what cannot be taken is a fault of its cell, what is not told whole a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.intake import dates, words
from registry.intake.columns import Columns, plain
from registry.intake.understanding import Doubt, Fault, Suggest, Vocabulary, spoilt
from schemas.intake_vocabulary import AliasField
from schemas.words import said

LONGEST = 2000
UNKNOWN = said("Nobody knows this.")
MISSING = said("It is missing.")
_YES = ("yes", "sim", "sí", "oui", "ja", "نعم", "true", "x", "1", "y", "s")
_NO = ("no", "não", "non", "nein", "لا", "false", "0", "n")
_SAID = {plain(word): meant for words_, meant in ((_YES, True), (_NO, False)) for word in words_}


@dataclass
class Cells:
    """One row while it is read. told: by the names of our fields."""

    told: Mapping[str, str]
    known: Vocabulary
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def fault(self, name: str, reason: str, suggestion: str = "") -> None:
        """The row cannot be entered, since of this cell."""
        self.faults.append(Fault(name, self.text(name)[:200], reason, suggestion[:200]))

    def text(self, name: str) -> str:
        """What stands there."""
        return self.told.get(name, "").strip()

    def spoilt(self, name: str) -> bool:
        """Whether a spreadsheet spoilt what stood there, or it is too much: then that is a fault."""
        found = self.text(name)
        why = spoilt(found)
        if why is None and len(found) > LONGEST:
            why = said("At most %(most)s characters.", most=LONGEST)
        if why is not None:
            self.fault(name, why)
        return why is not None


Reader = Callable[[Cells, str], Any]
"""What a cell that is not empty stands for; None where it is a fault."""


def text(cells: Cells, name: str) -> str:
    """A text as it is."""
    return cells.text(name)


def state(cells: Cells, name: str) -> str | None:
    """A State, by its code or its name in several languages."""
    told = cells.text(name)
    found = words.states().get(plain(told))
    if found is None:
        near = next((code for key, code in words.states().items() if key.startswith(plain(told)[:4])), "")
        cells.fault(name, said("No State is called so."), near)
    return found


def day(cells: Cells, name: str) -> str | None:
    """A day, ISO 8601; of a part of one the first day, and that is said."""
    told = cells.text(name)
    found = dates.read(told)
    if found is None:
        cells.fault(name, said("It is no day, month or year."), "2020-12-31")
        return None
    if not found[1]:
        why = said("Only a part of the day is told: it stands for the first day of it.")
        cells.doubts.append(Doubt(name, told[:200], why))
    return found[0].isoformat()


def whole_day(cells: Cells, name: str) -> str | None:
    """A day that is told whole; a part of one is not taken, and that is said without it."""
    found = dates.read(cells.text(name))
    if found is None:
        cells.fault(name, said("It is no day, month or year."), "2020-12-31")
        return None
    if not found[1]:
        cells.doubts.append(Doubt(name, "", said("Only a part of the day is told: it is not taken.")))
        return None
    return found[0].isoformat()


def number(cells: Cells, name: str) -> int | None:
    """A whole number; points, commas and spaces between thousands do not count."""
    told = cells.text(name)
    figures = "".join(c for c in told if c not in " .,'\u00a0\u202f")
    grouped = all(len(part) == 3 for part in _parts(told)[1:])
    if figures.isascii() and figures.isdecimal() and len(figures) < 16 and grouped:
        return int(figures)
    cells.fault(name, said("It is no whole number."))
    return None


def _parts(told: str) -> list[str]:
    for separator in ".,'\u00a0\u202f":
        told = told.replace(separator, " ")
    return told.split()


def yes(cells: Cells, name: str) -> bool | None:
    """Yes or no, in several languages."""
    found = _SAID.get(plain(cells.text(name)))
    if found is None:
        cells.fault(name, UNKNOWN, "yes, no")
    return found


def word(known: Mapping[str, str], alias: AliasField) -> Reader:
    """A word of a closed list, or one that a person said stands for such."""

    def read(cells: Cells, name: str) -> str | None:
        told = plain(cells.text(name))
        found = cells.known.aliases.get((alias, told)) or known.get(told)
        if found is None:
            near = next((value for key, value in known.items() if key.startswith(told[:4] or "-")), "")
            cells.fault(name, UNKNOWN, near)
        return found

    return read


def _looked_up(cells: Cells, name: str, find: Callable[[str], Suggest], alias: AliasField) -> str | None:
    told = cells.text(name)
    if (meant := cells.known.aliases.get((alias, plain(told)))) is not None:
        return meant
    found = find(told)
    if found.value is None:
        cells.fault(name, found.why, found.near)
    return found.value


def maker(cells: Cells, name: str) -> str | None:
    """A maker on record, by number or name."""
    return _looked_up(cells, name, cells.known.maker, AliasField.MAKER)


def calibre(cells: Cells, name: str) -> str | None:
    """A calibre, by any of its names."""
    return _looked_up(cells, name, cells.known.calibre, AliasField.CALIBRE)


def party(cells: Cells, name: str) -> str | None:
    """A legal person on record by number or name, or whoever has this number."""
    return _looked_up(cells, name, cells.known.company, AliasField.PARTY)


@dataclass(frozen=True)
class Cell:
    """A field of a row. names: of its column, with commas between them; read: what it stands for; to: its
    name in the shape of the act.

    needed: without it nothing can be entered. party: it names a party; person: it may name people.
    settled: its words may stand for something else, once a person has said so.
    """

    names: str
    read: Reader = text
    to: str = ""
    needed: bool = False
    party: bool = False
    person: bool = False
    settled: AliasField | None = None


def columns(fields: Mapping[str, Cell]) -> Columns:
    """The columns of a register with these fields."""
    return Columns(
        {name: [*map(str.strip, one.names.split(","))] for name, one in fields.items()},
        [name for name, one in fields.items() if one.needed],
        frozenset(name for name, one in fields.items() if one.party),
        frozenset(name for name, one in fields.items() if one.person),
        {name: one.settled for name, one in fields.items() if one.settled},
    )


def read(cells: Cells, fields: Mapping[str, Cell]) -> dict[str, Any]:
    """What a row tells, by the names of the act's shape; what is missing or wrong is among its faults."""
    found: dict[str, Any] = {}
    for name, one in fields.items():
        if cells.text(name):
            value = None if cells.spoilt(name) else one.read(cells, name)
            if value is not None:
                found[one.to or name] = value
        elif one.needed:
            cells.fault(name, MISSING)
    return found
