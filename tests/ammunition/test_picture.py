"""The picture of a lot: every cartridge once, in the row and colour where it belongs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ammunition.packaging import Run
from registry.ammunition.picture import ROWS, WIDTH, Place, bars, packages
from registry.ammunition.spans import Span

ONE: Place = (1, "", "held")
GONE: Place = (None, "", "expended")


@given(quantity=st.integers(1, 400), cuts=st.sets(st.integers(1, 399), max_size=12))
def test_every_cartridge_is_drawn_once_and_rows_are_full(quantity: int, cuts: set[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < quantity), quantity]
    pieces = [(Span(first, beyond - 1), (n, "", "held")) for n, (first, beyond) in enumerate(pairwise(edges))]
    drawn = bars(quantity, pieces, [place for _, place in pieces])
    assert sorted(at for bar in drawn for at in range(bar.first, bar.last + 1)) == list(range(quantity))
    for bar in drawn:
        span, _ = pieces[bar.index]
        assert span.first <= bar.first <= bar.last <= span.last
    for row in {bar.y for bar in drawn}:
        assert sum(bar.width for bar in drawn if bar.y == row) == pytest.approx(WIDTH, abs=8)
    assert len({bar.y for bar in drawn}) == min(ROWS, quantity)


def test_whole_packages_are_counted_by_holder() -> None:
    runs = [Run("unit_box", 0, 0, 99, 10, 1)]
    pieces = [(Span(0, 34), ONE), (Span(35, 39), GONE), (Span(40, 99), ONE)]
    assert packages(runs, pieces) == {ONE: {"unit_box": 9}, GONE: {}}
    assert {bar.index for bar in bars(100, pieces, [ONE])} == {0, -1}
