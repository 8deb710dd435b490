"""That a process of this registry is at work: a file in the instance's folder, touched as it goes on."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

FOLDER = "pulse"
EVERY = 5.0  # seconds between two beats that are written
DEAD = 60.0  # seconds without a beat


def beat(instance: Path, name: str) -> None:
    """Say that `name` is at work; it never fails, and writes only now and then."""
    path = instance / FOLDER / name
    with suppress(OSError):
        if (age := since(instance, name)) is None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if age is None or age > EVERY:
            path.touch(mode=0o600)


def since(instance: Path, name: str) -> float | None:
    """Seconds since the last beat, None when there never was one."""
    try:
        return max(0.0, time.time() - (instance / FOLDER / name).stat().st_mtime)
    except OSError:
        return None
