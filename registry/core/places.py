"""Where a file is: what a process holds open stays there, whatever is put in its place afterwards.

So it is after a file system failed and was mounted anew, or when a database was put back from a backup.
"""

from __future__ import annotations

import os

Place = tuple[int, int]
"""Numbers of a file system and of a file on it."""


def place(path: str) -> Place | None:
    """Of the file at a path; None where there is none, or nobody can look."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_elsewhere(held: Place | None, path: str) -> bool:
    """Whether another file than the one that is held is at the path now; none is no other."""
    return held is not None and (now := place(path)) is not None and now != held
