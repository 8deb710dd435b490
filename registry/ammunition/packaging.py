"""Packages as arithmetic: numbers, codes, and runs of packages of one size laid end to end. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.ammunition.spans import Span
from registry.core.numbers import key_of, registry_number

ROOM = 10**7
"""A lot has fewer packages than this; the number of one is made of lot · ROOM + n."""


def package_number(lot_id: int, n: int) -> str:
    """The number of the n-th package of a lot: B-…, with a check character."""
    return registry_number("B", lot_id * ROOM + n)


def package_key(text: str) -> tuple[int, int] | None:
    """(lot, n) behind a package's number, or None."""
    key = key_of("B", text)
    return divmod(key, ROOM) if key is not None and key % ROOM else None


def gs1_element_string(gtin: str, lot_code: str, n: int, produced_on: date, quantity: int) -> str:
    """(01) GTIN (10) lot (21) serial (11) production date (37) count, as GS1 writes it with brackets."""
    return f"(01){gtin.zfill(14)}(10){lot_code}(21){n}(11){produced_on:%y%m%d}(37){quantity}"


_FIXED = {"00": 18, "01": 14, "11": 6}
_VARIABLE = ("10", "21", "37")
_SEPARATOR = "\x1d"


def scanned(text: str) -> dict[str, str]:
    """The application identifiers of a GS1 code: with brackets, or as a scanner gives it.

    Empty for anything else. Variable fields end with a separator (FNC1), as GS1 asks.
    """
    if re.fullmatch(r"(\([0-9]{2}\)[^()]+)+", text):
        return dict(re.findall(r"\(([0-9]{2})\)([^()]+)", text))
    rest, found = re.sub(r"^\](C1|d2|Q3)", "", text).strip(_SEPARATOR), dict[str, str]()
    while rest:
        identifier = rest[:2]
        if identifier in _FIXED:
            end = 2 + _FIXED[identifier]
        elif identifier in _VARIABLE:
            end = rest.find(_SEPARATOR) if _SEPARATOR in rest else len(rest)
        else:
            return {}
        if end > len(rest):
            return {}
        found[identifier], rest = rest[2:end], rest[end:].lstrip(_SEPARATOR)
    return found


@dataclass(frozen=True)
class Run:
    """Packages of one size and level; n is the number of the first one, the last one may hold fewer."""

    level: str
    round: int
    first: int
    last: int
    size: int
    n: int
    packed_on: date | None = None

    @property
    def count(self) -> int:
        return (self.last - self.first) // self.size + 1

    def package(self, n: int) -> Span:
        """The span of the package with a number."""
        first = self.first + (n - self.n) * self.size
        return Span(first, min(first + self.size - 1, self.last))

    def holds(self, n: int) -> bool:
        """Whether it is one of these packages."""
        return self.n <= n < self.n + self.count

    def touching(self, span: Span) -> Iterator[tuple[int, Span]]:
        """(number, span) of the packages in which any of these cartridges lies."""
        shared = span.within(Span(self.first, self.last))
        if shared is not None:
            begin, end = ((at - self.first) // self.size for at in (shared.first, shared.last))
            yield from ((self.n + k, self.package(self.n + k)) for k in range(begin, end + 1))


def opened(runs: list[Run], level: str, round_: int, span: Span) -> bool:
    """Whether any cartridge of a package was packed anew later."""
    return any(
        run.level == level and run.round > round_ and span.within(Span(run.first, run.last)) for run in runs
    )


def crossed(runs: list[Run], level: str, whole: Span, size: int) -> int | None:
    """The number of a package of another level that new ones of `size` would cut, or None.

    It must lie within one of the new ones, or begin and end where new ones do.
    """
    for run in runs:
        if run.level == level:
            continue
        for n, old in run.touching(whole):
            if not opened(runs, run.level, run.round, old) and _cuts(old, whole, size):
                return n
    return None


def _cuts(old: Span, whole: Span, size: int) -> bool:
    begin, end = (
        (at - whole.first) // size for at in (max(old.first, whole.first), min(old.last, whole.last))
    )
    first, last = whole.first + begin * size, min(whole.first + (end + 1) * size - 1, whole.last)
    within = begin == end and first <= old.first and old.last <= last
    return not within and not (old.first <= first and last <= old.last)
