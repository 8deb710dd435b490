"""What is printed on a package itself: maker, buyer, product, lot and quantity, in words and in GS1 codes.

Brazil accepts no label on the box (16 D LOG art. 3), so this is artwork for the press: a panel of a fixed
size for each level, in two sizes. Modules are whole dots of a 203 dpi printer and never below what GS1 and
such a printer ask for; what does not fit is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from registry.ammunition import gs1
from registry.core.errors import Invalid
from registry.core.printing import barcodes, ink
from registry.core.printing.plates import MM, Linear, Plate, Square, Words
from schemas.vocabulary import PackageLevel
from schemas.words import ENGLISH, Language, said

DOT = 0.125 * MM
MARGIN = 3 * MM
GAP = 1.2 * MM
READ_BELOW = 2.9 * MM  # room for the words under a symbol


@dataclass(frozen=True)
class Design:
    """A panel; millimetres. bars, square: least and most width of a module; tall: of a linear symbol."""

    width: float
    height: float
    bars: tuple[float, float]
    square: tuple[float, float]
    tall: tuple[float, float]
    text: float
    least_text: float = 5.0


_LOGISTIC = Design(148, 210, (0.5, 0.875), (0.5, 1.0), (20, 34), 12, 6)
_SMALL_LOGISTIC = Design(105, 148, (0.5, 0.875), (0.375, 0.75), (13, 32), 9)
DESIGNS: Mapping[PackageLevel, tuple[Design, Design]] = MappingProxyType(
    {
        PackageLevel.UNIT_BOX: (
            Design(110, 66, (0.25, 0.5), (0.375, 0.625), (8, 16), 8),
            Design(66, 58, (0.25, 0.375), (0.375, 0.5), (5, 9), 6.5),
        ),
        PackageLevel.CARTON: (
            Design(148, 105, (0.375, 0.625), (0.375, 0.75), (9, 32), 9),
            Design(105, 100, (0.25, 0.5), (0.375, 0.625), (7, 16), 8),
        ),
        PackageLevel.CASE: (_LOGISTIC, _SMALL_LOGISTIC),
        PackageLevel.PALLET: (_LOGISTIC, _SMALL_LOGISTIC),
    }
)


@dataclass(frozen=True)
class Captions:
    """The words before each fact, in the language of the print."""

    lot: str = "Lot"
    quantity: str = "Cartridges"
    buyer: str = "Buyer"
    made: str = "Made on"
    number: str = "Package"
    levels: Mapping[str, str] = field(default_factory=dict)
    language: Language = ENGLISH


@dataclass(frozen=True)
class Shown:
    """What the panel of one package says. buyer: "" where none is named."""

    number: str
    level: PackageLevel
    maker: str
    buyer: str
    product: str
    calibre: str
    lot: str
    quantity: int
    produced_on: str
    elements: gs1.Elements


def plate(shown: Shown, words: Captions, small: bool = False) -> Plate:
    """The panel of a package; raises Invalid naming what does not fit."""
    design = DESIGNS[shown.level][small]
    width, height = design.width * MM, design.height * MM
    symbols = _symbols(shown.elements, design)
    linear, top = _linear(symbols, design)
    square, left = _square(shown, design, top)
    facts = _facts(shown, words, design, left - MARGIN - GAP, height - MARGIN - top - GAP)
    return Plate(f"{shown.number} {shown.lot}", width, height, (*facts, square, *linear))


Symbol = tuple[gs1.Elements, barcodes.Bars]


def _symbols(elements: gs1.Elements, design: Design) -> list[Symbol]:
    """As few GS1-128 symbols as fit the panel one above the other, in the order of their elements."""
    symbols: list[Symbol] = []
    at = 0
    while at < len(elements):
        fitting = ((elements[at:end], end) for end in range(len(elements), at, -1))
        drawn = next(
            ((part, bars, end) for part, end in fitting if (bars := _bars(part, design)) is not None), None
        )
        if drawn is None:
            ai, value = elements[at]
            raise Invalid.at(
                "small", said("(%(ai)s)%(value)s is too long for this panel.", ai=ai, value=value), "GS1"
            )
        symbols.append((drawn[0], drawn[1]))
        at = drawn[2]
    return symbols


def _bars(elements: gs1.Elements, design: Design) -> barcodes.Bars | None:
    """The symbol of some elements, or None where it is too long for the panel or for GS1-128."""
    text = gs1.joined(elements)
    if len(text) > barcodes.LONGEST_GS1:
        return None
    bars = barcodes.gs1_128(text)
    return bars if bars.width * design.bars[0] * MM <= design.width * MM - 2 * MARGIN else None


def _linear(symbols: Sequence[Symbol], design: Design) -> tuple[list[Linear | Words], float]:
    """The linear symbols with their words, from the bottom up, and where they end."""
    room = design.width * MM - 2 * MARGIN
    share = 0.56 * design.height * MM / len(symbols) - READ_BELOW - GAP
    tall = min(share, design.tall[1] * MM)
    if tall < design.tall[0] * MM:
        raise Invalid.at("small", said("The codes are too many for this panel."), "GS1")
    parts: list[Linear | Words] = []
    y = MARGIN
    for elements, bars in reversed(symbols):
        module = _module(room / bars.width, design.bars)
        parts.append(Linear(MARGIN, y + READ_BELOW, bars, module, tall))
        read, begin = gs1.bracketed(elements), MARGIN + barcodes.QUIET_BARS * module
        parts.append(Words(begin, y + 0.6 * MM, read, _size(read, "code", 7, room - begin, design)))
        y += READ_BELOW + tall + GAP
    return parts, y


def _module(fitting: float, bounds: tuple[float, float]) -> float:
    """The largest width in whole dots of a 203 dpi printer that fits and that GS1 allows."""
    return max(min(fitting, bounds[1] * MM) // DOT * DOT, bounds[0] * MM)


def _square(shown: Shown, design: Design, bottom: float) -> tuple[Square, float]:
    """The Data Matrix at the upper right, and where it begins."""
    matrix = barcodes.data_matrix(gs1.bracketed(shown.elements), gs1=True)
    room = design.height * MM - MARGIN - bottom
    module = _module(min(room, design.width * MM * 0.4) / matrix.width, design.square)
    side = module * matrix.width
    if side > room:
        raise Invalid.at("small", said("The Data Matrix is too large for this panel."), "GS1")
    x = design.width * MM - MARGIN - side
    return Square(x, design.height * MM - MARGIN - side, matrix, module), x


def _facts(shown: Shown, words: Captions, design: Design, width: float, room: float) -> Iterator[Words]:
    """What people read: the lot large, the rest in lines, each shrunk to its width."""
    level = words.levels.get(shown.level, shown.level.replace("_", " "))
    lines = [
        ("maker", shown.maker, True),
        ("product", f"{shown.product}  {shown.calibre}", False),
        ("code", f"{words.lot}  {shown.lot}", True),
        ("quantity", f"{words.quantity}  {words.language.number(shown.quantity)}   ({level})", False),
        *([("buyer", f"{words.buyer}  {shown.buyer}", False)] if shown.buyer else []),
        ("produced_on", f"{words.made}  {shown.produced_on}", False),
        ("number", f"{words.number}  {shown.number}", False),
    ]
    sizes = {"code": 1.7, "maker": 1.15}
    step = min(room / sum(sizes.get(name, 1) * 1.3 for name, *_ in lines), design.text)
    if step < design.least_text:
        raise Invalid.at("small", said("The words are too many for this panel."))
    y = design.height * MM - MARGIN
    for name, text, bold in lines:
        size = _size(text, name, step * sizes.get(name, 1), width, design)
        y -= step * sizes.get(name, 1) * 1.3
        yield Words(MARGIN, y + size * 0.25, text, size, bold)


def _size(text: str, name: str, size: float, width: float, design: Design) -> float:
    """The size at which the words fit; raises Invalid below what can be read."""
    fitting = ink.fitted(size, text, width)
    if fitting < design.least_text:
        raise Invalid.at(name, said("“%(text)s” is too long for this panel.", text=text[:60]))
    return fitting
