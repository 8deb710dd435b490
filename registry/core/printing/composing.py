"""Setting a label: its words and codes at their places on a label of a given size, in whole dots.

Words grow smaller down to what can be read and then take a second line; what still does not fit is refused
by the name of its field. Codes are never clipped, nor their modules smaller than their law or printer allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from registry.core.errors import Invalid
from registry.core.printing import barcodes, fonts, ink, signs
from registry.core.printing.designs import DESIGNS, GENERAL, Design, Panel
from registry.core.printing.plates import MM, Box, Group, Linear, Part, Plate, Sign, Square, Words
from schemas.label_vocabulary import LabelDesign
from schemas.words import said

EDGE = 2 * MM
LEAST_TEXT = 5.0
LEAST_MARK = 7.5
MOST_KEPT = 256
"""Settings of words that many labels share."""
ROW, LOOSE_ROW = 1.28, 1.6
MOST_ROWS = 2
MOST_MARK_ROWS = 3
MOST_TEXT = 300
"""Characters of a text; more fit no label, and looking for room for them takes long."""
MOST_MODULE = 0.66 * MM
LEAST_SQUARE = 0.25 * MM
BARS_SHARE, MOST_BARS_SHARE = 0.24, 0.6  # of the height, of one symbol and of all
MARK_SHARE = 0.27  # of the height beside the square code
_KEYS = frozenset(("00", "01", "02"))
"""Elements that name the unit; what else is told of it may be in smaller bars."""
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Line:
    """A fact. field: its name in a refusal; needed: whether the label is none without it."""

    field: str
    caption: str
    value: str
    needed: bool = True


@dataclass(frozen=True)
class Element:
    """A GS1 element. closed: of fixed length, so that no separator follows it."""

    ai: str
    value: str
    closed: bool


@dataclass(frozen=True)
class Label:
    """What a label says. number: what its codes carry where it has no elements, and shown beneath them.

    lines: the most important first; issue: the words for which copy it is; rightwards: from right to left.
    """

    design: LabelDesign
    number: str
    heading: str
    authority: str
    mark: str
    lines: tuple[Line, ...]
    symbols: tuple[str, ...] = ()
    elements: tuple[Element, ...] = ()
    issue: str = ""
    rightwards: bool = False


@dataclass(frozen=True)
class Face:
    """The rectangle that is left for something."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True)
class _Setting:
    """How parts are set. dot: of the printer; native: whether it makes the codes; mirrored: width of a label
    that runs from right to left, else 0.
    """

    dot: float
    native: bool
    mirrored: float

    def encoded(self, bars: barcodes.Bars) -> barcodes.Bars:
        return barcodes.without_return(bars) if self.native else bars

    def set(self, parts: Sequence[Part]) -> list[Part]:
        """Codes begin on a dot, so that all their modules are printed equally wide; words stay."""
        if self.mirrored:
            parts = [replace(part, x=self.mirrored - part.x - part.wide) for part in parts]
        return [part if isinstance(part, Words | Sign) else self._on_dots(part) for part in parts]

    def _on_dots(self, part: Linear | Square | Box) -> Part:
        x, y = round(part.x / self.dot) * self.dot, round(part.y / self.dot) * self.dot
        if isinstance(part, Linear):
            return Linear(x, y, part.bars, part.module, part.height)
        if isinstance(part, Square):
            return Square(x, y, part.matrix, part.module)
        return Box(x, y, part.wide, part.height)


def compose(label: Label, width: float, height: float, resolution: int, native: bool = False) -> Plate:
    """The label drawn at a size in millimetres for a printer of so many dots to an inch; raises Invalid.

    native: the printer makes the linear symbols itself, in the way that all of them understand.
    """
    design = DESIGNS[label.design]
    panel = panel_for(design, width, height)
    dot = 72 / resolution
    face = Face(EDGE, EDGE, width * MM - EDGE, height * MM - EDGE)
    setting = _Setting(dot, native, width * MM if label.rightwards else 0.0)
    band, face = _band(label.heading, label.issue, panel, face, setting)
    codes, face = _codes(label, design, panel, face, setting)
    square, words = _square(label, design, panel, face, dot)
    mark, facts = _words(label, panel, words, setting)
    return Plate(label.number, width * MM, height * MM, (band, *setting.set((*codes, square, *mark)), facts))


