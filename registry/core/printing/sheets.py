"""Labels as a PDF in pieces: on sheets, or one to a page of its own size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.core.errors import Invalid
from registry.core.printing.composing import EDGE, Label, compose
from registry.core.printing.media import Medium, Places, places
from registry.core.printing.plates import MM, Plate
from registry.core.printing.streams import Stream
from schemas.label_vocabulary import MediumKind
from schemas.words import said

_ROUNDING = 0.1
"""Millimetres by which what is moved onto whole dots may come nearer to an edge."""


@dataclass(frozen=True)
class Printer:
    """resolution: dots to an inch; right, down: by how many millimetres it prints too far left and up."""

    resolution: int = 300
    right: float = 0.0
    down: float = 0.0


def refuse_offset(medium: Medium, printer: Printer) -> None:
    """Raises Invalid where the printer's offset moves what stands on a label over the edge of its paper."""
    free = EDGE / MM - _ROUNDING
    width, height = medium.paper
    right, bottom = medium.corner(medium.places - 1)
    fits = (
        medium.left + free + printer.right >= 0
        and medium.top + free + printer.down >= 0
        and width - right - medium.width + free >= printer.right
        and height - bottom - medium.height + free >= printer.down
    )
    if not fits:
        words = said("The offset of this printer moves labels of this format over the edge of their paper.")
        raise Invalid.at("printer", words)


def pdf(
    labels: Iterable[Label],
    medium: Medium,
    printer: Printer,
    free: Places | None = None,
    title: str = "",
    language: str = "",
) -> Iterator[bytes]:
    """The file in pieces, a page at a time; raises Invalid naming what does not fit."""
    drawn = (compose(one, medium.width, medium.height, printer.resolution) for one in labels)
    if medium.kind is MediumKind.ROLL:
        placed = ((n, (0.0, 0.0), plate) for n, plate in enumerate(drawn))
    else:
        found = places(medium, free or Places())
        placed = ((n, medium.corner(at), plate) for (n, at), plate in zip(found, drawn, strict=False))
    return _written(placed, medium, printer, Stream(title, language))


def _written(
    placed: Iterable[tuple[int, tuple[float, float], Plate]], medium: Medium, printer: Printer, out: Stream
) -> Iterator[bytes]:
    width, height = medium.paper[0] * MM, medium.paper[1] * MM
    dot = 72 / printer.resolution
    yield out.head()
    sheet = 0
    for n, (left, top), plate in placed:
        while sheet < n:
            yield out.page(width, height)
            sheet += 1
        x = (left + printer.right) * MM
        y = height - (top + printer.down) * MM - plate.height
        _draw(out, plate, round(x / dot) * dot, round(y / dot) * dot)
    yield out.page(width, height) + out.tail()


def _draw(out: Stream, plate: Plate, x: float, y: float) -> None:
    """A label with its lower left corner on a dot of the printer."""
    out.code.append(f"q 1 0 0 1 {x:.4f} {y:.4f} cm")
    out.code += [out.drawn(piece) for piece in plate.pieces]
    out.code.append("Q")
