"""Packages as arithmetic: numbers, codes, and runs of packages of one size laid end to end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from registry.ammunition.spans import Span
from registry.core.numbers import key_of, registry_number
from schemas.vocabulary import PackageLevel

ROOM = 10**7
"""A lot has fewer packages than this; the number of one is made of lot · ROOM + n."""


def package_number(lot_id: int, n: int) -> str:
    """The number of the n-th package of a lot: B-…, with a check character."""
    return registry_number("B", lot_id * ROOM + n)


def package_key(text: str) -> tuple[int, int] | None:
    """(lot, n) behind a package's number, or None."""
    key = key_of("B", text)
    return divmod(key, ROOM) if key is not None and key % ROOM else None


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


def opened(runs: Sequence[Run], level: str, round_: int, span: Span) -> bool:
    """Whether any cartridge of a package was packed anew later."""
    return any(
        run.level == level and run.round > round_ and span.within(Span(run.first, run.last)) for run in runs
    )


def crossed(runs: Sequence[Run], level: str, whole: Span, size: int) -> int | None:
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


def boxes_filling(runs: Sequence[Run], span: Span) -> int:
    """How many unit boxes lie in a package, where they hold all of its cartridges; else 0."""
    inner = [
        box
        for run in runs
        if run.level == PackageLevel.UNIT_BOX
        for _, box in run.touching(span)
        if span.first <= box.first and box.last <= span.last and not opened(runs, run.level, run.round, box)
    ]
    return len(inner) if sum(box.size for box in inner) == span.size else 0
