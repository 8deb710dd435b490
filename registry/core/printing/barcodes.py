"""Barcodes as modules, drawn as one vector path in whole modules.

Code 128 is encoded by python-barcode, Data Matrix by zxing-cpp, the only one tried that writes true GS1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

import zxingcpp
from barcode.codex import Code128, Gs1_128
from barcode.errors import BarcodeError
from typing_extensions import Buffer

from registry.core.errors import Invalid
from schemas.words import said

QUIET_BARS = 10  # modules left and right of Code 128 (ISO/IEC 15417)
LONGEST_GS1 = 48  # characters with FNC1 between them (GS1 General Specifications)
FNC1 = "\x1d"
QUIET_MATRIX = 1  # module around Data Matrix (ISO/IEC 16022)
_BAR = re.compile("1+")
_RUN = re.compile(rb"\x00+")


@dataclass(frozen=True)
class Bars:
    """A linear symbol: (first module, width) of each dark bar, and how many modules there are."""

    dark: tuple[tuple[int, int], ...]
    modules: int

    @property
    def width(self) -> int:
        """Modules with the quiet zones."""
        return self.modules + 2 * QUIET_BARS


@dataclass(frozen=True)
class Matrix:
    """A square symbol: (column, row from the bottom, width) of each dark run, and its size in modules."""

    dark: tuple[tuple[int, int, int], ...]
    size: int

    @property
    def width(self) -> int:
        """Modules with the quiet zone."""
        return self.size + 2 * QUIET_MATRIX


def code128(text: str, field: str = "code128") -> Bars:
    """Code 128 of an ASCII text; raises Invalid for anything it cannot carry."""
    if not text or not text.isascii() or not text.isprintable() or len(text) > 60:
        raise Invalid.at(field, "Code 128 carries 1 to 60 visible ASCII characters.")
    try:
        modules = Code128(text).build()[0]
    except BarcodeError as error:
        raise Invalid.at(field, str(error)) from None
    return _bars(modules)


def gs1_128(text: str, field: str = "code128") -> Bars:
    """GS1-128 of joined elements with FNC1 (\\x1d) between them; raises Invalid for anything else."""
    if not text or not text.replace(FNC1, "").isascii() or not text.replace(FNC1, "").isprintable():
        raise Invalid.at(field, "GS1-128 carries visible ASCII characters.")
    if len(text) > LONGEST_GS1:
        raise Invalid.at(field, f"GS1-128 carries at most {LONGEST_GS1} characters.")
    return _bars(Gs1_128(text.replace(FNC1, Gs1_128.FNC1_CHAR)).build()[0])


def _bars(modules: str) -> Bars:
    return Bars(tuple((bar.start(), len(bar[0])) for bar in _BAR.finditer(modules)), len(modules))


def data_matrix(text: str, gs1: bool = False, field: str = "datamatrix") -> Matrix:
    """Data Matrix of a text, or of a GS1 element string in brackets; raises Invalid if it does not fit."""
    try:
        symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=gs1, force_square=True)
        return _matrix(symbol)
    except (ValueError, RuntimeError) as error:
        raise Invalid.at(
            field, said("This cannot be written as a Data Matrix: %(error)s", error=error)
        ) from None


def qr_code(text: str) -> Matrix:
    """QR code of a text, with the middle of the levels of correction."""
    return _matrix(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M"))


def _matrix(symbol: zxingcpp.Barcode) -> Matrix:
    image = memoryview(cast(Buffer, symbol.to_image(scale=1, add_quiet_zones=False)))
    rows, columns = image.shape or (0, 0)
    pixels = image.tobytes()
    dark = [
        (run.start(), rows - 1 - row, len(run[0]))
        for row in range(rows)
        for run in _RUN.finditer(pixels[row * columns : (row + 1) * columns])
    ]
    return Matrix(tuple(dark), columns)


def bars_path(bars: Bars, x: float, y: float, module: float, height: float) -> str:
    """PDF operators that draw a linear symbol, quiet zone included, with its lower left corner at x, y."""
    left = x + QUIET_BARS * module
    drawn = " ".join(f"{at} 0 {width} 1 re" for at, width in bars.dark)
    return f"q {module:.4f} 0 0 {height:.3f} {left:.3f} {y:.3f} cm {drawn} f Q"


def matrix_path(matrix: Matrix, x: float, y: float, module: float) -> str:
    """PDF operators that draw a square symbol, quiet zone included, with its lower left corner at x, y."""
    edge = QUIET_MATRIX * module
    drawn = " ".join(f"{column} {row} {width} 1 re" for column, row, width in matrix.dark)
    return f"q {module:.4f} 0 0 {module:.4f} {x + edge:.3f} {y + edge:.3f} cm {drawn} f Q"


def matrix_outline(matrix: Matrix) -> str:
    """The dark modules as the path of an SVG drawing, one unit a module, without quiet zone."""
    top = matrix.size - 1
    return "".join(f"M{column} {top - row}h{width}v1h-{width}z" for column, row, width in matrix.dark)