def panel_for(design: Design, width: float, height: float) -> Panel:
    """The largest panel that a label has room for; raises Invalid where it has none for the smallest."""
    found = next((p for p in design.panels if p.width <= width and p.height <= height), None)
    if found is None:
        least = design.panels[-1]
        words = said(
            "This design needs a label of at least %(width)s × %(height)s mm.",
            width=f"{least.width:g}",
            height=f"{least.height:g}",
        )
        raise Invalid.at("medium", words)
    return found


@lru_cache(maxsize=MOST_KEPT)
def _band(words: str, issue: str, panel: Panel, face: Face, setting: _Setting) -> tuple[Group, Face]:
    """What it is, white on black, and which copy."""
    tall = panel.band * MM
    y = face.top - tall
    size, pad = tall * 0.62, tall * 0.25
    small = _size("issue", issue, size, face.width * 0.3) if issue else 0
    taken = fonts.width(issue, small)
    heading = _size("heading", words, size, face.width - taken - 4 * pad)
    parts: list[Part] = [
        Box(face.left, y, face.width, tall),
        Words(face.left + pad, y + (tall - heading * 0.7) / 2, words, heading, True, white=True),
    ]
    if issue:
        x = face.right - pad - taken
        parts.append(Words(x, y + (tall - small * 0.7) / 2, issue, small, True, white=True))
    return Group(tuple(setting.set(parts))), replace(face, top=y - 0.8 * MM)


def _codes(
    label: Label, design: Design, panel: Panel, face: Face, setting: _Setting
) -> tuple[list[Part], Face]:
    """The linear symbols from the bottom up, their text beneath, and the authority in the last row."""
    foot = max(LEAST_TEXT, panel.text * 0.72)
    row = foot * 1.25
    symbols = _symbols(label, design, face, setting) if panel.bars else []
    parts, y = _foot(label, symbols[-1][0] if symbols else label.number, foot, panel, face)
    if panel.bars:
        share = (MOST_BARS_SHARE * face.height - (y - face.bottom)) / len(symbols) - row
        tall = min(share, max(BARS_SHARE * face.height, panel.bars[0] * MM), panel.bars[1] * MM)
        if tall < panel.bars[0] * MM * 0.75:
            raise Invalid.at("elements", said("The codes are too many for this label."), "GS1")
        for n, (text, bars, module) in enumerate(reversed(symbols)):
            if n:
                parts.append(Words(face.left, y, text, _size("elements", text, foot, face.width)))
                y += row
            parts.append(Linear(face.left, y, bars, module, tall))
            y += tall + 0.7 * MM
    return parts, replace(face, bottom=y + 0.3 * MM)


def _foot(label: Label, shown: str, size: float, panel: Panel, face: Face) -> tuple[list[Part], float]:
    """The text of the lowest code, who says it, and where the code begins.

    The authority stands beside the text where both fit, else below it; on the smallest labels it is left out.
    """
    row = size * 1.25
    number = _size("number", shown, size, face.width)
    drawable("authority", label.authority)
    left = face.width - fonts.width(shown, number) - 2 * MM
    own = ink.fitted(size * 0.9, label.authority, max(left, 0.1))
    if own >= LEAST_TEXT * 0.9:
        x = face.right - fonts.width(label.authority, own)
        beside = Words(x, face.bottom, label.authority, own)
        return [Words(face.left, face.bottom, shown, number, True), beside], face.bottom + row
    names = _wrapped(label.authority, LEAST_TEXT, face.width) if panel.bars else []
    if len(names) > MOST_ROWS:
        raise _too_long("authority", label.authority)
    step = LEAST_TEXT * 1.25
    parts: list[Part] = [
        Words(face.left, face.bottom + n * step, name, LEAST_TEXT) for n, name in enumerate(reversed(names))
    ]
    y = face.bottom + len(names) * step
    return [*parts, Words(face.left, y, shown, number, True)], y + row


_Symbol = tuple[str, barcodes.Bars, float]


