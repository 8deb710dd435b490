"""Real processes that ask on behalf of another State, killed by SIGKILL at any step, on both engines.

BR asks PT and allows that it asks on; PT's machine answers, and asks AR for it; AR's machine answers, and BR
has its signed word in the end. As in `test_processes.py`, `EXCHANGE_FAULTS=sweep` takes every step there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.requests_vocabulary import Delegation, ForOthers
from tests.engines import Engine
from tests.exchange.processes import Running, Starter, commands, forking, running, settled, until, waiting
from tests.exchange.test_processes import COMMANDS, LONG, judged, killed, say
from tests.exchange.world import introduce
from tests.requests.world import allow, asked, imported_and_sold, made_and_exported, send

STEPS = {"serve": (3, 22, 31), "deliver": (4, 10)}
pytestmark = pytest.mark.timeout(7200 if LONG else 400)


@pytest.fixture(scope="module")
def start() -> Iterator[Starter]:
    with commands() if COMMANDS else forking() as starter:
        yield starter


@dataclass
class Three:
    """BR asks PT, which asks AR for it."""

    both: tuple[Running, ...]
    posted: int = 0

    def ask(self) -> None:
        self.posted += 1
        new = asked("PT", case_number=f"IP {self.posted}/2026", delegation=Delegation.ALLOWED)
        send(self.both[0].node, new)

    def begin(self) -> None:
        for one in self.both:
            for role in ("serve", "deliver"):
                one.begin(role)

    def move(self, by: timedelta) -> None:
        for one in self.both:
            one.move(by)


@pytest.fixture
def three(engine: Engine, start: Starter, tmp_path: Path) -> Iterator[Three]:
    """Three States that know each other; nothing runs yet."""
    with ExitStack() as stack:
        urls = [stack.enter_context(engine.ready()) for _ in range(3)]
        found = [
            running(state, url, tmp_path, start) for state, url in zip(("BR", "PT", "AR"), urls, strict=True)
        ]
        for one in found:
            stack.callback(one.close)
        introduce([one.node for one in found])
        _, pt, ar = (one.node for one in found)
        made_and_exported(pt, "AR")
        imported_and_sold(ar)
        allow(pt, "BR", release=True, onward=ForOthers.MACHINE)
        allow(ar, "PT", release=True, behalf=ForOthers.MACHINE)
        allow(ar, "BR", release=True)
        yield Three(tuple(found))


def answered_onward(three: Three) -> int:
    """How many questions of BR have AR's answer, known to be its word, and told once."""
    sql = "SELECT count(*) FROM trace_hop WHERE n = 1 AND stands = 'answered' AND answer <> '' AND proven"
    return int(three.both[0].node.rows(sql)[0][0])


@pytest.mark.parametrize(("who", "role"), [(1, "serve"), (1, "deliver"), (2, "serve"), (0, "serve")])
def test_a_state_between_two_others_that_is_killed_loses_and_doubles_nothing(
    three: Three, who: int, role: str
) -> None:
    if not LONG and who != 1:
        pytest.skip("the States at the ends are killed in the sweep")
    three.begin()
    burnt = killed(three, three.both[who], role, None if LONG else STEPS[role])
    assert settled(three.both), [waiting(one) for one in three.both]
    assert until(lambda: answered_onward(three) == three.posted), "an answer is lost on its way to BR"
    say(", ".join(f"{count} before {what}" for what, count in sorted(Counter(burnt).items())))
    judged(f"on behalf, kill -9 of {three.both[who].node.state}'s {role}", three, len(burnt))
    asked_at_ar = three.both[2].node.rows("SELECT count(*) FROM trace_request")[0][0]
    assert asked_at_ar == three.posted, "PT asks on once for each question"
