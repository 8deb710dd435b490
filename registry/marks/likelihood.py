"""How likely a mark was read as it was, if it is what a record says.

Cost 0 is as it was read; more is less likely. Costs are about ten times the negative decimal logarithm of
how often it happens, by judgement: look-alikes are confused oftenest, then what wear and engraving make
alike, then neighbours that change places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter

from registry.marks.patterns import ANY, STAR
from registry.marks.reading import fold_key, in_latin
from schemas.words import Said, said

LOOK_ALIKE, WORN, SWAPPED, DOUBTED, OTHER = 2, 4, 5, 3, 9
ENDS, EACH_AT_END, WITHIN = 4, 1, 7
LAST = 18
"""Beyond this cost a mark is another one."""
_ALIKE_WHEN_WORN = """
17 38 3B 9G 69 68 8G 4A 7T 7Z 7Y CG CO C0 C6 EF EB PR PF PB RB KX KR KH MN MH NH NK WV WM WN VY
UJ UO U0 TY TI IJ 1J 1T XY HK HA AR LE 3E 35 56 58 S8 09 90 B6 ИN ИH ЯR ЯA Ч4 ЗB Г1 ГT ГF ДA
Д0 ЛA ЛN ПN ПH ЦU ЦV ШW ШM Ы6 ЬB Ь6 БB Б6 Б5 Э3 Ю1 ЖX ЖK ФO Ф0 Ф8 ЙN ЙИ
"""
_WORN = frozenset(map(frozenset, _ALIKE_WHEN_WORN.split()))


class Slip(StrEnum):
    """What may have happened between the mark and its reading."""

    CONFUSED = "confused"
    SWAPPED = "swapped"
    MISSED = "missed"  # on the record and not read
    ADDED = "added"  # read and not on the record


_TOLD = {
    Slip.CONFUSED: said("The record has %(recorded)s for %(seen)s at place %(place)s."),
    Slip.SWAPPED: said("The record has %(recorded)s for %(seen)s at place %(place)s: they changed places."),
    Slip.MISSED: said("The record has %(recorded)s after place %(place)s of what was read."),
    Slip.ADDED: said("The record lacks %(seen)s at place %(place)s."),
}


@dataclass(frozen=True)
class Difference:
    """One slip. place: in what was read, from 1; seen: what was read; recorded: what the record has."""

    slip: Slip
    place: int
    seen: str
    recorded: str

    @property
    def told(self) -> Said:
        """The slip as a sentence."""
        if self.slip is Slip.MISSED and self.place == 1:
            return said("The record begins with %(recorded)s, which was not read.", recorded=self.recorded)
        return said(_TOLD[self.slip], recorded=self.recorded, seen=self.seen, place=self._shown_place)

    @property
    def _shown_place(self) -> int:
        """What is missing stands after a place of what was read, everything else at one."""
        return self.place - 1 if self.slip is Slip.MISSED else self.place


@dataclass(frozen=True)
class Likelihood:
    cost: int
    differences: tuple[Difference, ...] = ()


@lru_cache(maxsize=8192)
def _substituted(cell: str, character: str) -> int:
    """The cost of reading a cell where a record has this character."""
    if cell == ANY:
        return 0
    if (place := in_latin(cell).find(in_latin(character))) >= 0:
        return place
    likely = [fold_key(c) == fold_key(character) for c in cell if c != ANY]
    if any(likely):
        return LOOK_ALIKE
    if ANY in cell:
        return DOUBTED
    return min(_confused(seen, character) for seen in cell)


def _confused(seen: str, recorded: str) -> int:
    if frozenset((seen, recorded)) in _WORN or frozenset((fold_key(seen), fold_key(recorded))) in _WORN:
        return WORN
    return OTHER


def cost_of(cells: Sequence[str], key: str) -> int:
    """The cost alone; without weighing every way where both are equally long."""
    if len(cells) != len(key) or STAR in cells:
        return likelihood(cells, key).cost
    return sum(cost for _, cost, _ in _side_by_side(cells, key))


def _side_by_side(cells: Sequence[str], key: str) -> Iterator[tuple[int, int, bool]]:
    """(place, cost, whether it and the next changed places) of each cell against its character."""
    place = 0
    while place < len(cells):
        swapped = place + 1 < len(cells) and _are_swapped(cells, key, place + 2, place + 2)
        yield place, SWAPPED if swapped else _substituted(cells[place], key[place]), swapped
        place += 2 if swapped else 1


def differences(cells: Sequence[str], key: str) -> tuple[Difference, ...]:
    """What must have been misread, in the way of the least cost."""
    if len(cells) != len(key) or STAR in cells:
        return likelihood(cells, key).differences
    found = []
    for place, cost, swapped in _side_by_side(cells, key):
        if swapped:
            seen, recorded = "".join(cells[place : place + 2]), key[place : place + 2]
            found.append(Difference(Slip.SWAPPED, place + 1, seen, recorded))
        elif cost and key[place] not in cells[place]:
            found.append(_confusion(cells[place], place + 1, key[place]))
    return tuple(found)


def _confusion(cell: str, place: int, recorded: str) -> Difference:
    seen = cell if len(cell) == 1 else f"[{cell}]"
    return Difference(Slip.CONFUSED, place, seen, recorded)


_Way = tuple[int, tuple[Difference, ...]]


def likelihood(cells: Sequence[str], key: str) -> Likelihood:
    """The least cost of all ways in which this reading can come from this normal form.

    In time proportional to the product of their lengths.
    """
    before: list[_Way] = []
    row = _first_row(key)
    for n, cell in enumerate(cells, 1):
        older, before = before, row
        row = [_first_way(cells, n, before[0])]
        for m in range(1, len(key) + 1):
            ways = [_same_place(cells, key, n, m, before[m - 1]), _extra(cells, key, n, m, before[m])]
            ways.append(_missed(cells, key, n, m, row[m - 1]))
            if n > 1 and m > 1 and cell != STAR and _are_swapped(cells, key, n, m):
                cost, slips = older[m - 2]
                swap = Difference(Slip.SWAPPED, n - 1, cells[n - 2] + cell, key[m - 2 : m])
                ways.append((cost + SWAPPED, (*slips, swap)))
            row.append(min(ways, key=itemgetter(0)))
    return Likelihood(*row[-1])


def _first_row(key: str) -> list[_Way]:
    """Characters of the record before the first that was read."""
    row: list[_Way] = [(0, ())]
    for m in range(1, len(key) + 1):
        row.append((ENDS + EACH_AT_END * m, (Difference(Slip.MISSED, 1, "", key[:m]),)))
    return row


def _first_way(cells: Sequence[str], n: int, above: _Way) -> _Way:
    """What was read before the first character of the record."""
    cost, slips = above
    if cells[n - 1] == STAR:
        return above
    start = ENDS if n == 1 else 0
    return cost + start + EACH_AT_END, (*slips, Difference(Slip.ADDED, n, cells[n - 1], ""))


def _same_place(cells: Sequence[str], key: str, n: int, m: int, way: _Way) -> _Way:
    cell, character = cells[n - 1], key[m - 1]
    if cell == STAR:
        return way
    cost = _substituted(cell, character)
    if not cost or character in cell:
        return way[0] + cost, way[1]
    return way[0] + cost, (*way[1], _confusion(cell, n, character))


def _extra(cells: Sequence[str], key: str, n: int, m: int, way: _Way) -> _Way:
    """The cell was read, and the record has nothing there."""
    cell = cells[n - 1]
    if cell == STAR:
        return way
    return way[0] + WITHIN, (*way[1], Difference(Slip.ADDED, n, cell, ""))


def _missed(cells: Sequence[str], key: str, n: int, m: int, way: _Way) -> _Way:
    """The record has a character that was not read."""
    if cells[n - 1] == STAR:
        return way
    cost, slips = way
    at_end = n == len(cells)
    if slips and slips[-1].slip is Slip.MISSED and slips[-1].place == n + 1:
        longer = Difference(Slip.MISSED, n + 1, "", slips[-1].recorded + key[m - 1])
        return cost + (EACH_AT_END if at_end else WITHIN), (*slips[:-1], longer)
    price = ENDS + EACH_AT_END if at_end else WITHIN
    return cost + price, (*slips, Difference(Slip.MISSED, n + 1, "", key[m - 1]))


def _are_swapped(cells: Sequence[str], key: str, n: int, m: int) -> bool:
    first, second = cells[n - 2], cells[n - 1]
    return first != second and first == key[m - 1] and second == key[m - 2]
