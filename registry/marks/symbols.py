"""Signs beside a code (FP art. 8(1)(a)): as they are typed, and which State they stand for. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from registry.marks import catalogue
from registry.marks.reading import normal_form
from schemas.vocabulary import Symbol

GLYPHS = {
    Symbol.TRIANGLE: "△▲▵",
    Symbol.CIRCLE: "○●◯",
    Symbol.DOUBLE_CIRCLE: "◎",
    Symbol.STAR: "★☆✩✪",
    Symbol.SHIELD: "⛨🛡",
    Symbol.ANCHOR: "⚓",
    Symbol.CROWN: "♔♕👑",
    Symbol.ARROW: "↑⇧⬆",
    Symbol.DIAMOND: "◇◆♢",
}
_OF_GLYPH = {glyph: symbol for symbol, glyphs in GLYPHS.items() for glyph in glyphs}
_OTHER_NAMES = {
    "66 in triangle": Symbol.SIXTY_SIX_IN_TRIANGLE,
    "26 in triangle": Symbol.TWENTY_SIX_IN_TRIANGLE,
    "10 in double circle": Symbol.TEN_IN_DOUBLE_CIRCLE,
    "10 in circle": Symbol.TEN_IN_DOUBLE_CIRCLE,
    "izhevsk": Symbol.ARROW_IN_TRIANGLE,
    "tula": Symbol.STAR,
}
_NAMES = {symbol.value.replace("_", " "): symbol for symbol in Symbol} | _OTHER_NAMES
_NAMED = re.compile(r"\(([^()]{1,40})\)")
SUCCESSORS = {"SU": "RU"}
Stands = tuple[str, str, str]
"""A sign, how the code beside it begins ("" for any), and the State they stand for."""
BUILT_IN: frozenset[Stands] = frozenset(
    (one.symbol.value, one.code, one.country) for one in catalogue.meanings()
)


def told_in(text: str) -> tuple[str, tuple[Symbol, ...]]:
    """(the text without them, the signs typed in it): as characters, or by name in brackets, as (star)."""
    found: list[Symbol] = []

    def named(match: re.Match[str]) -> str:
        symbol = _NAMES.get(" ".join(match[1].casefold().replace("_", " ").split()))
        if symbol is None:
            return match[0]
        found.append(symbol)
        return " "

    rest = _NAMED.sub(named, text) if "(" in text else text
    found += [_OF_GLYPH[character] for character in rest if character in _OF_GLYPH]
    plain = "".join(" " if character in _OF_GLYPH else character for character in rest)
    return " ".join(plain.split()) if found else text, tuple(dict.fromkeys(found))


def decode(symbols: Iterable[str], text: str, stands: Collection[Stands] = BUILT_IN) -> frozenset[str]:
    """The States that these signs and the code can stand for; a State that is gone counts as its successor.

    text: the code beside them. Signs without a known meaning add nothing.
    """
    key = normal_form(text)
    left: frozenset[str] | None = None
    for symbol in symbols:
        states = frozenset(
            successor(state) for sign, code, state in stands if sign == symbol and key.startswith(code)
        )
        if states:
            left = states if left is None else left & states
    return left or frozenset()


def successor(state: str) -> str:
    """The State that answers for a State's signs today."""
    return SUCCESSORS.get(state, state)
