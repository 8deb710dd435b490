"""Symbols of art. 8 as lines: the drawing that pages show, for paper, artwork and thermal printers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path

SIZE = 48
"""Units to the side of the square in which a symbol stands."""
WEIGHT = 2.5
_DRAWINGS = Path(__file__).parents[1] / "web/static/symbols.svg"
_SYMBOL = re.compile(r'<symbol id="(\w+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_SHAPE = re.compile(r"<(path|circle|ellipse) ([^>]*)/>")
_GIVEN = re.compile(r'(\w+)="([^"]*)"')
_ROUND = 0.5523
"""How far the handles of a quarter of a circle reach."""
_STEPS = 10
Line = tuple[tuple[float, float], ...]


class _Lines(BasePen):  # type: ignore[misc]
    """Takes curves as short straight lines."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lines: list[list[tuple[float, float]]] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.lines.append([pt])

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.lines[-1].append(pt)

    def _curveToOne(  # noqa: N802
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        begin = self.lines[-1][-1]
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points = (begin, pt1, pt2, pt3)
            x, y = (sum(s * p[axis] for s, p in zip(shares, points, strict=True)) for axis in (0, 1))
            self.lines[-1].append((x, y))

    def _closePath(self) -> None:  # noqa: N802
        self.lines[-1].append(self.lines[-1][0])


@cache
def lines(name: str) -> tuple[Line, ...]:
    """The lines of a symbol, SIZE units to its side, from the lower left corner; none for an unknown one."""
    drawn = _Lines()
    for path in _paths(_drawings().get(name, "")):
        parse_path(path, drawn)
    return tuple(tuple((x, SIZE - y) for x, y in line) for line in drawn.lines)


@cache
def _drawings() -> dict[str, str]:
    return dict(_SYMBOL.findall(_DRAWINGS.read_text(encoding="utf-8")))


def _paths(drawing: str) -> Iterator[str]:
    for kind, told in _SHAPE.findall(drawing):
        given = dict(_GIVEN.findall(told))
        yield given["d"] if kind == "path" else _ellipse(given)


def _ellipse(given: dict[str, str]) -> str:
    x, y = float(given["cx"]), float(given["cy"])
    rx, ry = (float(given.get(name) or given["r"]) for name in ("rx", "ry"))
    kx, ky = rx * _ROUND, ry * _ROUND
    return (
        f"M{x - rx} {y}c0 {-ky} {rx - kx} {-ry} {rx} {-ry}s{rx} {ry - ky} {rx} {ry}"
        f"s{-(rx - kx)} {ry} {-rx} {ry}s{-rx} {-(ry - ky)} {-rx} {-ry}z"
    )
