"""Reading terms and holds, and how records stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.core.errors import Invalid, NotFound
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.recovery.queries import people
from registry.retention import firearm_facts, rules, tables
from registry.retention.classes import CLASSES, facts_of, named, number_of
from registry.retention.rules import Hold, Verdict
from schemas.paging import Page
from schemas.retention import HoldsAsked, PreviewAsked, TermsAsked
from schemas.retention_vocabulary import CountedFrom, HoldKind, RecordClass, Standing
from schemas.words import said

AT_ONCE = 500
MOST_READ, MOST_WALKED = 300, 10_000
"""Old records that one page of a preview looks at, and records of any age that it passes on its way: it says
where it stopped."""


@dataclass(frozen=True)
class TermView:
    number: str
    record_class: str
    counted_from: str
    years: int
    law: str
    begins_on: date
    ends_on: date | None
    version: int


@dataclass(frozen=True)
class HoldView:
    """record: its number, "" where a case is held. placed_by, lifted_by: names."""

    number: str
    record: str
    record_class: str
    case_number: str
    reason: str
    ordered_by: str
    placed_by: str
    placed_at: datetime
    lifted_for: str
    lifted_by: str
    lifted_at: datetime | None
    version: int


@dataclass(frozen=True)
class StandingView:
    """How a record stands. term: number of the term that decides, "" for the floor of FP 7."""

    number: str
    record_class: str
    standing: Standing
    until: date | None
    term: str
    law: str
    years: int | None
    counted_from: str
    counted: date | None
    holds: tuple[Hold, ...]


def all_terms(session: Session) -> list[rules.Term]:
    """Every term that was ever set: the day decides which count."""
    return [
        rules.Term(
            RecordClass(row.record_class),
            CountedFrom(row.counted_from),
            row.years,
            row.law,
            row.begins_on,
            row.ends_on,
            registry_number("RT", row.id),
        )
        for row in session.scalars(select(tables.Term).order_by(tables.Term.id))
    ]


def terms(work: Work, asked: TermsAsked) -> Page[TermView]:
    """Terms, those that ended too unless only those in force on a day are asked for."""
    query: AnySelect = select(tables.Term)
    if asked.record_class:
        query = query.where(tables.Term.record_class == asked.record_class.value)
    if asked.on:
        ends = tables.Term.ends_on
        query = query.where(tables.Term.begins_on <= asked.on, or_(ends.is_(None), ends >= asked.on))
    sorts = {"record_class": tables.Term.record_class, "years": tables.Term.years, "law": tables.Term.law}
    found = page(work.session, query, asked, sorts, tables.Term.id)
    return Page(tuple(_term(row.Term) for row in found.items), found.next)


def term(work: Work, key: int) -> TermView:
    """One term; raises NotFound."""
    return _term(term_row(work, key))


def term_row(work: Work, key: int, *, locked: bool = False) -> tables.Term:
    """Its row; raises NotFound."""
    row = work.session.get(tables.Term, key, with_for_update=locked or None, populate_existing=locked)
    if row is None:
        raise NotFound(said("No term has the number %(number)s.", number=registry_number("RT", key)))
    return row


def _term(row: tables.Term) -> TermView:
    return TermView(
        registry_number("RT", row.id),
        row.record_class,
        row.counted_from,
        row.years,
        row.law,
        row.begins_on,
        row.ends_on,
        row.version,
    )


def holds(work: Work, asked: HoldsAsked) -> Page[HoldView]:
    """Holds in force, or those that were lifted."""
    lifted = tables.Hold.lifted_at
    query: AnySelect = select(tables.Hold).where(lifted.is_not(None) if asked.lifted else lifted.is_(None))
    found = page(work.session, query, asked, {"number": tables.Hold.id}, tables.Hold.id)
    rows = [row.Hold for row in found.items]
    return Page(tuple(_views(work, rows)), found.next)


def hold(work: Work, key: int) -> HoldView:
    """One hold; raises NotFound."""
    return next(_views(work, [hold_row(work, key)]))


def hold_row(work: Work, key: int, *, locked: bool = False) -> tables.Hold:
    """Its row; raises NotFound."""
    row = work.session.get(tables.Hold, key, with_for_update=locked or None, populate_existing=locked)
    if row is None:
        raise NotFound(said("No hold has the number %(number)s.", number=registry_number("LH", key)))
    return row


def _views(work: Work, rows: Sequence[tables.Hold]) -> Iterator[HoldView]:
    names = people(work, [account for row in rows for account in (row.placed_by, row.lifted_by)])
    for row in rows:
        yield HoldView(
            registry_number("LH", row.id),
            number_of(RecordClass(row.record_class), row.record_id) if row.record_id else "",
            row.record_class,
            row.case_number,
            row.reason,
            row.ordered_by,
            names[row.placed_by],
            row.placed_at,
            row.lifted_for,
            names[row.lifted_by] if row.lifted_by is not None else "",
            row.lifted_at,
            row.version,
        )


def standings(work: Work, record_class: RecordClass, keys: Sequence[int], on: date) -> dict[int, Verdict]:
    """How records stand on a day. A firearm that nothing else keeps is looked for in all traces."""
    known = all_terms(work.session)
    facts = facts_of(work.session, record_class, keys, _legal(work.session, record_class, keys))
    told = {key: rules.verdict(one, known, on) for key, one in facts.items()}
    if record_class is not RecordClass.FIREARM:
        return told
    free = [key for key, one in told.items() if one.standing is Standing.OVER]
    for key, traces in firearm_facts.traced(work.session, free).items():
        held = rules.Facts(record_class, facts[key].events, (*facts[key].holds, *traces))
        told[key] = rules.verdict(held, known, on)
    return told


def _legal(session: Session, record_class: RecordClass, keys: Sequence[int]) -> Mapping[int, list[Hold]]:
    """Holds in force on the records themselves and on their cases."""
    in_force = tables.Hold.lifted_at.is_(None)
    found: dict[int, list[Hold]] = defaultdict(list)
    on_them = tables.Hold.record_class == record_class.value, tables.Hold.record_id.in_(keys)
    for row in session.scalars(select(tables.Hold).where(in_force, *on_them)):
        found[row.record_id or 0].append(_as_hold(row))
    read = CLASSES[record_class].cases
    cases = read(session, keys) if read else {}
    wanted = {case for mine in cases.values() for case in mine}
    if wanted:
        ordered = session.scalars(select(tables.Hold).where(in_force, tables.Hold.case_number.in_(wanted)))
        for row in ordered:
            for key in (key for key, mine in cases.items() if row.case_number in mine):
                found[key].append(_as_hold(row))
    return found


def _as_hold(row: tables.Hold) -> Hold:
    values = {"number": registry_number("LH", row.id), "by": row.ordered_by, "reason": row.reason}
    return Hold(HoldKind.LEGAL, said("Hold %(number)s, ordered by %(by)s: %(reason)s", **values))


def preview(work: Work, asked: PreviewAsked) -> Page[StandingView]:
    """Records whose terms are over on a day, in the order of their numbers, with what holds them.

    One record by its number comes whatever its standing. Raises Invalid, NotFound.
    """
    on = asked.on or work.today
    if on < work.today:
        raise Invalid.at("on", "A preview is for today or a later day.")
    if asked.record:
        record_class, key = named(work.session, asked.record)
        return Page((_standing(record_class, key, standings(work, record_class, [key], on)[key]),))
    found: list[StandingView] = []
    after, looked, walked = int(asked.cursor or 0), 0, 0
    while len(found) < asked.limit and looked < MOST_READ and walked < MOST_WALKED:
        keys, last = _old(work, asked.record_class, on, after)
        for at in range(0, len(keys), asked.limit):
            told = standings(work, asked.record_class, keys[at : at + asked.limit], on)
            for key, one in told.items():
                if one.standing in (Standing.OVER, Standing.HELD):
                    found.append(_standing(asked.record_class, key, one))
                    if len(found) == asked.limit:
                        return Page(tuple(found), str(key))
        if last is None:
            return Page(tuple(found))
        after, looked, walked = last, looked + len(keys), walked + AT_ONCE
    return Page(tuple(found), str(after))


def _old(work: Work, record_class: RecordClass, on: date, after: int) -> tuple[list[int], int | None]:
    """Keys of old records among the next ones, and the last of these; None where there are no more."""
    one = CLASSES[record_class]
    some = list(work.session.scalars(select(one.key).where(one.key > after).order_by(one.key).limit(AT_ONCE)))
    old = one.old(rules.oldest_kept(record_class, all_terms(work.session), on)).where(one.key.in_(some))
    last = some[-1] if len(some) == AT_ONCE else None
    return sorted(work.session.scalars(old)), last


def _standing(record_class: RecordClass, key: int, told: Verdict) -> StandingView:
    longest = told.longest
    return StandingView(
        number_of(record_class, key),
        record_class.value,
        told.standing,
        told.until,
        longest.term.number if longest else "",
        longest.term.law if longest else "",
        longest.term.years if longest else None,
        longest.term.counted_from.value if longest else "",
        longest.counted if longest else None,
        told.holds,
    )
