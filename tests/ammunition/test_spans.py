"""Spans against a model of one object for each cartridge."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from registry.ammunition.spans import Moved, Span, chain, held, pick, total, without

DAY = date(2020, 1, 1)
SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: Span(min(pair), max(pair)))


@given(SPANS, st.lists(SPANS, max_size=5))
def test_what_remains_is_every_cartridge_that_was_not_taken(whole: Span, taken: list[Span]) -> None:
    apart: list[Span] = []
    for span in filter(None, (span.within(whole) for span in taken)):
        if all(span.last < other.first or span.first > other.last for other in apart):
            apart.append(span)
    rest = without(whole, apart)
    expected = set(range(whole.first, whole.last + 1)) - {
        n for s in apart for n in range(s.first, s.last + 1)
    }
    assert {n for s in rest for n in range(s.first, s.last + 1)} == expected
    assert all(one.last < other.first for one, other in pairwise(rest))


@given(st.integers(1, 40))
def test_what_is_picked_is_held_and_as_many_as_were_wanted(wanted: int) -> None:
    received = [(Moved(1, Span(0, 9)), DAY, ""), (Moved(2, Span(20, 34)), DAY, "")]
    passed_on = [Moved(2, Span(3, 5), 0)]
    stock = held(received, passed_on)
    assert total(stock) == 22
    picked = pick(stock, wanted)
    assert total(picked) == min(wanted, 22)
    positions = [n for item in picked for n in range(item.span.first, item.span.last + 1)]
    assert len(positions) == len(set(positions))
    assert set(positions) <= {0, 1, 2, 6, 7, 8, 9, *range(20, 35)}


def test_the_chain_of_a_cartridge_is_every_movement_it_was_in() -> None:
    moves = [
        Moved(0, Span(0, 99)),
        Moved(1, Span(10, 59), 0),
        Moved(2, Span(20, 29), 10),
        Moved(1, Span(60, 69), 0),
    ]
    assert [move.depth for move in chain(moves, 25)] == [0, 1, 2]
    assert [move.depth for move in chain(moves, 65)] == [0, 1]
    assert [move.depth for move in chain(moves, 99)] == [0]
