"""What a State reports of the firearms that it recovered (FP art. 6, SDG indicator 16.4.2). Pure.

The indicator is the share of seized, found and surrendered arms whose point of diversion is established,
through tracing or by a competent authority. Each firearm has one status; three of them count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Invalid
from schemas.figures import FiguresAsked
from schemas.recovery_vocabulary import Described, RecoveryKind
from schemas.recovery_vocabulary import OriginStatus as S
from schemas.vocabulary import Outcome
from schemas.words import ENGLISH, Language, Said, said

ESTABLISHED = (S.ESTABLISHED_HERE, S.ESTABLISHED_ABROAD, S.ESTABLISHED_OTHERWISE)
DEFINITIONS: Mapping[S, Said] = {
    S.ESTABLISHED_HERE: said("It is matched to one record here, which tells its last lawful holder."),
    S.ESTABLISHED_ABROAD: said("Another State has identified it in answer to our request."),
    S.ESTABLISHED_OTHERWISE: said(
        "A competent authority has established its origin otherwise, such as by intelligence."
    ),
    S.WAITING: said("A request to another State is open."),
    S.TO_ASK: said("It left the country, and the State that it went to has not been asked."),
    S.UNDECIDED: said("Several records fit, or nobody has said yet which firearm it is."),
    S.NOT_FOUND: said("No record here fits, and no State that was asked has identified it."),
    S.UNTRACEABLE: said("It bears no mark that could be searched for."),
}


@dataclass(frozen=True)
class Facts:
    """What of a recovered firearm decides its status.

    outcome: of its trace, "" where its mark could not be searched for. matched: whether it is one firearm on
    record. abroad: another State has identified it; asked: a request to another State is open.
    """

    outcome: str
    matched: bool
    otherwise: bool
    abroad: bool
    asked: bool


@dataclass(frozen=True)
class Counted:
    """Firearms of one kind of recovery, one type and one status."""

    kind: str
    type: str
    status: S
    firearms: int


@dataclass(frozen=True)
class Ended:
    """Firearms that were destroyed or disposed of otherwise, by one method."""

    kind: str
    method: str
    firearms: int


@dataclass(frozen=True)
class Share:
    """Firearms of one maker, calibre or State. value: "" where it is not known."""

    by: Described
    value: str
    firearms: int


@dataclass(frozen=True)
class Occasions:
    """How often firearms, parts or ammunition were recovered, by kind of recovery."""

    kind: str
    recoveries: int


@dataclass(frozen=True)
class Figures:
    """The figures of a period; since, until: None where it has no such end."""

    since: date | None
    until: date | None
    counted: Sequence[Counted]
    ended: Sequence[Ended]
    parts: int
    cartridges: int
    occasions: Sequence[Occasions] = ()
    shares: Sequence[Share] = ()

    @property
    def denominator(self) -> int:
        """Firearms seized, found or surrendered."""
        return sum(one.firearms for one in self.counted)

    @property
    def numerator(self) -> int:
        """Those whose origin or context is established."""
        return sum(one.firearms for one in self.counted if one.status in ESTABLISHED)

    @property
    def traceable(self) -> int:
        """All but those that bear no legible mark and of which nothing is established."""
        return self.denominator - self.by_status[S.UNTRACEABLE]

    @property
    def share(self) -> float | None:
        """The indicator, from 0 to 1; None of no firearms."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def by_status(self) -> Mapping[S, int]:
        """Firearms of each status, also where there are none."""
        found = Counter(dict.fromkeys(S, 0))
        for one in self.counted:
            found[one.status] += one.firearms
        return {status: found[status] for status in S}

    @property
    def by_type(self) -> Mapping[str, Mapping[str, int]]:
        """Firearms of each type, by kind of recovery; the most frequent type first."""
        found: dict[str, Counter[str]] = {}
        for one in self.counted:
            found.setdefault(one.type, Counter())[one.kind] += one.firearms
        order = sorted(found, key=lambda kind: (-found[kind].total(), kind))
        return {kind: {way.value: found[kind][way.value] for way in RecoveryKind} for kind in order}


def period(asked: FiguresAsked, today: date) -> FiguresAsked:
    """The period that is counted while somebody waits: where none is told this year, at most a year.

    Without a first day it begins with the year of the last one, without a last day it ends today. Raises
    Invalid for a longer one: files and papers are of any.
    """
    until = asked.until or max(today, asked.since or today)
    since = asked.since or date(until.year, 1, 1)
    if (until - since).days > LONGEST:
        raise Invalid.at("since", "At most a year is shown at once; file and paper are of any period.")
    return FiguresAsked(since, until)


LONGEST = 366
"""Days between the first and the last day of a period that is shown."""
MOST_SHOWN = 12
"""Makers, calibres and States that a page or paper names; a file names all."""


def largest(shares: Sequence[Share], by: Described) -> tuple[list[Share], int]:
    """(the largest shares of one kind, how many firearms the others have together)."""
    mine = sorted((one for one in shares if one.by is by), key=lambda one: (-one.firearms, one.value))
    return mine[:MOST_SHOWN], sum(one.firearms for one in mine[MOST_SHOWN:])


def status(facts: Facts) -> S:
    """The one status of a firearm: what is established counts first, then what is still to come."""
    if facts.matched and facts.outcome != Outcome.LEFT_THE_COUNTRY:
        return S.ESTABLISHED_HERE
    if facts.abroad:
        return S.ESTABLISHED_ABROAD
    if facts.otherwise:
        return S.ESTABLISHED_OTHERWISE
    if facts.asked:
        return S.WAITING
    if facts.outcome == Outcome.LEFT_THE_COUNTRY:
        return S.TO_ASK
    if facts.outcome in (Outcome.IDENTIFIED, Outcome.CANDIDATES):
        return S.UNDECIDED
    return S.NOT_FOUND if facts.outcome else S.UNTRACEABLE


def percent(share: float | None, say: Language = ENGLISH) -> str:
    """A share in words, by the signs of the language: one place behind the point, "–" where there is none."""
    return "–" if share is None else f"{say.number(share * 100, 1)}%"
