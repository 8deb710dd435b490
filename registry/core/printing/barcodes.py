"""Barcodes as modules, drawn as one vector path in whole modules.

Code 128 is encoded by python-barcode, Data Matrix by zxing-cpp, the only one tried that writes true GS1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

import numpy as np
import zxingcpp
from barcode.charsets import code128 as code128_tables
from barcode.codex import Code128, Gs1_128
from barcode.errors import BarcodeError
from typing_extensions import Buffer

from registry.core.errors import Invalid
from schemas.words import said

QUIET_BARS = 10  # modules left and right of Code 128 (ISO/IEC 15417)
LONGEST_GS1 = 48  # characters with FNC1 between them (GS1 General Specifications)
FNC1 = "\x1d"
QUIET_MATRIX = 1  # module around Data Matrix (ISO/IEC 16022)
QUIET_QR = 4  # modules around a QR code (ISO/IEC 18004)
TO_PAIRS, TO_LETTERS, FNC1_VALUE, START_PAIRS = 99, 100, 102, 105  # characters of Code 128 by their value
_FIGURE = 16  # value of 0 among the letters
_UNDRAWN = object()  # in place of a writer: python-barcode encodes, we draw
_BAR = re.compile("1+")


@dataclass(frozen=True)
class Bars:
    """A linear symbol. runs: first module and width of each dark bar, one after the other; modules: in all;
    values: of its characters as Code 128 numbers them, the start among them, checksum and stop not.
    """

    runs: tuple[int, ...]
    modules: int
    values: tuple[int, ...]

    @property
    def width(self) -> int:
        """Modules with the quiet zones."""
        return self.modules + 2 * QUIET_BARS

    @property
    def dark(self) -> list[tuple[int, int]]:
        """(first module, width) of each dark bar."""
        return list(zip(self.runs[::2], self.runs[1::2], strict=True))


@dataclass(frozen=True)
class Matrix:
    """A square symbol. runs: column, row from the bottom and width of each dark run, one after the other.

    size: in modules; text: what it carries, with FNC1 before and between the elements of a GS1 code; quiet:
    modules of the zone around it; kind: "datamatrix" or "qr".
    """

    runs: tuple[int, ...]
    size: int
    text: str = ""
    quiet: int = QUIET_MATRIX
    kind: str = "datamatrix"

    @property
    def width(self) -> int:
        """Modules with the quiet zone."""
        return self.size + 2 * self.quiet

    @property
    def dark(self) -> list[tuple[int, int, int]]:
        """(column, row from the bottom, width) of each dark run."""
        return list(zip(self.runs[::3], self.runs[1::3], self.runs[2::3], strict=True))


def code128(text: str, field: str = "code128") -> Bars:
    """Code 128 of an ASCII text; raises Invalid for anything it cannot carry."""
    if not text or not text.isascii() or not text.isprintable() or len(text) > 60:
        raise Invalid.at(field, "Code 128 carries 1 to 60 visible ASCII characters.")
    try:
        return _bars(Code128(text, _UNDRAWN).encoded)
    except BarcodeError as error:
        raise Invalid.at(field, str(error)) from None


def gs1_128(text: str, field: str = "code128") -> Bars:
    """GS1-128 of joined elements with FNC1 (\\x1d) between them; raises Invalid for anything else."""
    if not text or not text.replace(FNC1, "").isascii() or not text.replace(FNC1, "").isprintable():
        raise Invalid.at(field, "GS1-128 carries visible ASCII characters.")
    if len(text) > LONGEST_GS1:
        raise Invalid.at(field, said("GS1-128 carries at most %(number)s characters.", number=LONGEST_GS1))
    return _bars(Gs1_128(text.replace(FNC1, Gs1_128.FNC1_CHAR), _UNDRAWN).encoded)


def without_return(bars: Bars) -> Bars:
    """The same text, its set of pairs of figures left at most once: wider, and understood by every printer.

    Not all that read ZPL go back to that set when they are told to.
    """
    values, pairs, left = [bars.values[0]], bars.values[0] == START_PAIRS, bars.values[0] != START_PAIRS
    for value in bars.values[1:]:
        if pairs and value < TO_LETTERS:
            values += [value] if not left else [_FIGURE + value // 10, _FIGURE + value % 10]
        elif pairs and value == TO_LETTERS:
            values += [] if left else [value]
            pairs, left = False, True
        elif not pairs and value == TO_PAIRS:
            pairs = True
        else:
            values.append(value)
    return _bars(values)


def _bars(values: list[int]) -> Bars:
    checksum = (values[0] + sum(n * value for n, value in enumerate(values))) % 103
    runs: list[int] = []
    at = 0
    for value in (*values, checksum, _STOP):
        bars, step = _PATTERNS[value]
        for begin, width in bars:
            runs += (at + begin, width)
        at += step
    return Bars(tuple(runs), at, tuple(values))


def _pattern(modules: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """(first module, width) of each dark bar of a character, and its modules."""
    return tuple((bar.start(), len(bar[0])) for bar in _BAR.finditer(modules)), len(modules)


_STOP = len(code128_tables.CODES)
_PATTERNS = tuple(_pattern(modules) for modules in (*code128_tables.CODES, code128_tables.STOP + "11"))


def data_matrix(text: str, gs1: bool = False, field: str = "datamatrix", carried: str = "") -> Matrix:
    """Data Matrix of a text, or of a GS1 element string in brackets; raises Invalid if it does not fit.

    carried: the same with FNC1 before and between the elements, for printers that make the symbol themselves.
    """
    try:
        symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=gs1, force_square=True)
        return _matrix(symbol, carried or text)
    except (ValueError, RuntimeError) as error:
        raise Invalid.at(
            field, said("This cannot be written as a Data Matrix: %(error)s", error=error)
        ) from None


def qr_code(text: str, quiet: int = QUIET_MATRIX) -> Matrix:
    """QR code of a text, with the middle of the levels of correction. quiet: modules of free space around."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return _matrix(symbol, text, quiet, "qr")


