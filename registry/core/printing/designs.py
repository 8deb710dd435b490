"""The vocabulary of label designs: which sizes a design has, and which codes it bears. Data, no drawing.

A design is set on the largest of its panels that its label has room for; a label smaller than the smallest
is refused. Millimetres throughout, but for the sizes of letters, which are points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.label_vocabulary import LabelDesign as D

LEAST_BARS = 0.19  # millimetres to a module; below, thermal printers merge bars
GENERAL, LOGISTIC = 0.25, 0.495
"""Least module of GS1-128 on trade items, and on what is scanned in distribution (GS1)."""


@dataclass(frozen=True)
class Panel:
    """One size. width, height: the least label it fits. band: height of the heading; mark, text: largest
    letters; bars: (least, most) height of a linear symbol, None where it bears none; square: most width of
    a module of the square one; captions: whether facts have one.
    """

    width: float
    height: float
    band: float
    mark: float
    text: float
    bars: tuple[float, float] | None
    square: float
    captions: bool = True


@dataclass(frozen=True)
class Design:
    """size: of a label where nothing else is said; panels: the largest first; module: least of its bars."""

    size: tuple[float, float]
    panels: tuple[Panel, ...]
    module: float = LEAST_BARS
    qr: bool = False


LARGE = Panel(98, 138, band=8, mark=34, text=14, bars=(13, 28), square=1.2)
MIDDLE = Panel(66, 36, band=4.2, mark=17, text=8.5, bars=(6, 11), square=0.8)
TALLER = Panel(66, 56, band=4.2, mark=17, text=9, bars=(6, 12), square=0.8)
SMALL = Panel(46, 23, band=3.2, mark=12, text=7, bars=None, square=0.6)
TINY = Panel(38, 19, band=2.8, mark=10, text=6, bars=None, square=0.5, captions=False)
DESIGNS: Mapping[D, Design] = MappingProxyType(
    {
        D.FIREARM: Design((100, 50), (LARGE, MIDDLE, SMALL, TINY)),
        D.PART: Design((50, 25), (LARGE, MIDDLE, SMALL, TINY)),
        D.IMPORT_MARK: Design((70, 37), (LARGE, MIDDLE, SMALL, TINY)),
        D.EVIDENCE: Design((100, 60), (LARGE, MIDDLE)),
        D.DISPOSAL: Design((100, 60), (LARGE, MIDDLE)),
        D.UNIT_BOX: Design((100, 70), (LARGE, TALLER), GENERAL),
        D.CARTON: Design((105, 148), (LARGE,), LOGISTIC),
        D.PALLET: Design((148, 210), (LARGE,), LOGISTIC),
        D.SHIPMENT: Design((105, 148), (LARGE, TALLER), qr=True),
        D.DEACTIVATION: Design((100, 60), (LARGE, MIDDLE, SMALL, TINY), qr=True),
    }
)
