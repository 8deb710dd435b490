"""Counts of requests, shared by all processes that serve a registry: by route, never by address.

Each process counts in a file of its own in the instance's folder, mapped into memory: a request costs
one addition there and no lock of another process. Whoever reads adds all files up. What processes counted
that have ended is kept in one file, so that no count ever goes down while the routes stay the same.
"""

from __future__ import annotations

import bisect
import fcntl
import hashlib
import mmap
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = "counts"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 2.5, 10.0)
"""Upper ends of the classes of latency, in seconds; the last class has none. 0.3 is what lists may take."""
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
UNKNOWN = "unknown"
_BUCKETS = len(BOUNDS) + 1
_WIDTH = len(CLASSES) + _BUCKETS + 1  # the last: seconds in all
_NUMBER = 8  # bytes
_PROCESS = re.compile(r"\d+")


@dataclass(frozen=True)
class Route:
    """What was counted of one route. answers: by class of status; buckets: by latency, not cumulated;
    seconds: of all together.
    """

    rule: str
    answers: tuple[int, ...]
    buckets: tuple[int, ...]
    seconds: float


class Counts:
    """Counts of the routes with these rules; in memory alone where the folder cannot be written."""

    def __init__(self, instance: Path, rules: Sequence[str]) -> None:
        self.rules = [*sorted(set(rules)), UNKNOWN]
        self._place = {rule: n * _WIDTH for n, rule in enumerate(self.rules)}
        layout = hashlib.sha256(repr((self.rules, BOUNDS)).encode()).hexdigest()[:12]
        self._folder = instance / FOLDER / layout
        self._lock = threading.Lock()
        self._process = 0
        self._numbers = memoryview(bytearray(self._size)).cast("d")

    @property
    def _size(self) -> int:
        return len(self.rules) * _WIDTH * _NUMBER

    def count(self, rule: str, status: int, seconds: float) -> None:
        """One answered request."""
        at = self._place.get(rule, self._place[UNKNOWN])
        with self._lock:
            if self._process != os.getpid():  # a process that was forked off counts by itself
                self._open()
            numbers = self._numbers
            numbers[at + min(max(status // 100, 1), 5) - 1] += 1
            numbers[at + len(CLASSES) + bisect.bisect_left(BOUNDS, seconds)] += 1
            numbers[at + _WIDTH - 1] += seconds

    def _open(self) -> None:
        """A file of this process, of zeros: one of the same number was of a process that has ended."""
        self._process = os.getpid()
        self._numbers = memoryview(bytearray(self._size)).cast("d")
        with suppress(OSError), self._alone():
            self._gather()
            path = self._folder / str(self._process)
            with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+b") as file:
                # never a hole: on a full disk the system kills whoever writes into one
                os.posix_fallocate(file.fileno(), 0, self._size)
                self._numbers = memoryview(mmap.mmap(file.fileno(), self._size)).cast("d")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _gather(self) -> None:
        """Add what ended processes counted to one file, and take theirs away."""
        ended = [path for path in self._files() if not _lives(path.name)]
        if ended:
            new = self._folder / "ended.new"
            new.write_bytes(memoryview(self._sum([*ended, self._folder / "ended"])).cast("B"))
            new.replace(self._folder / "ended")
        for path in ended:
            path.unlink()

    def _files(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if _PROCESS.fullmatch(path.name)]

    def _sum(self, paths: Sequence[Path]) -> memoryview[float]:
        total = memoryview(bytearray(self._size)).cast("d")
        for path in paths:
            content = path.read_bytes() if path.exists() else b""
            if len(content) == self._size:
                for n, number in enumerate(memoryview(content).cast("d")):
                    if number:
                        total[n] += number
        return total

    def read(self) -> list[Route]:
        """What all processes counted until now, of the routes that were asked for at all."""
        try:
            with self._alone():
                numbers = self._sum([*self._files(), self._folder / "ended"])
        except OSError:
            numbers = self._numbers
        return [route for rule in self.rules if sum((route := self._route(rule, numbers)).answers)]

    def _route(self, rule: str, numbers: memoryview[float]) -> Route:
        at = self._place[rule]
        answers = tuple(int(n) for n in numbers[at : at + len(CLASSES)])
        buckets = tuple(int(n) for n in numbers[at + len(CLASSES) : at + _WIDTH - 1])
        return Route(rule, answers, buckets, numbers[at + _WIDTH - 1])


def _lives(number: str) -> bool:
    return number == str(os.getpid()) or Path(f"/proc/{number}").exists()
