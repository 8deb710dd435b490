"""Chinese, Japanese and Korean letters, and arrows and signs, from Noto Sans CJK.

That font has curves of the third degree, which reportlab does not embed. The few letters that a document
needs are drawn anew as curves of the second degree, to 1/1000 of their size, and embedded as TrueType.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont as OutlineFont
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from noto_cjk_sans_otc import FONT_PATH
from reportlab.pdfbase.ttfonts import TTEncoding, TTFont, TTFontFace

SIMPLIFIED = 2  # place in the collection of the Chinese forms of letters that differ between languages
EM = 1000
_DAY = 3_029_529_600  # 2000-01-01, so that the same letters are the same bytes
_SYMBOLIC = 4  # ISO 32000-1 table 123


@cache
def opened() -> OutlineFont:
    """The font, read as far as it is asked for: about half a second the first time."""
    return OutlineFont(str(FONT_PATH), fontNumber=SIMPLIFIED, lazy=True)


@cache
def known() -> dict[int, str]:
    """The name of each character's letter form."""
    found: dict[int, str] = opened().getBestCmap()
    return found


def width_of(code: int) -> int:
    """The width of a character, EM units to its size."""
    name = known().get(code)
    return int(opened()["hmtx"][name][0]) if name else EM


class HanFace(TTFontFace):
    """What reportlab asks of a typeface; the font file is opened when a letter is first looked for."""

    def __init__(self, name: str) -> None:
        self.name = name.encode()
        self.subfontNameX = b""
        self.filename = str(FONT_PATH)
        self.ascent, self.descent, self.capHeight = 880, -120, 733
        self.bbox = [-1002, -1048, 2928, 1808]
        self.flags, self.italicAngle, self.stemV, self.defaultWidth = _SYMBOLIC, 0, 87, EM

    @property
    def charToGlyph(self) -> dict[int, str]:  # noqa: N802  # reportlab's name
        """The name of each character's letter form."""
        return known()

    def getCharWidth(self, code: int) -> int:  # noqa: N802  # reportlab's name
        """The width of a character, EM units to its size."""
        return width_of(code)

    def makeSubset(self, subset: Sequence[int]) -> bytes:  # noqa: N802  # reportlab's name
        """A TrueType font with the letters of these characters; their places in the list are their codes."""
        names = [known().get(code, ".notdef") for code in subset]
        order = list(dict.fromkeys([".notdef", *names]))
        built = FontBuilder(EM, isTTF=True)
        built.setupGlyphOrder(order)
        built.setupGlyf({name: _drawn(name) for name in order})
        built.setupHorizontalMetrics({name: opened()["hmtx"][name] for name in order})
        built.setupHorizontalHeader(ascent=self.ascent, descent=self.descent)
        built.setupPost(keepGlyphNames=False)
        built.font["cmap"] = _codes(names)
        built.font["head"].created = built.font["head"].modified = _DAY
        built.font.recalcTimestamp = False
        out = io.BytesIO()
        built.save(out)
        return out.getvalue()


def _drawn(name: str) -> Any:
    pen = TTGlyphPen(None)
    opened().getGlyphSet()[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
    return pen.glyph()


def _codes(names: Sequence[str]) -> Any:
    """The one table of codes that a symbolic font may have (ISO 19005-2, 6.2.11.6)."""
    codes = CmapSubtable.newSubtable(6)
    codes.platformID, codes.platEncID, codes.language = 1, 0, 0
    codes.cmap = dict(enumerate(names))
    table = newTable("cmap")
    table.tableVersion, table.tables = 0, [codes]
    return table


class HanFont(TTFont):
    """The font under a name of reportlab's."""

    def __init__(self, name: str) -> None:
        self.fontName = name
        self.face = HanFace(name)
        self.encoding = TTEncoding()
        self.state: Any = WeakKeyDictionary()
        self._asciiReadable = False
        self._shapable = False

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        """How wide a text is drawn, in points."""
        return sum(width_of(ord(letter)) for letter in text) * size / EM
