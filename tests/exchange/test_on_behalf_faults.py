"""What is asked on behalf of another State under faults; each message does the work of a whole trace.

`SCHEDULES=10000` runs a thousand schedules, half of them with an officer in the State that is asked last.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from schemas.requests_vocabulary import ForOthers
from tests.exchange.asking import Asking
from tests.exchange.simulator import Simulator, run_all

SCHEDULES = int(os.environ.get("SCHEDULES", "1000")) // 20
STEPS = 40
MEMORY = Path("/dev/shm")  # noqa: S108 - what a schedule keeps is worth nothing, and memory is fast


@pytest.mark.timeout(SCHEDULES * 6 + 120)
@pytest.mark.parametrize(
    ("behalf", "happens"),
    [(ForOthers.MACHINE, {"answered", "withdrawn"}), (ForOthers.OFFICER, {"sent", "withdrawn"})],
)
def test_what_is_asked_on_behalf_of_another_is_neither_lost_nor_doubled(
    behalf: ForOthers, happens: set[str]
) -> None:
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="exchange-", dir=where) as folder:
        simulator = Simulator(Path(folder), partial(Asking.prepared, behalf=behalf))
        try:
            tallies = run_all(simulator, range(SCHEDULES), print, STEPS)
        finally:
            simulator.close()
    assert [(tally.seed, tally.wrong) for tally in tallies if tally.wrong] == []
    if SCHEDULES >= 50:
        seen = cast("Asking", simulator.trade).seen
        assert happens <= set(seen), seen
        assert sum(tally.faults["crash"] for tally in tallies) > 0
