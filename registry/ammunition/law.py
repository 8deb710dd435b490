"""Rules as data: which rule is in force for whom, and what it does not allow. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from registry.core.errors import Unmet
from schemas.vocabulary import Exceeding, MarkingScheme, RuleKind
from schemas.words import amount, said

BOUNDED = frozenset({RuleKind.LOT_LIMIT, RuleKind.BUYER_LIMIT, RuleKind.YEARLY_LIMIT, RuleKind.LEAST_AGE})
"""Rules that are a number."""
OF_BUYERS = frozenset(RuleKind) - {RuleKind.LOT_LIMIT}
"""Rules that may be for one kind of buyer only."""


@dataclass(frozen=True)
class Rule:
    """What a State asks between two days; calibre None and buyer_kind "" stand for all."""

    kind: RuleKind
    begins_on: date
    source: str
    quantity: int | None = None
    scheme: MarkingScheme | None = None
    calibre: str | None = None
    buyer_kind: str = ""
    exceeding: Exceeding = Exceeding.REFUSED
    ends_on: date | None = None


@dataclass(frozen=True)
class Breach:
    """What a rule does not allow, and whether someone may allow it all the same."""

    unmet: Unmet
    exceeding: Exceeding


def in_force(
    rules: Iterable[Rule], kind: RuleKind, on: date, calibre: str, buyer_kind: str = ""
) -> Rule | None:
    """The rule of a kind on a day: the one made most precisely for this, then the newest; None without."""
    fitting = [
        rule
        for rule in rules
        if rule.kind is kind
        and rule.begins_on <= on
        and (rule.ends_on is None or on <= rule.ends_on)
        and rule.calibre in (None, calibre)
        and rule.buyer_kind in ("", buyer_kind)
    ]
    return max(fitting, key=_precision, default=None)


def _precision(rule: Rule) -> tuple[bool, bool, date]:
    return bool(rule.buyer_kind), rule.calibre is not None, rule.begins_on


def limit(rules: Iterable[Rule], kind: RuleKind, on: date, calibre: str, buyer_kind: str = "") -> int | None:
    """The number a rule sets, None where none is in force."""
    rule = in_force(rules, kind, on, calibre, buyer_kind)
    return rule.quantity if rule else None


def breaches_of_lot(rules: Sequence[Rule], calibre: str, quantity: int, produced_on: date) -> list[Breach]:
    """More cartridges under one code than the rule of the day it was made allows."""
    rule = in_force(rules, RuleKind.LOT_LIMIT, produced_on, calibre)
    if rule is None or rule.quantity is None or quantity <= rule.quantity:
        return []
    words = said(
        "%(count)s cartridges under one code; at most %(most)s.",
        count=amount(quantity),
        most=amount(rule.quantity),
    )
    return [Breach(Unmet(words, "quantity", rule.source), rule.exceeding)]


class Purchase(NamedTuple):
    """What somebody buys. bought_of_lot, bought_in_year: before this, of the lot and of the calibre."""

    calibre: str
    quantity: int
    sold_on: date
    buyer_kind: str
    scheme: MarkingScheme
    bought_of_lot: int = 0
    bought_in_year: int = 0
    age: int | None = None


def for_sales(rules: Iterable[Rule], on: date, calibre: str, buyer_kind: str) -> list[Rule]:
    """The rules that judge sales of this calibre to such a buyer on a day, one of each kind."""
    known = list(rules)
    found = (in_force(known, kind, on, calibre, buyer_kind) for kind in _JUDGES)
    return [rule for rule in found if rule is not None]


def breaches_of_sale(rules: Iterable[Rule], bought: Purchase) -> list[Breach]:
    """What the rules of the day do not allow this buyer."""
    return breaches_under(for_sales(rules, bought.sold_on, bought.calibre, bought.buyer_kind), bought)


def breaches_under(in_force: Iterable[Rule], bought: Purchase) -> list[Breach]:
    """What these rules do not allow; they are in force for this purchase."""
    judged = [(rule, _JUDGES[rule.kind](rule, bought)) for rule in in_force]
    return [
        Breach(Unmet(unmet[1], unmet[0], rule.source), rule.exceeding)
        for rule, unmet in judged
        if unmet is not None
    ]


Judged = tuple[str, str] | None


def _buyer_limit(rule: Rule, bought: Purchase) -> Judged:
    total = bought.bought_of_lot + bought.quantity
    if rule.quantity is None or total <= rule.quantity:
        return None
    return "quantity", said(
        "%(count)s cartridges of one lot for this buyer; at most %(most)s.",
        count=amount(total),
        most=amount(rule.quantity),
    )


def _yearly_limit(rule: Rule, bought: Purchase) -> Judged:
    total = bought.bought_in_year + bought.quantity
    if rule.quantity is None or total <= rule.quantity:
        return None
    year = bought.sold_on.year
    return "quantity", said(
        "%(count)s cartridges for this buyer in %(year)s; at most %(most)s a year.",
        count=amount(total),
        year=year,
        most=amount(rule.quantity),
    )


def _least_age(rule: Rule, bought: Purchase) -> Judged:
    if rule.quantity is None or bought.age is None or bought.age >= rule.quantity:
        return None
    return "buyer", said(
        "The buyer was %(age)s years old on that day; at least %(least)s are needed.",
        age=bought.age,
        least=rule.quantity,
    )


_STRENGTH = tuple(MarkingScheme)


def _marking(rule: Rule, bought: Purchase) -> Judged:
    if rule.scheme is None or _STRENGTH.index(bought.scheme) >= _STRENGTH.index(rule.scheme):
        return None
    return "buyer", "Cartridges of this calibre for this buyer must name the buyer on their base."


_JUDGES = {
    RuleKind.BUYER_LIMIT: _buyer_limit,
    RuleKind.YEARLY_LIMIT: _yearly_limit,
    RuleKind.LEAST_AGE: _least_age,
    RuleKind.CARTRIDGE_MARKING: _marking,
}


def unmet_for_rule(rule: Rule) -> list[Unmet]:
    """What keeps a rule from being set."""
    unmet = []
    if (rule.quantity is None) is (rule.kind in BOUNDED):
        words = "Say how many." if rule.kind in BOUNDED else "This rule has no number."
        unmet.append(Unmet(words, "quantity"))
    if (rule.scheme is None) is (rule.kind is RuleKind.CARTRIDGE_MARKING):
        unmet.append(Unmet("The least marking belongs to a rule of marking, and only there.", "scheme"))
    if rule.buyer_kind and rule.kind not in OF_BUYERS:
        unmet.append(Unmet("This rule is for lots, whoever buys.", "buyer_kind"))
    if rule.ends_on is not None and rule.ends_on < rule.begins_on:
        unmet.append(Unmet("The last day comes after the first.", "ends_on"))
    return unmet
