"""Verifying the whole ledger from a page: beside the service, with its progress, one at a time.

A thread writes the export to a file, line by line; a process of its own, `python -m
registry.auditing.verifying FILE`, holds it in memory and verifies it, so that the service stays small
however large the ledger is. How far it is, and what came of the last one, lies in the instance's folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection

from registry.core.errors import Conflict
from registry.core.settings import SOURCE_ROOT
from registry.core.work import Office
from registry.ledger import exports, verifier
from registry.ledger.notes import Signer

MOST_PROBLEMS = 100
OFTEN = 10_000  # lines between two notes of progress
events = structlog.get_logger()
Told = dict[str, Any]


def told(instance: Path) -> Told | None:
    """How far the verification is that runs, or what the last one found; None before the first.

    phase: reading, verifying, done, or failed where it ended without a result; done, total: lines.
    """
    try:
        found: Told = json.loads((instance / "verification.json").read_text())
    except (OSError, ValueError):
        return None
    if found["phase"] in ("reading", "verifying") and not _runs(instance):
        found["phase"] = "failed"
    return found


def begin(office: Office, key: Signer, instance: Path, by: str) -> threading.Thread:
    """Begin to verify; raises Conflict while another one runs. The thread ends with the verification."""
    lock = (instance / "verification.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Conflict("A verification runs already.") from None
    started: Told = {"phase": "reading", "done": 0, "total": 0, "started_at": _now(), "started_by": by}
    _write(instance, started)

    def run() -> None:
        with lock:
            _verify(office, key, instance, started)

    thread = threading.Thread(target=run, name="ledger verification", daemon=True)
    thread.start()
    return thread


def _runs(instance: Path) -> bool:
    with (instance / "verification.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _verify(office: Office, key: Signer, instance: Path, started: Told) -> None:
    try:
        with _file(instance) as path:
            with exports.signed(office, key) as connection:
                _export(connection, path, instance, started)
            command = [sys.executable, "-m", "registry.auditing.verifying", str(path), str(key.key)]
            given = json.dumps({"instance": str(instance), "started": started})
            subprocess.run(command, cwd=SOURCE_ROOT, input=given.encode(), check=True)  # noqa: S603
    except Exception as error:  # noqa: BLE001 - whatever ends it is told on the page
        events.error("verification_failed", kind=type(error).__name__, reason=str(error)[:200])
        _write(instance, started | {"phase": "failed", "ended_at": _now()})


@contextmanager
def _file(instance: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=instance, prefix="verification-") as folder:
        yield Path(folder) / "export.zip"


def _export(connection: Connection, path: Path, instance: Path, started: Told) -> None:
    started["total"] = exports.count(connection)
    exports.write(connection, path, _noting(instance, started))


def _noting(instance: Path, so_far: Told) -> Callable[[int], None]:
    """Writes down now and then how many lines are done."""

    def note(done: int) -> None:
        if done % OFTEN == 0:
            _write(instance, so_far | {"done": done})

    return note


def _write(instance: Path, content: Told) -> None:
    """At once or not at all: whoever reads meanwhile reads the one before."""
    new = instance / f"verification.json.{os.getpid()}"
    new.write_text(json.dumps(content))
    new.replace(instance / "verification.json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Watched(list[Any]):
    """Lines that tell how many of them were looked at."""

    def __init__(self, lines: list[Any], looked: Callable[[], None]) -> None:
        super().__init__(lines)
        self._looked = looked

    def __iter__(self) -> Iterator[Any]:
        for line in super().__iter__():
            self._looked()
            yield line


WATCHED = {"tiles": 1, "entries": 2, "personal": 2, "changes": 1, "tables": 2}
"""Files of an export and how often the verifier reads each from its beginning to its end."""


def main(path: str, key: str, given: Told) -> None:
    """Verify an export, and write down how far it is and what was found."""
    instance, so_far = Path(given["instance"]), given["started"] | {"phase": "verifying", "done": 0}
    export = verifier.read(path)
    so_far["total"] = sum(len(export[name]) * times for name, times in WATCHED.items())
    _write(instance, so_far)
    note, looked = _noting(instance, so_far), 0

    def count() -> None:
        nonlocal looked
        looked += 1
        note(min(looked, so_far["total"]))

    watched = {name: _Watched(export[name], count) for name in WATCHED}
    report = verifier.verify({**export, **watched}, key)
    found = {
        "leaves": report.leaves,
        "changes": report.changes,
        "rows": report.rows,
        "redacted": report.redacted,
        "count": len(report.problems),
        "problems": [
            {"level": one.level, "where": one.where, "message": one.message}
            for one in report.problems[:MOST_PROBLEMS]
        ],
    }
    _write(instance, so_far | found | {"phase": "done", "done": so_far["total"], "ended_at": _now()})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.load(sys.stdin))
