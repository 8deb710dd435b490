"""Counting working days: against days counted by hand, and against properties of every calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.calendars.days import (
    MOST,
    Calendar,
    Week,
    add_working_days,
    deadline,
    unmet_for_week,
    working_days_between,
)

WEST, GULF = frozenset({6, 7}), frozenset({5, 6})
BRAZIL = Calendar(
    "BR",
    (Week(date(2000, 1, 1), WEST),),
    frozenset({date(2026, 11, 20), date(2026, 12, 25), date(2027, 1, 1)}),
    frozenset({2026, 2027}),
)
MOVED = Calendar("AE", (Week(date(1999, 1, 1), GULF), Week(date(2022, 1, 1), WEST)))


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 12, 18), 1, date(2026, 12, 21)),  # Friday: the weekend does not count
        (date(2026, 12, 18), 5, date(2026, 12, 28)),  # nor does Christmas
        (date(2026, 12, 24), 5, date(2027, 1, 4)),  # nor New Year
        (date(2026, 12, 25), 0, date(2026, 12, 25)),
        (date(2026, 12, 19), 1, date(2026, 12, 21)),  # from a Saturday
        (date(2026, 11, 23), -1, date(2026, 11, 19)),  # backwards over a holiday and a weekend
        (date(2026, 11, 26), 20, date(2026, 12, 24)),
    ],
)
def test_working_days_are_counted_as_by_hand(start: date, count: int, last: date) -> None:
    assert add_working_days(start, count, BRAZIL) == last


def test_a_week_that_moved_counts_as_it_was_on_each_day() -> None:
    assert add_working_days(date(2021, 12, 23), 1, MOVED) == date(2021, 12, 26)  # Sunday worked
    assert add_working_days(date(2022, 12, 22), 1, MOVED) == date(2022, 12, 23)  # Friday works


def test_a_state_without_a_week_has_saturday_and_sunday_free() -> None:
    assert add_working_days(date(2026, 11, 27), 1, Calendar("TV")) == date(2026, 11, 30)


def test_a_deadline_says_whose_holidays_nobody_recorded() -> None:
    assert deadline(date(2026, 12, 18), 5, BRAZIL).unknown_years == ()
    found = deadline(date(2027, 12, 20), 20, BRAZIL)
    assert found.unknown_years == (2028,)
    assert found.days_left(found.day + timedelta(days=2)) == -2


def test_too_many_days_and_calendars_without_working_days_are_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        add_working_days(date(2026, 1, 1), MOST + 1, BRAZIL)
    with pytest.raises(ValueError, match="no working days"):
        add_working_days(date(2026, 1, 1), 1, Calendar("XX", (Week(date(1, 1, 1), frozenset(range(1, 8))),)))


@pytest.mark.parametrize("free", [(0,), (8,), (6, 6), (1, 2, 3, 4, 5, 6, 7)])
def test_a_week_needs_days_that_exist_and_one_to_work_on(free: tuple[int, ...]) -> None:
    assert unmet_for_week(free)
    assert not unmet_for_week((6, 7))


days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
calendars = st.builds(
    lambda free, holidays: Calendar("BR", (Week(date(1990, 1, 1), frozenset(free)),), frozenset(holidays)),
    st.sets(st.integers(1, 7), max_size=6),
    st.sets(st.dates(date(2000, 1, 1), date(2003, 1, 1)), max_size=40),
)


@given(days, st.integers(1, 250), calendars)
def test_counting_forth_and_counting_the_days_between_agree(day: date, n: int, calendar: Calendar) -> None:
    last = add_working_days(day, n, calendar)
    assert calendar.works(last)
    assert working_days_between(day, last, calendar) == n
    assert working_days_between(day, last - timedelta(days=1), calendar) == n - 1
    assert working_days_between(last, day, calendar) == -n
    if calendar.works(day):
        assert add_working_days(last, -n, calendar) == day