def _symbols(label: Label, design: Design, face: Face, setting: _Setting) -> list[_Symbol]:
    """(text, symbol, module) of each linear symbol: as few as fit one above the other."""
    if not label.elements:
        bars = setting.encoded(barcodes.code128(label.number, "number"))
        module = _module(bars, design.module, face, setting.dot)
        if module is None:
            raise _too_long("number", label.number)
        return [(label.number, bars, module)]
    found: list[_Symbol] = []
    at = 0
    while at < len(label.elements):
        for end in range(len(label.elements), at, -1):
            drawn = _gs1(label.elements[at:end], design, face, setting)
            if drawn is not None:
                found.append(drawn)
                at = end
                break
        else:
            one = label.elements[at]
            text = said("(%(ai)s)%(value)s is too long for this label.", ai=one.ai, value=one.value)
            raise Invalid.at("elements", text, "GS1")
    return found


def _gs1(elements: Sequence[Element], design: Design, face: Face, setting: _Setting) -> _Symbol | None:
    carried = joined(elements)
    if len(carried) > barcodes.LONGEST_GS1:
        return None
    bars = setting.encoded(barcodes.gs1_128(carried, "elements"))
    least = design.module if any(one.ai in _KEYS for one in elements) else min(design.module, GENERAL)
    module = _module(bars, least, face, setting.dot)
    return None if module is None else (bracketed(elements), bars, module)


def joined(elements: Sequence[Element]) -> str:
    """As a symbol carries them: FNC1 after each value of open length but the last."""
    parts = [f"{one.ai}{one.value}{'' if one.closed else barcodes.FNC1}" for one in elements]
    return "".join(parts).removesuffix(barcodes.FNC1)


def bracketed(elements: Sequence[Element]) -> str:
    """As people read them."""
    return "".join(f"({one.ai}){one.value}" for one in elements)


def _module(bars: barcodes.Bars, least: float, face: Face, dot: float) -> float | None:
    """The widest module in whole dots that fits, or None where that is less than the least."""
    widest = int(min(face.width / bars.width, MOST_MODULE) / dot + 1e-6) * dot
    return widest if widest >= least * MM - 1e-6 else None


def _square(label: Label, design: Design, panel: Panel, face: Face, dot: float) -> tuple[Square, Face]:
    """The square code at the upper right, and what is left beside it."""
    if label.elements:
        carried = barcodes.FNC1 + joined(label.elements)
        matrix = barcodes.data_matrix(bracketed(label.elements), True, "elements", carried)
    elif design.qr:
        matrix = barcodes.qr_code(label.number, barcodes.QUIET_QR)
    else:
        matrix = barcodes.data_matrix(label.number, field="number")
    room = min(face.height, face.width * 0.38)
    module = int(min(room / matrix.width, panel.square * MM) / dot + 1e-6) * dot
    if module < LEAST_SQUARE - 1e-6:
        field = "elements" if label.elements else "number"
        raise Invalid.at(field, said("The square code is too large for this label."))
    side = module * matrix.width
    square = Square(face.right - side, face.top - side, matrix, module)
    return square, replace(face, right=face.right - side - 1.5 * MM)


def _words(label: Label, panel: Panel, face: Face, setting: _Setting) -> tuple[list[Part], Group]:
    """The mark with its symbols, large, and the facts below."""
    rows, size = _mark_rows(label, panel, face)
    parts: list[Part] = []
    y = face.top - size * 0.8
    x = face.left
    if label.symbols:
        for name in label.symbols:
            parts.append(Sign(x, y - size * 0.14, size, name))
            x += size * 1.1
        x += size * 0.1
    for n, row in enumerate(rows):
        parts.append(Words(x, y - n * size * 1.15, row, size, True))
    below = y - (len(rows) - 1) * size * 1.15 - size * 0.32
    try:
        return parts, _facts(label.lines, panel, replace(face, top=below), setting)
    except Invalid:
        if len(rows) == 1:
            raise
        _facts(label.lines, panel, replace(face, top=y - size * 0.32), setting)
    raise _too_long("mark", label.mark)


