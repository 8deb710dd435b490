"""Three States under faults: nothing lost, doubled or forged, and the same seed fails in the same way.

`SCHEDULES=10000` runs the long variant.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import introducing, jose, judging
from registry.exchange.key_queries import PublicKey, public_key
from registry.exchange.tables import ExchangeKey
from schemas.exchange import Message
from tests.exchange.simulator import ODDS, Simulator, run_all

SCHEDULES = int(os.environ.get("SCHEDULES", "1000"))
PARTS = 8
MEMORY = Path("/dev/shm")  # noqa: S108 - what a schedule keeps is worth nothing, and memory is fast


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="exchange-", dir=where) as folder:
        found = Simulator(Path(folder))
        yield found
        found.close()


@pytest.mark.timeout(SCHEDULES * 2 + 120)
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_doubled_or_forged(simulator: Simulator, part: int) -> None:
    tallies = run_all(simulator, range(part, SCHEDULES, PARTS), print)
    assert [(tally.seed, tally.wrong) for tally in tallies if tally.wrong] == []
    happened: Counter[str] = sum((tally.faults for tally in tallies), Counter())
    if SCHEDULES >= 1000:
        wanted = set(ODDS) - {"none"} | {"crash", "replay", "divert", "forge"}
        assert wanted <= set(happened), "a fault never fired"


def test_a_seed_happens_again(simulator: Simulator) -> None:
    once, again = simulator.run(4711, steps=30), simulator.run(4711, steps=30)
    assert (once.posted, once.faults, once.wrong) == (again.posted, again.faults, again.wrong)


def test_without_idempotency_messages_are_doubled(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count()

    def another_each_time(message: Message) -> tuple[str, str]:
        return message.iss, f"{next(numbers)}"

    monkeypatch.setattr(judging, "identity", another_each_time)
    said = [wrong for seed in range(12) for wrong in simulator.run(seed).wrong]
    assert any(wrong.startswith("doubled") for wrong in said)


def test_without_a_check_of_signatures_forged_messages_have_effects(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jose, "verify", lambda token, public: True)
    monkeypatch.setattr(introducing, "key_within", _key_of_anybody)
    said = [wrong for seed in range(40) for wrong in simulator.run(seed).wrong]
    assert any(wrong.startswith("forged") for wrong in said)


def _key_of_anybody(work: Work, _token: jose.Token) -> PublicKey | None:
    """A stranger's key counts as the first State's."""
    any_key = select(ExchangeKey.kid).where(ExchangeKey.use == "signing", ExchangeKey.state != work.home)
    return public_key(work, work.session.scalar(any_key.limit(1)) or "")
