"""Work that makes very many objects at once and lets them go again, which the collector need not look at.

Each of its rounds through everything a process holds costs as much as some hundred rows of a register; what
work of this kind makes goes by itself, since nothing of it refers back to what holds it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_inside = 0


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection in this process until the last such block ends; then it goes on as it was before.

    For short blocks only: what refers to itself is kept as long as they last.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _LOCK:
        if _inside or gc.isenabled():
            _inside += 1
            gc.disable()


def _leave() -> None:
    global _inside
    with _LOCK:
        if _inside:
            _inside -= 1
            if not _inside:
                gc.enable()