def _mark_rows(label: Label, panel: Panel, face: Face) -> tuple[list[str], float]:
    """The mark in as few rows as keep it large."""
    drawable("mark", label.mark)
    if any(not signs.lines(name) for name in label.symbols):
        raise Invalid.at("symbols", said("A symbol of this mark has no drawing."))
    largest = min(panel.mark, max(face.height * MARK_SHARE, LEAST_MARK))
    em = max(fonts.width(label.mark, 1), 0.1)
    beside = 1.1 * len(label.symbols) + (0.1 if label.symbols else 0)  # of the size
    one_row = min(largest, face.width / (em + beside))
    if one_row >= max(LEAST_MARK, largest * 0.55):
        return [label.mark], one_row
    for size in (largest * 0.6, largest * 0.5, LEAST_MARK):
        room = face.width - beside * size
        if size < LEAST_MARK or room < 5 * size:
            continue
        rows = _wrapped(label.mark, size, room)
        if len(rows) <= MOST_MARK_ROWS and len(rows) * size * 1.15 <= face.height * 0.6:
            return rows, size
    if one_row >= LEAST_TEXT:
        return [label.mark], one_row
    raise _too_long("mark", label.mark)


def _too_long(field: str, text: str) -> Invalid:
    return Invalid.at(field, said("“%(text)s” is too long for this label.", text=text[:60]))


@lru_cache(maxsize=MOST_KEPT)
def _facts(told: tuple[Line, ...], panel: Panel, face: Face, setting: _Setting) -> Group:
    """The facts in rows, captions in a column of their own; those not needed go where there is no room."""
    lines = [line if panel.captions else replace(line, caption="") for line in told if line.value]
    for line in lines:
        drawable(line.field, line.value)
    while True:
        size = min(panel.text, face.height / (ROW * max(len(lines), 1)))
        while size >= LEAST_TEXT:
            rows = _rows(lines, size, face)
            if rows is not None:
                return Group(tuple(setting.set(rows)))
            size = min(size * 0.93, size - 0.1) if size > LEAST_TEXT + 0.1 else size - 1
        spare = next((n for n in range(len(lines) - 1, -1, -1) if not lines[n].needed), None)
        if spare is None:
            break
        del lines[spare]
    widest = max(lines, key=lambda line: fonts.width(line.value, 1))
    raise _too_long(widest.field, widest.value)


def _rows(lines: Sequence[Line], size: float, face: Face, loose: float = LOOSE_ROW) -> list[Part] | None:
    """The rows at one size of letters, or None where they do not fit. loose: how far they may stand apart."""
    gap = size * 0.5
    column = max((fonts.width(line.caption, size * 0.86) for line in lines if line.caption), default=0)
    column = column + gap if column else 0
    if column > face.width * 0.5:
        return None
    parts: list[Part] = []
    step = size * min(max(ROW, face.height / (size * max(len(lines), 1))), loose)
    y = face.top
    for line in lines:
        x = face.left + (column if line.caption else 0)
        room = face.right - x
        values = [line.value]
        if fonts.width(line.value, size) > room:
            values = _wrapped(line.value, size, room)
        y -= step + size * ROW * (len(values) - 1)
        if len(values) > MOST_ROWS or y < face.bottom - 1e-6:
            return _rows(lines, size, face, ROW) if step > size * ROW and len(values) <= MOST_ROWS else None
        first = y + size * (0.3 + ROW * (len(values) - 1))
        if line.caption:
            parts.append(Words(face.left, first, line.caption, size * 0.86))
        parts += [Words(x, first - n * size * ROW, value, size, True) for n, value in enumerate(values)]
    return parts


def _wrapped(text: str, size: float, room: float) -> list[str]:
    """In rows, without the space in which a row ends that goes on."""
    return [row.rstrip(" ") for row in fonts.wrapped(text, size, room)]


def _size(field: str, text: str, size: float, room: float) -> float:
    """The size at which a row of words fits; raises Invalid below what can be read."""
    drawable(field, text)
    em = fonts.width(text, 1)
    fitting = min(size, room / em) if em else size
    if fitting < LEAST_TEXT * 0.9:
        raise _too_long(field, text)
    return fitting


def drawable(field: str, text: str) -> None:
    """Raises Invalid naming the field where its text cannot be drawn as it is."""
    if len(text) > MOST_TEXT:
        raise Invalid.at(field, said("At most %(most)s characters.", most=MOST_TEXT))
    if text.isascii() and text.isprintable():
        return
    if not _OVERRIDES.isdisjoint(text):
        raise Invalid.at(field, said("It has characters that turn the direction of letters round."))
    if any(fonts.MISSING in shown for _, shown in fonts.runs(text)):
        raise Invalid.at(field, said("It has characters that no embedded font draws."))
