"""What rows of an earlier version lack is filled in pieces, goes on where it stopped, and ends for good."""

from __future__ import annotations

from functools import partial

import pytest

from registry.core import filling
from registry.core.work import OPERATOR, Office, Work


def test_a_filling_goes_on_where_it_was_broken_off_and_ends_once(office: Office) -> None:
    asked: list[int] = []

    def some(work: Work, after: int) -> int | None:
        if len(asked) == 2 and asked[-1] == 10:
            asked.append(-1)
            raise RuntimeError("broken off")
        asked.append(after)
        return after + 10 if after < 20 else None

    begin = partial(office.begin, OPERATOR)
    with pytest.raises(RuntimeError):
        filling.fill(begin, "rows", some)
    assert asked == [0, 10, -1]
    assert left(office) == 20
    filling.fill(begin, "rows", some)
    assert asked == [0, 10, -1, 20]
    assert left(office) is None
    filling.fill(begin, "rows", some)
    assert len(asked) == 4


def test_while_an_earlier_version_writes_everything_is_looked_at_again(office: Office) -> None:
    asked: list[int] = []

    def some(work: Work, after: int) -> int | None:
        asked.append(after)
        return None

    begin = partial(office.begin, OPERATOR)
    for for_good in (False, True, True):
        filling.fill(begin, "rows", some, for_good)
    assert asked == [0, 0]


def left(office: Office) -> int | None:
    with office.look(OPERATOR) as work:
        return filling.left_after(work.session, "rows")
