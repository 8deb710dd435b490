"""The rule itself: the longest term wins, nothing goes early, and a wrong rule would be noticed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.retention import rules
from registry.retention.reference import TERMS
from registry.retention.rules import Event, Facts, Hold, Term, verdict
from schemas.retention_vocabulary import CountedFrom, HoldKind, RecordClass, Standing

MADE, SOLD, GONE = CountedFrom.MANUFACTURE, CountedFrom.TRANSFER, CountedFrom.DESTRUCTION
LAST = CountedFrom.LAST_EVENT
FIRST_TERMS = [
    Term(new.record_class, new.counted_from, new.years, new.law, new.begins_on, number=f"RT-{n}")
    for n, new in enumerate(TERMS)
]


def firearm(*events: tuple[CountedFrom, date], holds: Sequence[Hold] = ()) -> Facts:
    return Facts(RecordClass.FIREARM, [Event(*one) for one in events], holds)


@pytest.mark.parametrize(
    ("events", "until", "law"),
    [
        ([(MADE, date(1990, 5, 1)), (GONE, date(2000, 3, 2))], date(2030, 3, 2), "Directive (EU) 2021/555"),
        ([(MADE, date(1990, 5, 1)), (SOLD, date(2024, 1, 1))], None, "Directive (EU) 2021/555"),
        (
            [(MADE, date(1990, 5, 1)), (GONE, date(2000, 3, 2)), (SOLD, date(2010, 3, 2))],
            date(2040, 3, 2),
            "Directive (EU) 2021/555",
        ),
    ],
)
def test_the_longest_term_wins_and_one_without_its_event_has_not_begun(
    events: list[tuple[CountedFrom, date]], until: date | None, law: str
) -> None:
    told = verdict(firearm(*events), FIRST_TERMS, date(2026, 1, 1))
    assert told.until == until
    assert told.longest
    assert told.longest.term.law.startswith(law)
    assert told.standing is (Standing.KEPT if until else Standing.NOT_BEGUN)


def test_manufacture_is_kept_for_thirty_years_and_all_else_for_twenty() -> None:
    bound = [term for term in FIRST_TERMS if term.counted_from is not GONE]
    made = verdict(firearm((MADE, date(2000, 1, 1)), (SOLD, date(2001, 1, 1))), bound, date(2026, 1, 1))
    assert made.until == date(2030, 1, 1)
    sold = verdict(firearm((MADE, date(1980, 1, 1)), (SOLD, date(2008, 1, 1))), bound, date(2026, 1, 1))
    assert sold.until == date(2028, 1, 1)


def test_the_last_day_is_still_kept_and_the_leap_day_ends_on_the_first_of_march() -> None:
    facts = Facts(RecordClass.TRACE, [Event(LAST, date(2012, 2, 29))])
    ten = [term for term in FIRST_TERMS if term.record_class is RecordClass.TRACE]
    assert verdict(facts, ten, date(2022, 2, 28)).standing is Standing.KEPT
    assert verdict(facts, ten, date(2022, 3, 1)).standing is Standing.KEPT
    assert verdict(facts, ten, date(2022, 3, 2)).standing is Standing.OVER


def test_without_a_term_in_force_and_without_any_event_a_record_stays() -> None:
    facts = Facts(RecordClass.LOT, [Event(LAST, date(1900, 1, 1))])
    assert verdict(facts, [], date(2026, 1, 1)).standing is Standing.NO_TERM
    assert verdict(Facts(RecordClass.LOT, []), FIRST_TERMS, date(2026, 1, 1)).standing is Standing.NOT_BEGUN


def test_a_hold_keeps_what_is_over_and_says_why() -> None:
    held = Hold(HoldKind.LEGAL, "A court asked for it.")
    told = verdict(firearm((GONE, date(1950, 1, 1)), holds=[held]), FIRST_TERMS, date(2026, 1, 1))
    assert told.standing is Standing.HELD
    (unmet,) = rules.unmet_to_dispose(told, "F-1")
    assert "A court asked for it." in unmet.message


def test_a_term_is_at_least_ten_years_long_and_counted_from_what_its_records_have() -> None:
    short = Term(RecordClass.TRACE, GONE, 9, "Law", date(2020, 1, 2), date(2020, 1, 1))
    assert [one.field for one in rules.unmet_for_term(short)] == ["ends_on", "years", "counted_from"]
    assert rules.unmet_for_term(Term(RecordClass.TRACE, LAST, 10, "Law", date(2020, 1, 1))) == []


# Any history of a record: things happen to it, laws come and go, holds are placed and lifted, days pass.
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
EVENTS = st.tuples(st.just("event"), st.sampled_from([MADE, SOLD, GONE, LAST]), DAYS)
LAWS = st.tuples(
    st.just("law"),
    st.sampled_from([LAST, MADE, SOLD, GONE]),
    st.integers(1, 60),
    st.dates(date(1900, 1, 1), date(2050, 1, 1)),
    st.none() | st.integers(0, 40_000),
)
HOLDS = st.tuples(st.just("hold"), st.booleans())
PASS = st.tuples(st.just("pass"), st.integers(0, 20_000))
HISTORY = st.lists(st.one_of(EVENTS, LAWS, HOLDS, PASS), max_size=25)
Judge = Callable[[Facts, list[Term], date], bool]


def is_over(facts: Facts, terms: list[Term], on: date) -> bool:
    return verdict(facts, terms, on).standing is Standing.OVER


def full_years(earlier: date, later: date) -> int:
    """Years that have passed completely, told by calendar and not as the rule does."""
    return later.year - earlier.year - ((later.month, later.day) <= (earlier.month, earlier.day))


def wrongs(history: list[tuple[object, ...]], judge: Judge) -> list[str]:
    """Play a history; whenever the judge lets the record go, say what that breaks."""
    events: list[Event] = []
    terms: list[Term] = []
    holds: list[Hold] = []
    on, found = date(1990, 1, 1), []
    for what, *told in history:
        if what == "event":
            events.append(Event(told[0], told[1]))  # type: ignore[arg-type]
        elif what == "law":
            counted, years, begins, length = told
            ends = min(begins + timedelta(length), date(9000, 1, 1)) if length is not None else None  # type: ignore[operator,arg-type]
            terms.append(Term(RecordClass.FIREARM, counted, years, "Law", begins, ends))  # type: ignore[arg-type]
        elif what == "hold":
            holds = [Hold(HoldKind.LEGAL, "Order")] if told[0] else []
        else:
            on = min(on + timedelta(told[0]), date(2400, 1, 1))  # type: ignore[arg-type]
        if judge(Facts(RecordClass.FIREARM, tuple(events), tuple(holds)), terms, on):
            found += list(broken(events, terms, holds, on))
    return found


def broken(events: list[Event], terms: list[Term], holds: list[Hold], on: date) -> list[str]:
    """What is wrong with letting it go on a day: told from the law, event by event."""
    in_force = [t for t in terms if t.begins_on <= on and (t.ends_on is None or on <= t.ends_on)]
    wrong = ["held"] if holds else []
    wrong += ["no law says how long"] if not in_force else []
    wrong += ["nothing ever happened"] if not events else []
    wrong += [f"ten years from {e.day}" for e in events if full_years(e.day, on) < 10]
    for term in in_force:
        mine = [e for e in events if e.kind is term.counted_from or term.counted_from is LAST]
        if term.counted_from is GONE and not mine:
            wrong.append("never destroyed")
        wrong += [f"{term.years} years from {e.day}" for e in mine if full_years(e.day, on) < term.years]
    return wrong


@given(HISTORY)
def test_nothing_goes_early_under_any_sequence_of_events(history: list[tuple[object, ...]]) -> None:
    assert wrongs(history, is_over) == []


def from_the_first_event(facts: Facts, terms: list[Term], on: date) -> bool:
    return is_over(Facts(facts.record_class, facts.events[:1], facts.holds), terms, on)


def without_holds(facts: Facts, terms: list[Term], on: date) -> bool:
    return is_over(Facts(facts.record_class, facts.events), terms, on)


def the_shortest_term(facts: Facts, terms: list[Term], on: date) -> bool:
    in_force = [term for term in terms if term.is_in_force(on)]
    return is_over(facts, in_force[:1], on)


def a_day_early(facts: Facts, terms: list[Term], on: date) -> bool:
    return is_over(facts, terms, on + timedelta(1))


OLD, LAW = ("event", LAST, date(1950, 1, 1)), ("law", LAST, 20, date(1960, 1, 1), None)
BREAKING = {
    from_the_first_event: [LAW, OLD, ("event", LAST, date(1985, 1, 1))],
    without_holds: [LAW, OLD, ("hold", True)],
    the_shortest_term: [LAW, ("law", LAST, 50, date(1960, 1, 1), None), OLD],
    a_day_early: [("law", LAST, 10, date(1960, 1, 1), None), ("event", LAST, date(1980, 1, 1))],
}


@pytest.mark.parametrize("judge", BREAKING, ids=lambda judge: judge.__name__)
def test_a_rule_that_lets_something_go_early_is_noticed(judge: Judge) -> None:
    assert wrongs(BREAKING[judge], judge)
    assert wrongs(BREAKING[judge], is_over) == []


@given(st.lists(EVENTS, min_size=1, max_size=6), st.lists(LAWS, min_size=1, max_size=4), DAYS)
def test_what_the_preview_passes_over_is_kept_anyway(
    happened: list[tuple[object, ...]], laws: list[tuple[object, ...]], on: date
) -> None:
    events = [Event(kind, day) for _, kind, day in happened]  # type: ignore[arg-type]
    terms = [Term(RecordClass.FIREARM, c, y, "Law", b) for _, c, y, b, _ in laws]  # type: ignore[arg-type]
    if max(event.day for event in events) > rules.oldest_kept(RecordClass.FIREARM, terms, on):
        assert not is_over(Facts(RecordClass.FIREARM, events), terms, on)
