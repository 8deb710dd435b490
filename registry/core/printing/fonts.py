"""Fonts that are embedded, and which of them can draw which character.

Noto Sans (Latin, Cyrillic, Greek), Noto Sans Arabic and Noto Sans CJK (Chinese, Japanese, Korean, arrows)
come with their packages. What no font can draw is shown as a box, never left out; documents carry what it
stands for beside it, for readers that speak and for copying.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import distribution
from itertools import groupby

import arabic_reshaper
from bidi.algorithm import get_display  # unlike the faster one it turns brackets round
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont as OutlineFont
from fontTools.ttLib.ttGlyphSet import _TTGlyphSet
from noto_cjk_sans_otc import FONT_PATH
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from registry.core.printing import han

LATIN, ARABIC, HAN = "NotoSans", "NotoSansArabic", "NotoSansCJKsc"
MISSING = "\N{REPLACEMENT CHARACTER}"
EM = 1000
_PACKAGES = {LATIN: "fontpkg-noto-sans", ARABIC: "fontpkg-noto-sans-arabic"}


def file(name: str) -> tuple[str, int]:
    """Where an embedded font lies, and its place in the file."""
    return (str(FONT_PATH), han.SIMPLIFIED) if name == HAN else (_file(name), 0)


def _file(name: str) -> str:
    files = distribution(_PACKAGES[name]).files or []
    return str(next(f for f in files if f.name.endswith(".ttf") and "Italic" not in f.name).locate())


@cache
def _font(name: str) -> TTFont:
    font = han.HanFont(name) if name == HAN else TTFont(name, _file(name))
    pdfmetrics.registerFont(font)
    return font


@cache
def _glyphs(name: str) -> tuple[_TTGlyphSet, dict[int, str], float]:
    """Outlines of a font's letters, the name of each character's, and units of ours to one of the font's."""
    font = han.opened() if name == HAN else OutlineFont(_file(name), lazy=True)
    return font.getGlyphSet(), font.getBestCmap(), EM / font["head"].unitsPerEm


@lru_cache(maxsize=4096)
def outline(name: str, character: str) -> tuple[str, float]:
    """(path as in SVG, advance) of a character in an embedded font, EM units to its size, upwards."""
    glyphs, known, scale = _glyphs(name)
    glyph = glyphs[known.get(ord(character), ".notdef")]
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
    glyph.draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    return pen.getCommands(), glyph.width * scale


@cache
def register() -> None:
    """Make the fonts known to reportlab, once."""
    for name in (LATIN, ARABIC, HAN):
        _font(name)


def visual(text: str) -> str:
    """The text in the order in which it is drawn, letters joined; control characters made visible."""
    if text.isascii() and text.isprintable():
        return text
    shown = _printable(text)
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in shown):
        joined = arabic_reshaper.reshape(_WITH_SIGNS.sub(f"{LEFT_TO_RIGHT}\\g<0>{LEFT_TO_RIGHT}", shown))
        display: str = get_display(joined)
        return display
    return shown


def _printable(text: str) -> str:
    text = unicodedata.normalize("NFC", text)  # so that an accent stands on its letter
    return "".join(MISSING if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") else c for c in text)


def spoken(lines: Sequence[str]) -> str:
    """Lines in the order in which they are read, "" where they are drawn in it and no letter is missing."""
    return "".join(map(_printable, lines)) if any(map(_is_told_apart, lines)) else ""


@lru_cache(maxsize=4096)
def _is_told_apart(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    plain = "".join(c for c in _printable(text) if unicodedata.category(c) != "Cf")
    return plain != "".join(stretch for _, stretch in runs(text))


LEFT_TO_RIGHT, RIGHT_TO_LEFT = "\u200e", "\u200f"
_WITH_SIGNS = re.compile(r"\d+(?:[-./:]\d+)+|\([ -'*-~]*[A-Za-z][ -'*-~]*\)")
"""Dates, times and numbers with points, whose parts would change places after an Arabic letter, and what
stands in brackets in Latin letters, which would lose one of them (UAX 9, N0).
"""


def is_right_to_left(text: str) -> bool:
    """Whether a paragraph runs from right to left: its first strong letter says so."""
    strong = (unicodedata.bidirectional(c) for c in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


@cache
def _drawn_by(character: str) -> str:
    code = ord(character)
    found = (name for name in (LATIN, ARABIC, HAN) if code in _font(name).face.charToGlyph)
    return next(found, "")


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[tuple[str, str], ...]:
    """(font, text) of each stretch, in the order in which they are drawn.

    Only what has no look of its own (joiners, marks of direction) is left out.
    """
    register()
    seen = visual(text)
    if seen.isascii():
        return ((LATIN, seen),)
    fonted = [(_drawn_by(c), c) for c in seen if unicodedata.category(c) != "Cf"]
    known = [(font or LATIN, c if font else MISSING) for font, c in fonted]
    stretches = groupby(known, key=lambda pair: pair[0])
    return tuple((font, "".join(c for _, c in stretch)) for font, stretch in stretches)


def width(text: str, size: float) -> float:
    """How wide a text is drawn, in points."""
    return _unit_width(text) * size


@lru_cache(maxsize=4096)
def _unit_width(text: str) -> float:
    if text.isascii() and text.isprintable():
        return sum(map(_ascii_widths().__getitem__, text))
    return sum(_width(font, stretch, 1) for font, stretch in runs(text))


@cache
def _ascii_widths() -> dict[str, float]:
    """Of each visible ASCII character at size 1."""
    register()
    return {c: _width(LATIN, c, 1) for c in map(chr, range(32, 127))}


def _width(font: str, text: str, size: float) -> float:
    found: float = pdfmetrics.stringWidth(text, font, size)
    return found


def wrapped(text: str, size: float, room: float) -> list[str]:
    """The text in lines that fit; a word longer than a line is broken, nothing is cut off.

    A line that goes on ends with a space, so that who reads line after line parts the words.
    Every line of a paragraph runs the same way, whatever letter it begins with.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        if lines:
            lines[-1] += " "
        begun, line = len(lines), ""
        for word in paragraph.split():
            for n, piece in enumerate(_pieces(word, size, room)):
                longer = f"{line}{'' if n else ' '}{piece}" if line else piece
                if line and width(longer, size) > room:
                    lines.append(line if n else f"{line} ")
                    longer = piece
                line = longer
        lines.append(line)
        rightwards = is_right_to_left(paragraph)
        mark = RIGHT_TO_LEFT if rightwards else LEFT_TO_RIGHT
        lines[begun:] = [one if is_right_to_left(one) == rightwards else mark + one for one in lines[begun:]]
    return lines


def _pieces(word: str, size: float, room: float) -> list[str]:
    pieces = []
    while width(word, size) > room and len(word) > 1:
        fits = len(word)
        while fits > 1 and width(word[:fits], size) > room:
            fits = max(fits * 3 // 4, 1)
        pieces.append(word[:fits])
        word = word[fits:]
    return [*pieces, word]
