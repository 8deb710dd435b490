"""Numbers of the registry that a damaged one may have been, by its check character (ISO/IEC 7064). Pure.

One character is wrong, or one is missing: in the letters at the beginning, in the figures, or the check
character itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from registry.core.numbers import key_of, registry_number

FIGURES = "0123456789"
_LEAST, _MOST = 9, 22
_BETWEEN = re.compile(r"[\s‐-―._/-]+")


def fits(text: str, prefixes: Iterable[str]) -> list[str]:
    """Whole numbers from which this text differs in one character, in the order of the prefixes.

    prefixes: beginnings of the numbers that are meant. None for a text that cannot be one.
    """
    plain = _BETWEEN.sub("", text.strip()).upper()
    if not (_LEAST <= len(plain) <= _MOST and plain.isascii() and plain.isalnum()):
        return []
    found: dict[str, None] = {}
    for prefix in prefixes:
        for whole in _near(plain, prefix):
            key = key_of(prefix, whole)
            if key is not None and _plain(number := registry_number(prefix, key)) == whole:
                found[number] = None
    return list(found)


def _plain(number: str) -> str:
    return number.replace("-", "")


def _near(plain: str, prefix: str) -> Iterator[str]:
    """Texts with this prefix that are one character from the given one; most of them check wrongly."""
    begins, rest = plain[: len(prefix)], plain[len(prefix) :]
    if begins == prefix:
        yield from _near_in(prefix, rest)
    elif sum(one != other for one, other in zip(begins, prefix, strict=False)) == 1:
        yield prefix + rest
    if any(prefix[:n] + prefix[n + 1 :] == plain[: len(prefix) - 1] for n in range(len(prefix))):
        yield prefix + plain[len(prefix) - 1 :]


def _near_in(prefix: str, rest: str) -> Iterator[str]:
    for n in range(len(rest)):
        for figure in FIGURES:
            if n < len(rest) - 1:
                yield f"{prefix}{rest[:n]}{figure}{rest[n + 1 :]}"
            yield f"{prefix}{rest[:n]}{figure}{rest[n:]}"
    for figures in (rest[:-1], rest):
        if figures.isdecimal() and len(figures) < 19:
            yield _plain(registry_number(prefix, int(figures)))
