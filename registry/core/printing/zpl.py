"""Labels for thermal printers in ZPL II: codes as the printer's own, in whole dots; words in its own font.

Words that the printer's font lacks or does not join (Arabic, Cyrillic, Greek), and symbols, are sent as
pictures. No text can end its field: what ZPL takes for a command is sent by its number (^FH).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.core.errors import Invalid
from registry.core.printing import barcodes, bitmaps
from registry.core.printing.composing import Label, compose
from registry.core.printing.media import Medium
from registry.core.printing.plates import Box, Linear, Part, Plate, Sign, Square, Words
from registry.core.printing.sheets import Printer
from schemas.label_vocabulary import MediumKind
from schemas.words import said

RESOLUTIONS = (203, 300, 600)
_HEX, _SHIFT = "\\", "_"
_LATIN = frozenset(chr(code) for code in (*range(0x20, 0x7F), *range(0xC0, 0x100)))
"""Letters that every such printer has in its own font."""
_PLAIN = _LATIN - set("^~\\")
_INVOKED = {30: ">0", 62: "><", 94: ">=", 95: ">1"}
"""Characters of set B that ZPL has other uses for, as ^BC wants them: > ^ ~ and DEL."""
_MOST_QR = 10
"""The largest module of ^BQ that every firmware knows."""
_ASCENT = 0.76
"""Of the height of the printer's font: from its upper edge down to the line of the letters."""


def zpl(labels: Iterable[Label], medium: Medium, printer: Printer) -> Iterator[bytes]:
    """A format for each label; raises Invalid naming what does not fit, or where the medium is a sheet."""
    if medium.kind is not MediumKind.ROLL:
        raise Invalid.at("medium", said("A thermal printer prints on a roll: choose a roll."))
    return (
        _format(compose(one, medium.width, medium.height, printer.resolution, native=True), printer).encode()
        for one in labels
    )


def _format(plate: Plate, printer: Printer) -> str:
    dots = printer.resolution / 72
    right = round(printer.right * printer.resolution / 25.4)
    down = round(printer.down * printer.resolution / 25.4)
    begin = f"^XA^CI28^PW{round(plate.width * dots)}^LL{round(plate.height * dots)}^LH0,0"
    fields = (_field(part, plate, dots, right, down) for part in plate.parts)
    return "\n".join((begin, *fields, "^XZ\n"))


def _field(part: Part, plate: Plate, dots: float, right: int, down: int) -> str:
    x = round(part.x * dots) + right
    line = round((plate.height - part.y) * dots) + down  # of the lower edge, from the top
    if isinstance(part, Words):
        return _words(part, x, line, dots)
    if isinstance(part, Sign):
        size = round(part.wide * dots)
        return _at(x, line - size) + _picture(bitmaps.sign(part.name, size))
    if isinstance(part, Box):
        wide, tall = round(part.wide * dots), round(part.height * dots)
        return f"{_at(x, line - tall)}^GB{wide},{tall},{min(wide, tall)}^FS"
    module = round(part.module * dots)
    if isinstance(part, Linear):
        tall = round(part.height * dots)
        left = x + barcodes.QUIET_BARS * module
        return f"{_at(left, line - tall)}^BY{module},3,{tall}^BCN,{tall},N,N,N^FD{_code128(part.bars)}^FS"
    edge = part.matrix.quiet * module
    return _square(part, x + edge, line - edge - part.matrix.size * module, module)


def _at(x: int, y: int) -> str:
    if x < 0 or y < 0:
        raise Invalid.at("printer", said("The offset of this printer moves the label over its edge."))
    return f"^FO{x},{y}"


def _words(part: Words, x: int, line: int, dots: float) -> str:
    size = max(round(part.size * dots), 1)
    reverse = "^FR" if part.white else ""
    if _LATIN.issuperset(part.text):
        at = _at(x, line - round(size * _ASCENT))
        return f"{at}{reverse}^A0N,{size}^FH{_HEX}^FD{_escaped(part.text)}^FS"
    drawn = bitmaps.words(part.text, size, part.bold)
    return _at(x, line - drawn.up) + reverse + _picture(drawn)


def _escaped(text: str) -> str:
    """Letters as they are; what ZPL would take for a command, and control characters, by number."""
    return "".join(c if c in _PLAIN else "".join(f"{_HEX}{b:02X}" for b in c.encode()) for c in text)


def _code128(bars: barcodes.Bars) -> str:
    """The very characters of the symbol, so that it is as wide as it was drawn."""
    start, *rest = bars.values
    pairs = start == barcodes.START_PAIRS
    told = [">;" if pairs else ">:"]
    for value in rest:
        if value == barcodes.FNC1_VALUE:
            told.append(">8")
        elif pairs and value < barcodes.TO_LETTERS:
            told.append(f"{value:02d}")
        elif pairs:
            told.append(">6")
            pairs = False
        else:
            told.append(_INVOKED.get(value, chr(value + 32)))
    return "".join(told)


def _square(part: Square, x: int, y: int, module: int) -> str:
    at, text = _at(x, y), part.matrix.text
    if part.matrix.kind == "qr":
        return f"{at}^BY2,3,1^BQN,2,{min(module, _MOST_QR)}^FH{_HEX}^FDMA,{_escaped(text)}^FS"
    shifted = text.replace(_SHIFT, _SHIFT * 2).replace(barcodes.FNC1, f"{_SHIFT}1")
    return f"{at}^BXN,{module},200,0,0,6,{_SHIFT}^FH{_HEX}^FD{_escaped(shifted)}^FS"


def _picture(drawn: bitmaps.Bitmap) -> str:
    """Dots as ^GFA takes them: white ends of rows left out, a row like the one before said by a colon."""
    stride = len(drawn.rows[0])
    told, before = [], b""
    for row in drawn.rows:
        told.append(":" if row == before else _row(row.hex().upper()))
        before = row
    return f"^GFA,{stride * len(drawn.rows)},{stride * len(drawn.rows)},{stride},{''.join(told)}^FS"


def _row(figures: str) -> str:
    kept = figures.rstrip("0")
    return f"{kept}," if len(kept) < len(figures) else kept
