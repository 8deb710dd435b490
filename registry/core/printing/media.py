"""What labels are printed on: sheets with places, and rolls. Millimetres from the upper left corner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from registry.core.errors import Invalid, Unmet
from schemas.label_vocabulary import MediumKind
from schemas.words import said

SMALLEST, LARGEST = 10.0, 420.0
MOST_PLACES = 400
_ROUNDING = 0.05


@dataclass(frozen=True)
class Medium:
    """width, height: of a label. Of a sheet also page, rows and columns, the way to the first label (left,
    top) and from one to the next (across, down).
    """

    kind: MediumKind
    width: float
    height: float
    page: tuple[float, float] = (0.0, 0.0)
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    across: float = 0.0
    down: float = 0.0

    @property
    def places(self) -> int:
        """Labels to a sheet."""
        return self.columns * self.rows

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height of a page."""
        return self.page if self.kind is MediumKind.SHEET else (self.width, self.height)

    def corner(self, place: int) -> tuple[float, float]:
        """From the upper left corner of the page to that of a label; places count from 0 along the rows."""
        row, column = divmod(place, self.columns)
        return self.left + column * self.across, self.top + row * self.down


def roll(width: float, height: float) -> Medium:
    """One label after the other."""
    return Medium(MediumKind.ROLL, width, height)


def _sheet(
    page: tuple[float, float], grid: tuple[int, int], size: tuple[float, float], first: tuple[float, float],
    step: tuple[float, float],
) -> Medium:  # fmt: skip
    return Medium(MediumKind.SHEET, *size, page, *grid, *first, *step)


A4, LETTER = (210.0, 297.0), (215.9, 279.4)
MEDIA: Mapping[str, Medium] = MappingProxyType(
    {
        "a4-2x7": _sheet(A4, (2, 7), (99.1, 38.1), (4.65, 15.15), (101.6, 38.1)),  # Avery L7163
        "a4-2x5": _sheet(A4, (2, 5), (99.1, 57), (4.65, 6), (101.6, 57)),  # Avery L7173
        "a4-3x8": _sheet(A4, (3, 8), (70, 37), (0, 0.5), (70, 37)),  # Avery 3474
        "a4-2x2": _sheet(A4, (2, 2), (99.1, 139), (4.65, 9.5), (101.6, 139)),  # Avery L7169
        "a4-5x13": _sheet(A4, (5, 13), (38.1, 21.2), (4.7, 10.7), (40.65, 21.2)),  # Avery L7651
        "a4-1x1": _sheet(A4, (1, 1), (199.6, 289.1), (5.2, 3.95), (199.6, 289.1)),  # Avery L7167
        "letter-2x5": _sheet(LETTER, (2, 5), (101.6, 50.8), (4, 12.7), (106.4, 50.8)),  # Avery 5163
        "letter-3x10": _sheet(LETTER, (3, 10), (66.7, 25.4), (4.8, 12.7), (69.85, 25.4)),  # Avery 5160
        "letter-2x2": _sheet(LETTER, (2, 2), (101.6, 127), (4, 12.7), (106.4, 127)),  # Avery 5168
        "roll-100x150": roll(100, 150),
        "roll-105x148": roll(105, 148),
        "roll-148x210": roll(148, 210),
        "roll-100x70": roll(100, 70),
        "roll-100x60": roll(100, 60),
        "roll-100x50": roll(100, 50),
        "roll-70x37": roll(70, 37),
        "roll-50x25": roll(50, 25),
    }
)
"""Common formats by name; an authority adds its own."""


def unmet_for_medium(medium: Medium) -> list[Unmet]:
    """Why labels cannot lie like that."""
    unmet = []
    for name, value in (("width", medium.width), ("height", medium.height)):
        if not SMALLEST <= value <= LARGEST:
            words = said("A label measures %(least)g to %(most)g mm.", least=SMALLEST, most=LARGEST)
            unmet.append(Unmet(words, name))
    if unmet or medium.kind is MediumKind.ROLL:
        return unmet
    return list(_unmet_for_sheet(medium))


def _unmet_for_sheet(medium: Medium) -> Iterator[Unmet]:
    if not 1 <= medium.places <= MOST_PLACES:
        yield Unmet(said("A sheet has 1 to %(most)s labels.", most=MOST_PLACES), "rows")
    if medium.columns > 1 and medium.across < medium.width - _ROUNDING:
        yield Unmet(said("Labels side by side would overlap."), "across")
    if medium.rows > 1 and medium.down < medium.height - _ROUNDING:
        yield Unmet(said("Labels one below the other would overlap."), "down")
    right, bottom = medium.corner(medium.places - 1) if medium.places else (0.0, 0.0)
    if medium.left < 0 or right + medium.width > medium.page[0] + _ROUNDING:
        yield Unmet(said("The labels reach over the edge of the page."), "page_width")
    if medium.top < 0 or bottom + medium.height > medium.page[1] + _ROUNDING:
        yield Unmet(said("The labels reach over the edge of the page."), "page_height")


@dataclass(frozen=True)
class Places:
    """Which places of the first sheet are free. start: from there on, counted from 1; used: none of these."""

    start: int = 1
    used: frozenset[int] = field(default_factory=frozenset)


def places(medium: Medium, free: Places) -> Iterator[tuple[int, int]]:
    """(sheet, place) for one label after the other, both from 0; raises Invalid for a place that is none."""
    if not 1 <= free.start <= medium.places:
        raise Invalid.at("start", said("A sheet has places 1 to %(places)s.", places=medium.places))
    if any(not 1 <= place <= medium.places for place in free.used):
        raise Invalid.at("used", said("A sheet has places 1 to %(places)s.", places=medium.places))
    first = [n for n in range(free.start - 1, medium.places) if n + 1 not in free.used]
    if not first:
        raise Invalid.at("used", said("No place of the first sheet is free."))
    return _endless(medium, first)


def _endless(medium: Medium, first: list[int]) -> Iterator[tuple[int, int]]:
    yield from ((0, place) for place in first)
    sheet = 1
    while True:
        yield from ((sheet, place) for place in range(medium.places))
        sheet += 1
