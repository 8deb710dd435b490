"""The courier's rounds: again and again what is due, a thread for each State, and what else is due meanwhile.

A State that answers slowly, or never, keeps no other waiting; while it does not answer it is tried once in a
while and by one message, so that what waits for it costs nothing.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from registry.exchange import held
from registry.exchange.courier import AT_ONCE, Courier, Served

EVERY = 0.1  # seconds: a chain of States waits for two such looks at every step
SELDOM = 10  # looks, after which what else is due is done
RARELY = 600  # looks, after which what a killed process left is done
REST = 1.0  # seconds before a State that did not answer is tried again
log = structlog.get_logger()


class Goes(Protocol):
    """Goes to other States: the courier with messages, the fetcher for files."""

    def due_peers(self) -> list[str]:
        """States that it should go to now."""

    def serve(self, peer: str, most: int) -> Served:
        """Go to one of them."""


def start(
    courier: Courier, also: Sequence[Callable[[], object]] = (), fetcher: Goes | None = None
) -> threading.Event:
    """Run in a thread of this process; setting the event ends it."""
    over = threading.Event()
    told = (courier, over, also, fetcher)
    threading.Thread(target=run, args=told, name="exchange courier", daemon=True).start()
    return over


def run(
    courier: Courier,
    over: threading.Event,
    also: Sequence[Callable[[], object]] = (),
    fetcher: Goes | None = None,
) -> None:
    """Deliver until the event is set, whatever happens meanwhile. also: what else is due now and then.

    fetcher: has lanes of its own, and a look now and then; a long file keeps no message waiting.
    """
    lanes: dict[tuple[bool, str], _Lane] = {}
    for look in itertools.cycle(range(RARELY)):
        if over.wait(EVERY):
            break
        _wake(courier, lanes, over)
        if look == 0:
            _done(lambda: held.release_due(courier.office, courier.kinds))
        if look % SELDOM == 0:
            if fetcher is not None:
                _wake(fetcher, lanes, over)
            for due in also:
                _done(due)
    for lane in lanes.values():
        lane.wake.set()


def _wake(goes: Goes, lanes: dict[tuple[bool, str], _Lane], over: threading.Event) -> None:
    """Wake the lane to each State that something is due to; it gets one where it has none."""
    try:
        for peer in goes.due_peers():
            named = isinstance(goes, Courier), peer
            if named not in lanes:
                lanes[named] = _Lane(goes, peer, over)
            lanes[named].wake.set()
    except Exception as error:  # noqa: BLE001 - it must go on trying
        _failed(error)


class _Lane:
    """The way to one State: it is gone when told so, by one thread."""

    def __init__(self, courier: Goes, peer: str, over: threading.Event) -> None:
        self.wake = threading.Event()
        self._courier, self._peer, self._over = courier, peer, over
        threading.Thread(target=self._run, name=f"exchange courier {peer}", daemon=True).start()

    def _run(self) -> None:
        most = AT_ONCE
        while self.wake.wait() and not self._over.is_set():
            self.wake.clear()
            try:
                most = self._served(most)
            except Exception as error:  # noqa: BLE001 - it must go on trying
                _failed(error)

    def _served(self, most: int) -> int:
        """Take there what is due, until nothing is or it does not answer; how many to try next time."""
        while not self._over.is_set():
            served = self._courier.serve(self._peer, most)
            if served.is_silent:
                self._over.wait(REST)
                return 1
            if served.tried < most:
                break
            most = AT_ONCE
        return AT_ONCE


def _done(due: Callable[[], object]) -> None:
    """Do what is due; where it fails, the next thing is done all the same."""
    try:
        due()
    except Exception as error:  # noqa: BLE001 - it must go on trying
        _failed(error)


def _failed(error: Exception) -> None:
    log.error("exchange_courier_failed", kind=type(error).__name__, reason=str(error)[:200])
