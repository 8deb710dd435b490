"""Words and symbols as dots, for printers whose own fonts lack their letters or do not join them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from registry.core.printing import fonts, signs

_ABOVE, _BELOW = 1.1, 0.35  # of the size: how far letters reach from their line
_DARK = 128


@dataclass(frozen=True)
class Bitmap:
    """Rows of dots from the top, eight to a byte, dark ones 1.

    up: rows from its upper edge to the line of the letters.
    """

    rows: tuple[bytes, ...]
    width: int
    up: int


@lru_cache(maxsize=64)
def _font(name: str, dots: int) -> ImageFont.FreeTypeFont:
    path, place = fonts.file(name)
    return ImageFont.truetype(path, dots, place, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=512)
def words(text: str, dots: int, bold: bool = False) -> Bitmap:
    """A line of letters so many dots high, joined and in the order in which they are drawn."""
    runs = [(_font(font, dots), stretch) for font, stretch in fonts.runs(text)]
    width = max(round(sum(font.getlength(stretch) for font, stretch in runs)) + 2, 1)
    up, height = round(dots * _ABOVE), round(dots * (_ABOVE + _BELOW))
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    x = 0.0
    weight = max(round(dots / 38), 1) if bold else 0
    for font, stretch in runs:
        draw.text((x, up), stretch, fill=0, font=font, anchor="ls", stroke_width=weight / 2)
        x += font.getlength(stretch)
    return _packed(image, up)


@lru_cache(maxsize=64)
def sign(name: str, dots: int) -> Bitmap:
    """A symbol of art. 8 in a square of so many dots."""
    scale, fine = dots / signs.SIZE, 4
    image = Image.new("L", (dots * fine, dots * fine), 255)
    draw = ImageDraw.Draw(image)
    weight = max(round(signs.WEIGHT * scale * fine), fine)
    for line in signs.lines(name):
        points = [(x * scale * fine, (signs.SIZE - y) * scale * fine) for x, y in line]
        draw.line(points, fill=0, width=weight, joint="curve")
    return _packed(image.resize((dots, dots), Image.Resampling.BOX), dots)


def _packed(image: Image.Image, up: int) -> Bitmap:
    dark = image.point(lambda level: 255 if level < _DARK else 0).convert("1")
    stride = (image.width + 7) // 8
    packed = dark.tobytes()
    return Bitmap(tuple(packed[n : n + stride] for n in range(0, len(packed), stride)), image.width, up)
