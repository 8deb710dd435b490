"""Patterns of serials: what a serial of a form tells of its maker, model and year. Pure.

`9` is a digit, `A` a Latin letter, `Я` a Cyrillic one, `?` any letter, `{year}` two digits of the year
of the century told by the years of make, `{year+1960}` two digits counted from 1960, `<100-999>` a number
between, `'AB'` just these characters. Patterns are held against normal forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from registry.core.errors import Invalid
from registry.marks.catalogue import MarkRule
from registry.marks.reading import normal_form
from schemas.marks import Hypothesis
from schemas.words import said

_PIECE = re.compile(r"\{year(?:\+(\d{4}))?\}|<(\d{1,12})-(\d{1,12})>|'([^']{1,20})'|([9AЯ? .-])")
_KINDS = {"9": "[0-9]", "A": "[A-Z]", "Я": "[А-ЯЁ]", "?": r"[^\W\d_]", " ": "", ".": "", "-": ""}


@dataclass(frozen=True)
class Compiled:
    """base: the year that two digits are counted from, 0 for those of a century; None without a year."""

    expression: re.Pattern[str]
    base: int | None
    least: int
    most: int

    def read(self, key: str) -> tuple[bool, int | None]:
        """(whether the key has this form, the two digits of its year)."""
        found = self.expression.fullmatch(key)
        if found is None:
            return False, None
        number = found.groupdict().get("number")
        if number is not None and not self.least <= int(number) <= self.most:
            return False, None
        year = found.groupdict().get("year")
        return True, None if year is None else int(year)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Compiled:
    """The pattern ready to be held against serials; raises Invalid naming the field `pattern`."""
    at, parts, base, least, most = 0, [], None, 0, 0
    for piece in _PIECE.finditer(pattern):
        if piece.start() != at:
            break
        at = piece.end()
        text = piece[0]
        if text.startswith("{"):
            base = int(piece[1] or 0)
        elif text.startswith("<"):
            least, most = int(piece[2]), int(piece[3])
        parts.append(_expression(text, piece[4]))
    if at != len(pattern) or not any(parts):
        raise Invalid.at(
            "pattern", said("What stands from place %(place)s on is no pattern of serials.", place=at + 1)
        )
    if len([part for part in parts if part.startswith("(?P")]) > len(
        {p for p in parts if p.startswith("(?P")}
    ):
        raise Invalid.at("pattern", "One year and one range of numbers at most.")
    return Compiled(re.compile("".join(parts)), base, least, most)


def _expression(piece: str, literal: str | None) -> str:
    if piece.startswith("{"):
        return "(?P<year>[0-9]{2})"
    if piece.startswith("<"):
        return "(?P<number>[0-9]{1,12})"
    return re.escape(normal_form(literal)) if literal else _KINDS[piece]


def read(rule: MarkRule, key: str) -> Hypothesis | None:
    """What a serial tells by this rule; None if it does not have its form."""
    form = compiled(rule.pattern)
    fits, digits = form.read(key)
    if not fits:
        return None
    first, last = rule.first, rule.last
    if digits is not None:
        year = _year(form.base or 0, digits, rule)
        if year is None:
            return None
        first = last = year
    return Hypothesis(rule.maker, rule.country, rule.model, first, last, rule.tells, rule.source)


def _year(base: int, digits: int, rule: MarkRule) -> int | None:
    """The year of two digits; None where it lies outside the years of make."""
    years = [base + digits] if base else [century + digits for century in (1800, 1900, 2000)]
    fitting = [year for year in years if (rule.first or 0) <= year <= (rule.last or 9999)]
    return fitting[-1] if fitting and (base or rule.first or rule.last) else None


def hypotheses(key: str, symbols: Iterable[str], rules: Iterable[MarkRule]) -> list[Hypothesis]:
    """What a serial can tell, by the rules whose sign stands beside it first, then by those without one."""
    told = set(symbols)
    with_sign: list[Hypothesis] = []
    without: list[Hypothesis] = []
    for rule in rules:
        if rule.symbol and told and rule.symbol not in told:
            continue
        found = read(rule, key)
        if found is not None:
            (with_sign if rule.symbol in told else without).append(found)
    return [*with_sign, *without]
