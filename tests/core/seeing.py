"""Labels as scanners and people see them: rastered at a printer's resolution, dirty, read by another make."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from registry.core.printing import composing
from registry.core.printing.composing import Element, Label, Line
from schemas.label_vocabulary import LabelDesign as D

Pixels = NDArray[np.uint8]
ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv/node/node_modules"
PACKED = (D.UNIT_BOX, D.CARTON, D.PALLET)
BOX = (
    Element("01", "17891234500016", True),
    Element("11", "200101", True),
    Element("21", "17", False),
    Element("10", "UZZ18", False),
    Element("30", "50", False),
    Element("90", "P-000000012-X", False),
)
UNIT = (
    Element("00", "378912345000000012", True),
    Element("02", "17891234500016", True),
    Element("11", "200101", True),
    Element("37", "20", False),
    Element("10", "UZZ18", False),
    Element("90", "P-000000012-X", False),
)
LANGUAGES = {
    "en": ("Import mark", "Issue 2", ("Maker", "Made in", "Model", "Calibre")),
    "pt": ("Marca de importação", "2.ª via", ("Fabricante", "País", "Modelo", "Calibre")),
    "ar": ("علامة استيراد", "نسخة 2", ("الصانع", "بلد الصنع", "الطراز", "العيار")),
}
MARKS = {"en": "五六式-12345", "pt": "АВ-1234", "ar": "سلاح ٧٧"}


def label(design: D = D.FIREARM, language: str = "en", number: int | str = 1, **given: object) -> Label:
    """A label as the registry makes it, in one of its languages and with a mark in another script each.

    number: of the record, or the whole text of the codes.
    """
    heading, issue, captions = LANGUAGES[language]
    facts = ("Forjas Taurus S.A.", "Brasil (BR), 2019", "PT 92 AF", "9 mm Luger")
    values: dict[str, object] = {
        "design": design,
        "number": number if isinstance(number, str) else f"F-{number:09d}-X",
        "heading": heading,
        "authority": "National Firearms Authority",
        "mark": MARKS[language],
        "lines": tuple(
            Line(f"field{n}", caption, fact)
            for n, (caption, fact) in enumerate(zip(captions, facts, strict=True))
        ),
        "symbols": ("arrow_in_triangle",) if design not in PACKED else (),
        "elements": {D.UNIT_BOX: BOX, D.CARTON: UNIT, D.PALLET: UNIT}.get(design, ()),
        "issue": issue,
        "rightwards": language == "ar",
    }
    return Label(**(values | given))  # type: ignore[arg-type]


def carried(one: Label) -> set[str]:
    """What the square and the linear codes of a label have to say, whole or in parts."""
    return {f"({e.ai}){e.value}" for e in one.elements} if one.elements else {one.number}


def rastered(pdf: bytes, resolution: int) -> list[Pixels]:
    """Each page, as a printer of this resolution prints it."""
    command = ["pdftoppm", "-r", str(resolution), "-gray", "-"]
    printed = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    pages, at = [], 0
    while at < len(printed):  # one PGM after the other
        head = printed[at : at + 40].split(None, 4)
        width, height = int(head[1]), int(head[2])
        begin = at + len(b" ".join(head[:3])) + 1 + len(head[3]) + 1
        pages.append(np.frombuffer(printed, np.uint8, width * height, begin).reshape(height, width))
        at = begin + width * height
    return pages


def read(picture: Pixels) -> set[tuple[str, str]]:
    """(kind, text) of each code that an independent decoder finds."""
    return {(str(found.format), found.text) for found in zxingcpp.read_barcodes(picture)}


def through_dirt(picture: Pixels) -> set[tuple[str, str]]:
    """What is read when one pixel in ten is black or white at random.

    Seen as scanners see: pointed at one code after the other; a line scanner's beam is some pixels high, a
    camera's picture is smoothed, and once it is read nobody looks again.
    """
    chance, found = np.random.default_rng(7), set[tuple[str, str]]()
    for clean in zxingcpp.read_barcodes(picture):
        dirty = _around(clean.position, picture).copy()
        hit = chance.random(dirty.shape) < 0.1
        dirty[hit] = chance.integers(0, 2, int(hit.sum())) * 255
        for seen in _seen(dirty):
            codes = zxingcpp.read_barcodes(seen, formats=clean.format)
            found |= {(str(code.format), code.text) for code in codes}
            if any(code.text == clean.text for code in codes):
                break
    return found


def _around(place: zxingcpp.Position, picture: Pixels) -> Pixels:
    """A code with a fifth of its larger side around it, its quiet zone among that."""
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    more = max(max(xs) - min(xs), max(ys) - min(ys)) // 5
    rows = slice(max(min(ys) - more, 0), max(ys) + more)
    seen: Pixels = picture[rows, max(min(xs) - more, 0) : max(xs) + more]
    return seen


def _seen(dirty: Pixels) -> Iterator[Pixels]:
    """As a camera sees it, and as beams of two heights do."""
    yield np.asarray(Image.fromarray(dirty).filter(ImageFilter.MedianFilter(3)))
    yield _beam(dirty, 12)
    yield _beam(dirty, 30)


def _beam(picture: Pixels, rows: int) -> Pixels:
    sums = np.cumsum(np.vstack([np.zeros((1, picture.shape[1])), picture]), axis=0)
    seen: Pixels = ((sums[rows:] - sums[:-rows]) / rows).astype(np.uint8)
    return seen


def says(found: set[tuple[str, str]], one: Label, *, bars: bool = False) -> bool:
    """Whether a square and, where there is room for them, linear codes say all of a label.

    bars: it has room for them, so they have to be there.
    """
    square = {text for kind, text in found if "Code 128" not in kind}
    linear = "".join(text for kind, text in found if "Code 128" in kind)
    whole = composing.bracketed(one.elements) if one.elements else one.number
    there = bool(linear) or not bars
    return there and square == {whole} and (not linear or all(part in linear for part in carried(one)))


def other_make(jobs: list[tuple[bytes, float, float, int]]) -> list[Pixels]:
    """ZPL as a renderer of another make draws it: (format, width, height, dots to a millimetre) each."""
    if shutil.which("node") is None or not NODE.exists():
        pytest.skip("node or zpl-renderer-js is not here: `make test` installs it where npm is")
    asked = [
        {"zpl": zpl.decode(), "width": width, "height": height, "dots": dots}
        for zpl, width, height, dots in jobs
    ]
    ran = subprocess.run(
        ["node", str(Path(__file__).parent / "zpl_renderer.js")],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
        env=os.environ | {"NODE_PATH": str(NODE)},
    )
    pictures = (base64.b64decode(one) for one in json.loads(ran.stdout))
    return [np.asarray(Image.open(BytesIO(one)).convert("L")) for one in pictures]
