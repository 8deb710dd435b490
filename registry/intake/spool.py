"""Rows of a file on their way into the database: all are read before anybody waits for its writer's turn."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO

import orjson

from registry.core.errors import Conflict
from registry.intake.reading import Row

_IN_MEMORY = 4 << 20


class Spool:
    """Pieces of a file in their order, as JSON: [[line, [cell, …]], …]. rows: how many there are in all."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.pieces = self.rows = 0

    def take(self, rows: Iterable[Row], at_once: int) -> None:
        """Read all rows, so many for a piece; raises Conflict where the disk is full."""
        left = iter(rows)
        while some := list(islice(left, at_once)):
            with _room():
                self._file.write(orjson.dumps([(one.line, one.cells) for one in some]) + b"\n")
            self.pieces += 1
            self.rows += len(some)

    def __iter__(self) -> Iterator[str]:
        with _room():
            self._file.seek(0)
        for piece in self._file:
            yield piece.decode().rstrip("\n")


@contextmanager
def _room() -> Iterator[None]:
    """A full disk is told as such."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise Conflict("There is no room on the disk to read it: make some, or divide the file") from None


@contextmanager
def spooled(rows: Iterable[Row], at_once: int) -> Iterator[Spool]:
    """What was read, in a file that nobody else sees and that goes with the block."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        spool = Spool(file)
        spool.take(rows, at_once)
        yield spool
