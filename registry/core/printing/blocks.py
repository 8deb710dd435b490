"""What documents are made of, and the page they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from schemas.words import RIGHT_TO_LEFT, Language

PAGE = (210 * mm, 297 * mm)
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, 188 * mm, 262 * mm, 26 * mm
ROOM = RIGHT - LEFT
SQUARE, LARGE_SQUARE = 21 * mm, 38 * mm  # sides of the QR code at the foot
TONES = {
    "alarm": ("#9f1d20", "#fbeaea"),
    "warning": ("#8a5a00", "#fdf3df"),
    "information": ("#1f4e79", "#eaf1f8"),
}


@dataclass(frozen=True)
class Seal:
    """What a document is verified by (FP 10(5)): its code, and the address that answers for it, or "".

    square: what the QR code says where that is more than the address, such as signed facts.
    """

    code: str
    address: str
    words: str
    square: str = ""

    @property
    def side(self) -> float:
        """Of the square: one that says much is larger, so that its modules can be read from paper."""
        return LARGE_SQUARE if self.square else SQUARE

    @property
    def room(self) -> float:
        """At the foot of each page."""
        return self.side + 2 * mm


@dataclass(frozen=True)
class Frame:
    """What stands on every page. `page_words` is filled with page and pages: "Page {page} of {pages}"."""

    title: str
    number: str
    authority: str
    issued: str
    page_words: str = "Page {page} of {pages}"
    language: str = "en"
    seal: Seal | None = None

    @classmethod
    def in_language(
        cls, say: Language, title: str, number: str, authority: str, issued: str, seal: Seal | None = None
    ) -> Frame:
        """The frame of a document in a language, its pages counted in that language's words."""
        return cls(title, number, authority, issued, say("Page {page} of {pages}"), say.code, seal)

    @property
    def rightwards(self) -> bool:
        """Whether it runs from right to left."""
        return self.language.partition("-")[0] in RIGHT_TO_LEFT


SIGNED = 34.0
"""Height of a row in which somebody signs: 12 mm."""


@dataclass(frozen=True)
class Heading:
    words: str


@dataclass(frozen=True)
class Paragraph:
    words: str
    large: bool = False


@dataclass(frozen=True)
class KeyValues:
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """columns: (heading, share of the width); the heading is repeated on each page.

    least: height of a row in points, for people who sign there.
    """

    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]
    least: float = 0


@dataclass(frozen=True)
class Step:
    """when: a date; what: the kind of step; who: from whom to whom; paper: its document."""

    when: str
    what: str
    who: str
    paper: str = ""


@dataclass(frozen=True)
class Timeline:
    steps: Sequence[Step]


@dataclass(frozen=True)
class FindingBox:
    """severity: alarm, warning or information; word: the same in words, since colour alone says nothing."""

    severity: str
    word: str
    words: str


@dataclass(frozen=True)
class Bars:
    """A picture of amounts: (what, how many, whether it stands out). The amount stands beside its bar."""

    rows: Sequence[tuple[str, int, bool]]


Block = Heading | Paragraph | KeyValues | Table | Timeline | FindingBox | Bars
