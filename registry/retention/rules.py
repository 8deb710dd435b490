"""How long a record is kept: the longest term wins, and nothing goes while anything holds it. Pure.

Firearms Protocol, article 7: what is needed to trace is kept for not less than ten years. The
International Tracing Instrument, paragraph 12, asks for 30 years for manufacture and 20 for everything
else; Directive (EU) 2021/555 for 30 years after destruction. A State adds terms of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.core.errors import Unmet
from schemas.received import ReceivedNew
from schemas.retention_vocabulary import CountedFrom, HoldKind, ReceivedKind, RecordClass, Standing
from schemas.words import Said, said

FLOOR_YEARS = 10
FLOOR_LAW = "FP 7"
MOST_YEARS = 200


@dataclass(frozen=True)
class Event:
    """Something that happened to a record. kind: which terms are counted from it, beside the last event."""

    kind: CountedFrom
    day: date


@dataclass(frozen=True)
class Term:
    """What a law asks for a class of records between two days. number: "" for the Protocol's floor."""

    record_class: RecordClass
    counted_from: CountedFrom
    years: int
    law: str
    begins_on: date
    ends_on: date | None = None
    number: str = ""

    def is_in_force(self, on: date) -> bool:
        """Whether it counts on a day."""
        return self.begins_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class Hold:
    """What keeps a record whatever its terms say."""

    kind: HoldKind
    reason: Said | str


@dataclass(frozen=True)
class Facts:
    """All that decides about one record."""

    record_class: RecordClass
    events: Sequence[Event]
    holds: Sequence[Hold] = ()


@dataclass(frozen=True)
class Reckoning:
    """One term as it runs for one record. counted: the day it is counted from; until: its last day."""

    term: Term
    counted: date | None
    until: date | None


@dataclass(frozen=True)
class Verdict:
    """longest: the term that decides. until: the last day the record is kept, None while none can be told."""

    standing: Standing
    until: date | None
    longest: Reckoning | None
    holds: tuple[Hold, ...] = ()


def floor(record_class: RecordClass) -> Term:
    """What no State's law shortens: ten years from the last event."""
    return Term(record_class, CountedFrom.LAST_EVENT, FLOOR_YEARS, FLOOR_LAW, date.min)


def verdict(facts: Facts, terms: Iterable[Term], on: date) -> Verdict:
    """How a record stands on a day."""
    asked = [t for t in terms if t.record_class is facts.record_class and t.is_in_force(on)]
    if not asked:
        return Verdict(Standing.NO_TERM, None, None, tuple(facts.holds))
    reckoned = [reckon(term, facts.events) for term in (*asked, floor(facts.record_class))]
    longest = max(reckoned, key=_later)
    return Verdict(_standing(longest, facts.holds, on), longest.until, longest, tuple(facts.holds))


def _standing(longest: Reckoning, holds: Sequence[Hold], on: date) -> Standing:
    if longest.until is None:
        return Standing.NOT_BEGUN
    if on <= longest.until:
        return Standing.KEPT
    return Standing.HELD if holds else Standing.OVER


def _later(one: Reckoning) -> tuple[date, bool, bool]:
    return one.until or date.max, one.until is None, bool(one.term.number)


def reckon(term: Term, events: Iterable[Event]) -> Reckoning:
    """A term's last day; without its event it has not begun, or is counted from the last event of all.

    What happens after a destruction shows that there was none yet: then its term is counted anew from it.
    """
    known = list(events)
    last = max((event.day for event in known), default=None)
    own = max((event.day for event in known if event.kind is term.counted_from), default=None)
    if term.counted_from is CountedFrom.DESTRUCTION:
        counted = last if own is not None else None
    else:
        counted = last if term.counted_from is CountedFrom.LAST_EVENT else own or last
    return Reckoning(term, counted, years_after(counted, term.years) if counted else None)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the first of March where there is no 29 February."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def oldest_kept(record_class: RecordClass, terms: Iterable[Term], on: date) -> date:
    """Records with an event after this day are kept whatever else is true; a few days generous."""
    asked = [
        t.years
        for t in terms
        if t.record_class is record_class and t.counted_from is CountedFrom.LAST_EVENT and t.is_in_force(on)
    ]
    years = max([FLOOR_YEARS, *asked])
    return date(max(on.year - years, 1), on.month, min(on.day, 28)) + timedelta(days=3)


def unmet_to_dispose(told: Verdict, number: str) -> list[Unmet]:
    """Why a record may not go; empty when it may."""
    if told.standing is Standing.OVER:
        return []
    if told.standing is Standing.HELD:
        return [
            Unmet(said("%(number)s is held: %(why)s", number=number, why=h.reason), "records")
            for h in told.holds
        ]
    law = told.longest.term.law if told.longest else ""
    return [Unmet(why_kept(told, number), "records", law)]


def why_kept(told: Verdict, number: str) -> Said:
    """In words why a record is kept that nothing but its terms keeps."""
    if told.standing is Standing.NO_TERM:
        return said("%(number)s is kept: no term is set for records of its class.", number=number)
    if told.until is None:
        return said("%(number)s is kept: a term has not begun, as its event is missing.", number=number)
    return said("%(number)s is kept until %(day)s.", number=number, day=told.until)


def unmet_for_term(new: Term) -> list[Unmet]:
    """What keeps a term from being set."""
    unmet = []
    if new.ends_on is not None and new.ends_on < new.begins_on:
        unmet.append(Unmet("The last day comes after the first.", "ends_on"))
    if new.years < FLOOR_YEARS:
        unmet.append(Unmet("Records that serve tracing are kept for at least ten years.", "years", FLOOR_LAW))
    if new.counted_from not in COUNTED[new.record_class]:
        unmet.append(Unmet("Records of this class have no such event.", "counted_from"))
    return unmet


COUNTED = {
    RecordClass.FIREARM: frozenset(CountedFrom),
    RecordClass.LOT: frozenset({CountedFrom.LAST_EVENT, CountedFrom.MANUFACTURE, CountedFrom.TRANSFER}),
    RecordClass.LICENCE: frozenset({CountedFrom.LAST_EVENT, CountedFrom.TRANSFER}),
    RecordClass.RECOVERY: frozenset({CountedFrom.LAST_EVENT, CountedFrom.DESTRUCTION}),
    RecordClass.TRACE: frozenset({CountedFrom.LAST_EVENT}),
    RecordClass.PERSON: frozenset({CountedFrom.LAST_EVENT, CountedFrom.TRANSFER}),
}
"""Which events records of a class can have."""


def unmet_to_receive(new: ReceivedNew, today: date) -> list[Unmet]:
    """A company's records are of a time that is past, and a file is known again by its digest."""
    unmet = []
    for name, day in (("closed_on", new.closed_on), ("received_on", new.received_on)):
        if day > today:
            unmet.append(Unmet("This day has not come yet.", name, FLOOR_LAW))
    if new.first_on > new.last_on:
        unmet.append(Unmet("The last entry comes after the first.", "last_on", FLOOR_LAW))
    if new.last_on > new.received_on:
        unmet.append(Unmet("Its entries were made before it was handed over.", "last_on", FLOOR_LAW))
    if new.kind in (ReceivedKind.FILES, ReceivedKind.DATABASE) and not new.digest:
        unmet.append(Unmet("A file needs its digest, by which it is known again.", "digest", FLOOR_LAW))
    return unmet