def _matrix(
    symbol: zxingcpp.Barcode, text: str, quiet: int = QUIET_MATRIX, kind: str = "datamatrix"
) -> Matrix:
    dark = np.asarray(cast(Buffer, symbol.to_image(scale=1, add_quiet_zones=False))) == 0
    rows, columns = dark.shape
    framed = np.zeros((rows, columns + 2), np.int8)
    framed[:, 1:-1] = dark[::-1]  # rows count from the bottom; every run ends within its own
    flat = framed.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    begins = edges[::2]
    row = begins // (columns + 2)
    runs = np.column_stack((begins - row * (columns + 2), row, edges[1::2] - begins))
    return Matrix(tuple(runs.ravel().tolist()), columns, text, quiet, kind)


def bars_path(bars: Bars, x: float, y: float, module: float, height: float) -> str:
    """PDF operators that draw a linear symbol, quiet zone included, with its lower left corner at x, y."""
    left = x + QUIET_BARS * module
    drawn = ("%d 0 %d 1 re " * (len(bars.runs) // 2)) % bars.runs
    return f"q {module:.4f} 0 0 {height:.3f} {left:.3f} {y:.3f} cm {drawn}f Q"


def matrix_path(matrix: Matrix, x: float, y: float, module: float) -> str:
    """PDF operators that draw a square symbol, quiet zone included, with its lower left corner at x, y."""
    edge = matrix.quiet * module
    drawn = ("%d %d %d 1 re " * (len(matrix.runs) // 3)) % matrix.runs
    return f"q {module:.4f} 0 0 {module:.4f} {x + edge:.3f} {y + edge:.3f} cm {drawn}f Q"


def matrix_outline(matrix: Matrix) -> str:
    """The dark modules as the path of an SVG drawing, one unit a module, without quiet zone."""
    top = matrix.size - 1
    return "".join(f"M{column} {top - row}h{width}v1h-{width}z" for column, row, width in matrix.dark)
