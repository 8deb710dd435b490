"""Work that makes very many objects keeps the collector away, and leaves it as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from registry.core.uncollected import uncollected


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_the_collector_rests_until_the_last_block_ends_whatever_happens_in_it() -> None:
    with uncollected():
        with pytest.raises(ValueError, match="on purpose"), uncollected():
            assert not gc.isenabled()
            raise ValueError("on purpose")
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_switched_off_stays_so() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
