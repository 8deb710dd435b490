"""Folders for databases that nobody will miss, and what is left of those whose run was killed half-way.

Whoever makes a folder holds a lock on a file in it for as long as it lives; the kernel lets go of it when
the process ends, however it ends. So whoever gets the lock is alone with what nobody owns any more, and may
remove it. The file comes into the folder with its lock on: no folder is ever taken for one that was left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - TemporaryDirectory makes a folder of our own in it
ROOM = 2 * 1024**3
"""Bytes that databases in memory may need at most."""
OURS, OWNED = "registry-", "owned"
PATIENCE = 10.0  # seconds that a server without an owner has to end


@contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """A folder for databases that nobody will miss: in memory where the machine has enough of it.

    prefix: begins with `registry-`. What runs before left there, that were killed, goes first.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    place = MEMORY if roomy else Path(tempfile.gettempdir())
    _swept(place)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder, _owned(Path(folder)):
        yield Path(folder)


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold its lock; taken before anybody can find the file."""
    with (folder / "new").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (folder / "new").rename(folder / OWNED)
        yield


@cache
def _swept(place: Path) -> None:
    sweep(place)


def sweep(place: Path) -> list[str]:
    """Remove folders of ours whose owner is gone, and stop the servers in them; their names."""
    return [folder.name for folder in place.glob(f"{OURS}*") if _removed(folder)]


def _removed(folder: Path) -> bool:
    """Whether it had no owner any more; another process that looks for such folders may be at it."""
    try:
        with (folder / OWNED).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for started in (*folder.glob("*/postmaster.pid"), *folder.glob("*/*/postmaster.pid")):
                _stop(started)
            for mounted in _mounts(folder):
                subprocess.run(["umount", "--lazy", mounted], check=False)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return False
    return True


def _stop(started: Path) -> None:
    """End the PostgreSQL of a folder; only if that process is of this very folder."""
    for how in (signal.SIGINT, signal.SIGKILL):
        end = time.monotonic() + PATIENCE
        with suppress(OSError, ValueError, IndexError):
            number = int(started.read_text().split()[0])
            while Path(f"/proc/{number}/cwd").readlink() == started.parent and time.monotonic() < end:
                os.kill(number, how)
                time.sleep(0.1)


def _mounts(folder: Path) -> list[str]:
    with suppress(OSError):
        places = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        return [place for place in places if place.startswith(f"{folder}/")]
    return []
