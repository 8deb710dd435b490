"""Damaged marks: `?` is one unreadable character, `*` any number of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from registry.core.errors import Invalid
from registry.marks.reading import LONGEST, fold_key, normal_form

MOST_STARS = 4
LEAST_LEGIBLE = 2
ESCAPE = "!"


@dataclass(frozen=True)
class Pattern:
    """A mark as read. key, folded: its normal form and that with look-alikes made one, wildcards kept."""

    raw: str
    key: str
    folded: str

    @property
    def is_exact(self) -> bool:
        """Whether every character was legible."""
        return "?" not in self.key and "*" not in self.key

    @property
    def legible(self) -> int:
        """How many characters could be read."""
        return len(self.key) - self.key.count("?") - self.key.count("*")

    @property
    def prefix(self) -> str:
        """The legible start of the folded form, for an index."""
        return self.folded.split("?", 1)[0].split("*", 1)[0]

    def like(self) -> str:
        """The folded form as an SQL LIKE pattern, with ESCAPE as its escape character."""
        return self.folded.replace("?", "_").replace("*", "%")

    def matches(self, folded: str) -> bool:
        """Whether a folded key fits; in time proportional to the product of the lengths at worst."""
        return _fits(self.folded, folded)

    def matches_exactly(self, key: str) -> bool:
        """Whether a normal form fits without look-alikes."""
        return _fits(self.key, key)


def parse(text: str, field: str = "mark") -> Pattern:
    """Read what was typed.

    Raises Invalid naming the field: too long, too many `*`, hidden characters, or so little legible
    that anything would fit.
    """
    if len(text) > LONGEST:
        raise Invalid.at(field, f"At most {LONGEST} characters.")
    if text.count("*") > MOST_STARS:
        raise Invalid.at(field, f"At most {MOST_STARS} times *.")
    plain = text.isascii() and text.isprintable()
    hidden = (
        None
        if plain
        else next((c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")), None)
    )
    if hidden is not None:
        raise Invalid.at(field, f"Contains a character that cannot be seen (U+{ord(hidden):04X}).")
    key = _key(text)
    pattern = Pattern(text, key, fold_key(key))
    if pattern.legible == 0 and pattern.is_exact:
        raise Invalid.at(field, "Contains no letter and no digit.")
    if pattern.legible < LEAST_LEGIBLE and not pattern.is_exact:
        raise Invalid.at(
            field, f"At least {LEAST_LEGIBLE} legible characters are needed; too much would fit."
        )
    return pattern


def _key(text: str) -> str:
    """The normal form around the wildcards."""
    if "?" not in text and "*" not in text and text.isascii():
        return normal_form(text)
    pieces: list[str] = []
    start = 0
    unified = text.replace("？", "?").replace("＊", "*")
    for at, character in enumerate(unified):
        if character in "?*":
            pieces += [normal_form(unified[start:at]), character]
            start = at + 1
    key = "".join([*pieces, normal_form(unified[start:])])
    while "**" in key:
        key = key.replace("**", "*")
    return key


def _fits(pattern: str, text: str) -> bool:
    """Greedy matching that goes back only to the last `*`: never exponential."""
    at = place = 0
    star, mark = -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return pattern[at:].strip("*") == ""
