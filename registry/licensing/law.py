"""What the authority keeps as data with a first and a last day: embargoes, times, authorisations. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from schemas.licensing_vocabulary import GoodsKind, TermKind, TradeActivity
from schemas.words import said


@dataclass(frozen=True)
class Embargo:
    """goods: None for all; war_only: war material alone is meant."""

    country: str
    begins_on: date
    source: str
    goods: GoodsKind | None = None
    war_only: bool = False
    ends_on: date | None = None

    def covers(self, goods: GoodsKind, war_material: bool) -> bool:
        """Whether goods of this kind are meant."""
        return self.goods in (None, goods) and (war_material or not self.war_only)


@dataclass(frozen=True)
class Term:
    """country: the State it is for, None for all; days: working days or days, as its kind says."""

    kind: TermKind
    days: int
    begins_on: date
    source: str
    country: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Authorisation:
    """That a party may trade."""

    activity: TradeActivity
    number: str
    begins_on: date
    war_material: bool = False
    ends_on: date | None = None


Dated = Embargo | Term | Authorisation


def in_force(dated: Dated, on: date) -> bool:
    """Whether it is in force on a day; the last day is still within."""
    return dated.begins_on <= on and (dated.ends_on is None or on <= dated.ends_on)


def term(terms: Iterable[Term], kind: TermKind, on: date, country: str | None = None) -> Term | None:
    """The time of a kind on a day: the one made for this State, then the newest; None without."""
    fitting = [
        one for one in terms if one.kind is kind and in_force(one, on) and one.country in (None, country)
    ]
    return max(fitting, key=lambda one: (one.country is not None, one.begins_on), default=None)


def unmet_for_days(begins_on: date, ends_on: date | None) -> list[Unmet]:
    """The last day comes after the first."""
    if ends_on is not None and ends_on < begins_on:
        return [Unmet(said("The last day comes after the first."), "ends_on")]
    return []
