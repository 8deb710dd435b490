"""Labels into one PDF: as the registry draws them, beside text alone and beside pictures of codes."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator

import zxingcpp
from barcode import Code128
from barcode.writer import ImageWriter
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import sheets
from registry.core.printing.composing import Label, Line
from registry.core.printing.media import MEDIA
from registry.core.printing.plates import MM
from registry.core.printing.sheets import Printer
from schemas.label_vocabulary import LabelDesign
from tests.bench.line import Line as Figure

FULL, SMALL = 10_000, 1_500
NAIVE_FULL, NAIVE_SMALL = 1_000, 100
BAR, NAIVE_BAR = 0.12, 25
ROUNDS = 5
MEDIUM = MEDIA["a4-2x7"]
MODELS = ("PT 92 AF", "PT 100", "G2C", "TS9")


def into_pdf(full: bool) -> Iterator[Figure]:
    """Labels a second, with Code 128 and Data Matrix, to the same words without codes."""
    size = FULL if full else SMALL
    ours, plain = _rates(size, _drawn, _words_alone)
    yield Figure("labels_pdf", None, size, ours, "labels/s", plain, BAR)


def beside_pictures(full: bool) -> Iterator[Figure]:
    """Labels a second to the same labels with their codes as pictures, by python-barcode's own writer."""
    size = NAIVE_FULL if full else NAIVE_SMALL
    ours, naive = _rates(size, _drawn, _pictured)
    yield Figure("labels_naive", None, size, ours, "labels/s", naive, NAIVE_BAR)


def _rates(size: int, *ways: Callable[[list[Label]], int]) -> list[float]:
    """Labels a second of each way, the median of rounds in which they take turns; processor time."""
    labels = [_label(n) for n in range(size)]
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, kept in zip(ways, taken, strict=True):
            begun = time.process_time()
            if way(labels) < size * 40:
                raise AssertionError("too small a file for so many labels")
            kept.append(size / (time.process_time() - begun))
    return [statistics.median(kept) for kept in taken]


def _label(n: int) -> Label:
    model = MODELS[n % len(MODELS)]
    facts = (("Maker", "Forjas Taurus S.A."), ("Made in", "Brazil (BR) 2019"), ("Model", model))
    lines = tuple(Line(name, name, value) for name, value in (*facts, ("Calibre", "9 mm Luger")))
    number = f"F-{n:09d}-X"
    return Label(
        LabelDesign.FIREARM, number, "Firearm", "Firearms Authority", f"TAB{n:05d}", lines, issue="Issue 1"
    )


def _drawn(labels: list[Label]) -> int:
    return sum(map(len, sheets.pdf(labels, MEDIUM, Printer(300))))


def _words_alone(labels: list[Label]) -> int:
    return _canvas(labels, lambda canvas, label, x, y: None)


def _pictured(labels: list[Label]) -> int:
    return _canvas(labels, _codes)


def _codes(canvas: Canvas, label: Label, x: float, y: float) -> None:
    linear = Code128(label.number, writer=ImageWriter()).render()
    canvas.drawImage(ImageReader(linear), x, y - 95, 150, 25)
    symbol = zxingcpp.create_barcode(label.number, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    square = Image.fromarray(symbol.to_image(scale=8))
    canvas.drawImage(ImageReader(square), x + 200, y - 60, 50, 50)


def _canvas(labels: list[Label], codes: Callable[[Canvas, Label, float, float], None]) -> int:
    """A file as reportlab's own canvas writes it: each word at its place, in a font it knows."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=tuple(part * MM for part in MEDIUM.page), pageCompression=1)
    for n, label in enumerate(labels):
        place = n % MEDIUM.places
        if n and not place:
            canvas.showPage()
        left, top = MEDIUM.corner(place)
        x, y = left * MM, (MEDIUM.page[1] - top) * MM
        canvas.setFont("Helvetica", 8)
        words = [word for line in label.lines for word in (line.caption, line.value)]
        for row, word in enumerate(
            (label.heading, label.issue, label.mark, *words, label.number, label.authority)
        ):
            canvas.drawString(x, y - 8 * row, word)
        codes(canvas, label, x, y)
    canvas.save()
    return len(out.getvalue())
