"""What goes to a printer, the picture of a label, and the page by which a printer is set straight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from registry.core.errors import Invalid, Unmet
from registry.core.printing import plates, sheets, zpl
from registry.core.printing.composing import Label, compose
from registry.core.printing.media import Medium, Places
from registry.core.printing.plates import MM, Box, Plate, Words
from registry.core.printing.sheets import Printer
from registry.core.printing.streams import Stream
from schemas.label_vocabulary import LabelOutput
from schemas.words import Language, said

WIDEST_ISSUE = 999
A4 = (210.0, 297.0)


def issue_words(say: Language, issue: int) -> str:
    """Which copy a label is."""
    return say("Issue %(issue)s", issue=issue)


def check(labels: Sequence[Label], medium: Medium, printer: Printer, output: str, say: Language) -> None:
    """Raises Invalid naming what does not fit and on which label, before anything is kept or sent."""
    sheets.refuse_offset(medium, printer)
    widest = issue_words(say, WIDEST_ISSUE)
    for label in labels:
        one = replace(label, issue=widest)
        try:
            if output == LabelOutput.ZPL:
                next(zpl.zpl([one], medium, printer))
            else:
                _plate(one, medium, printer.resolution)
        except Invalid as refusal:
            raise Invalid(unmet=[_of(label, unmet) for unmet in refusal.unmet]) from None


def _of(label: Label, unmet: Unmet) -> Unmet:
    """What does not fit, with the label's number where others may fit."""
    if unmet.field == "medium":
        return unmet
    words = said("%(number)s: %(what)s", number=label.number, what=unmet.message)
    return replace(unmet, message=words)


def file(
    labels: Iterable[Label],
    medium: Medium,
    printer: Printer,
    output: str,
    free: Places,
    language: str,
    first: int = 1,
) -> Iterator[bytes]:
    """The bytes for the printer or press, a label or page at a time. first: place in the job of the first."""
    if output == LabelOutput.ZPL:
        return zpl.zpl(labels, medium, printer)
    if output == LabelOutput.SVG:
        return plates.zipped(
            (f"{n:05d} {label.number.replace('/', ' ')}", _plate(label, medium, printer.resolution))
            for n, label in enumerate(labels, first)
        )
    return sheets.pdf(labels, medium, printer, free, "Labels", language)


def picture(label: Label, medium: Medium, resolution: int, native: bool) -> str:
    """How a label looks, as SVG; raises Invalid."""
    return plates.svg(_plate(label, medium, resolution, native))


def _plate(label: Label, medium: Medium, resolution: int, native: bool = False) -> Plate:
    return compose(label, medium.width, medium.height, resolution, native)


def calibration(name: str, printer: Printer, say: Language) -> bytes:
    """A page of A4 with a cross 20 mm from the upper left corner, where it should be printed: PDF."""
    width, height = A4[0] * MM, A4[1] * MM
    out = Stream(say("Calibration of %(printer)s", printer=name), say.code)
    x, y = (20 + printer.right) * MM, height - (20 + printer.down) * MM
    told = [
        say("Calibration of %(printer)s", printer=name),
        say("Print this page at its full size, without fitting it to the paper."),
        say("Measure from the left edge of the paper to the upright line: it should be 20 mm."),
        say("Measure from the upper edge of the paper to the level line: it should be 20 mm."),
        say(
            "Enter 20 less what you measured, to the right and downwards, for this printer; then print again."
        ),
        say(
            "Offsets now: %(right)s mm to the right, %(down)s mm down.",
            right=printer.right,
            down=printer.down,
        ),
    ]
    marks = [Box(x - 0.3, 20 * MM, 0.6, height - 40 * MM), Box(20 * MM, y - 0.3, width - 40 * MM, 0.6)]
    words = [Words(30 * MM, y - 40 - n * 18, line, 11, bold=not n) for n, line in enumerate(told)]
    ticks = [Box(x + n * MM, y - 4, 0.4, 8) for n in range(-10, 11)]
    ticks += [Box(x - 4, y + n * MM, 8, 0.4) for n in range(-10, 11)]
    plate = Plate(name, width, height, (*marks, *ticks, *words))
    out.code += [out.drawn(piece) for piece in plate.pieces]
    return out.head() + out.page(width, height) + out.tail()
