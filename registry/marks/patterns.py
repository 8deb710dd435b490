"""Damaged marks: `?` is one unreadable character, `*` any number of them, `[5S]` one of these.

Choices are given in the order of their likelihood; `[5?]` is a character that looks like 5 but may be any.
A pattern is a sequence of cells: STAR, ANY, or the characters that can stand there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from registry.core.errors import Invalid
from registry.marks.reading import LONGEST, fold_key, normal_form
from schemas.words import said

MOST_STARS = 4
MOST_CHOICES = 8
LEAST_LEGIBLE = 2
LONGEST_TYPED = 128
ANY, STAR = "?", "*"
_WILD = re.compile(r"[?*\[\]？＊［］]")
_UNIFIED = str.maketrans("？＊［］", "?*[]")
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A mark as read. key, folded: its normal form and that with look-alikes made one, wildcards kept.

    cells: the places of the normal form, one by one. is_exact: whether every character was legible.
    """

    raw: str
    key: str
    folded: str
    cells: Cells
    is_exact: bool = True

    @property
    def legible(self) -> int:
        """How many characters could be read."""
        return sum(cell[0] not in "?*" for cell in self.cells)

    @cached_property
    def _meant(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        folded = [cell if cell == STAR else fold_key(cell) for cell in self.cells]
        return _compiled(self.cells), _compiled(folded)

    @cached_property
    def is_sure(self) -> bool:
        """Whether each character was read for certain or not at all."""
        return all(len(cell) == 1 for cell in self.cells)

    def matches(self, folded: str) -> bool:
        """Whether a folded key fits; in time proportional to the product of the lengths at worst."""
        return self._meant[1].fullmatch(folded) is not None

    def is_within(self, folded: str) -> bool:
        """Whether a part of a folded key fits."""
        return self._meant[1].search(folded) is not None

    def matches_exactly(self, key: str) -> bool:
        """Whether a normal form fits without look-alikes."""
        return self._meant[0].fullmatch(key) is not None


def parse(text: str, field: str = "mark") -> Pattern:
    """Read what was typed.

    Raises Invalid naming the field: too long, too many `*`, brackets that do not close, hidden
    characters, or so little legible that anything would fit.
    """
    if len(text) > LONGEST_TYPED:
        raise Invalid.at(field, said("At most %(count)s characters.", count=LONGEST))
    _refuse_hidden(text, field)
    if _WILD.search(text):
        return _damaged(text, field)
    key = normal_form(text)
    if not key:
        raise Invalid.at(field, "Contains no letter and no digit.")
    if len(text) > LONGEST or len(key) > LONGEST:
        raise Invalid.at(field, said("At most %(count)s characters.", count=LONGEST))
    return Pattern(text, key, fold_key(key), tuple(key))


def _refuse_hidden(text: str, field: str) -> None:
    if text.isascii() and text.isprintable():
        return
    hidden = next((c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")), None)
    if hidden is not None:
        raise Invalid.at(
            field, said("Contains a character that cannot be seen (%(code)s).", code=f"U+{ord(hidden):04X}")
        )


def _damaged(text: str, field: str) -> Pattern:
    """The pattern of a text with wildcards."""
    unified = text.translate(_UNIFIED)
    if unified.count(STAR) > MOST_STARS:
        raise Invalid.at(field, said("At most %(count)s times *.", count=MOST_STARS))
    cells = tuple(_without_double_stars(_cells(unified, field)))
    if len(cells) > LONGEST:
        raise Invalid.at(field, said("At most %(count)s characters.", count=LONGEST))
    key = "".join(cell if len(cell) == 1 else f"[{cell}]" for cell in cells)
    pattern = Pattern(text, key, fold_key(key), cells, is_exact=False)
    if pattern.legible < LEAST_LEGIBLE:
        raise Invalid.at(
            field,
            said(
                "At least %(count)s legible characters are needed; too much would fit.", count=LEAST_LEGIBLE
            ),
        )
    return pattern


def _cells(text: str, field: str) -> Iterator[str]:
    """Places one by one; what stands between wildcards in its normal form."""
    at = 0
    for wild in re.finditer(r"\[([^\[\]]*)\]|[?*]", text):
        yield from _plain(text[at : wild.start()], field)
        yield wild[0] if wild[0] in "?*" else _choice(wild[1], field)
        at = wild.end()
    yield from _plain(text[at:], field)


def _plain(text: str, field: str) -> str:
    if "[" in text or "]" in text:
        raise Invalid.at(field, "A [ needs its ]: [5S] is a character that may be 5 or S.")
    return normal_form(text)


def _choice(text: str, field: str) -> str:
    """The characters between brackets, each once; ANY at the end when others are possible."""
    if STAR in text:
        raise Invalid.at(field, "Between [ and ] stand single characters.")
    allowed = "".join(dict.fromkeys(normal_form(text)))
    if not allowed or len(allowed) > MOST_CHOICES:
        raise Invalid.at(
            field, said("Between [ and ] stand 1 to %(count)s letters or digits.", count=MOST_CHOICES)
        )
    return allowed + ANY if ANY in text else allowed


def _without_double_stars(cells: Iterator[str]) -> Iterator[str]:
    before = ""
    for cell in cells:
        if cell != STAR or before != STAR:
            yield cell
        before = cell


def _compiled(cells: Sequence[str]) -> re.Pattern[str]:
    """As an expression that never goes back past a `*` once what follows it was found."""
    pieces: list[list[str]] = [[]]
    for cell in cells:
        if cell == STAR:
            pieces.append([])
        else:
            pieces[-1].append("." if ANY in cell else cell if len(cell) == 1 else f"[{cell}]")
    first, *rest = ["".join(piece) for piece in pieces]
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)
