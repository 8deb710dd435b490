"""Hostile files: bounded memory, a clear refusal that names the line, and nothing half-done."""

from __future__ import annotations

import errno
import io
import resource
import tempfile
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from registry.core.errors import Conflict, Invalid
from registry.core.work import OPERATOR, Office, Work
from registry.intake import acts, worker
from registry.intake.kinds import KINDS
from registry.intake.tables import IntakeRun
from schemas.intake_vocabulary import IntakeKind
from tests.firearms.world import make_world
from tests.intake.book import BOOK, FIRST, HEAD, hand_in, read

ROOM = 60 << 10
"""Kilobytes of memory more that a file may take, whatever its length."""


class Endless(io.RawIOBase):
    """A file that is made while it is read: a beginning, then one piece again and again.

    taken: how many bytes of it were read.
    """

    def __init__(self, begin: bytes, piece: bytes, size: int) -> None:
        self.taken = 0
        self._begin, self._piece, self._size, self._at = begin, piece, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset if whence == 0 else self._size + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        most = min(len(buffer), self._size - self._at)
        told = self._bytes(self._at, most)
        buffer[: len(told)] = told
        self._at += len(told)
        self.taken += len(told)
        return len(told)

    def _bytes(self, at: int, most: int) -> bytes:
        if at < len(self._begin):
            return self._begin[at : at + most]
        into = (at - len(self._begin)) % len(self._piece)
        return (self._piece[into:] + self._piece * (most // len(self._piece) + 1))[:most]


@pytest.fixture
def room() -> Iterator[None]:
    """Holds a test to the memory that it may take."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < ROOM


def refused(office: Office, file: Any, kind: IntakeKind = IntakeKind.FIREARMS) -> str:
    """Why a file is refused; nothing of it is kept."""
    with pytest.raises(Invalid) as found, office.begin(OPERATOR) as work:
        acts.hand_in(work, file, acts.FileTold("big.csv", kind=kind))
    with office.look(OPERATOR) as work:
        for table in ("intake_run", "intake_chunk"):
            assert work.session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0  # noqa: S608
    return str(found.value.unmet[0].message)


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("kind", [IntakeKind.FIREARMS, IntakeKind.SALES])
def test_a_quote_that_never_ends_in_a_very_large_file(office: Office, kind: IntakeKind) -> None:
    file = io.BufferedReader(Endless(HEAD.encode() + b'TAB1;"', b"x;y\n", 64 << 20))
    assert refused(office, file, kind) == "Line 2: A quote in it never ends."


@pytest.mark.usefixtures("room")
def test_a_line_that_never_ends(office: Office) -> None:
    file = io.BufferedReader(Endless(HEAD.encode(), b"x;", 64 << 20))
    assert refused(office, file) == "Line 2: It is longer than 65536 characters."


@pytest.mark.usefixtures("room")
def test_a_million_columns(office: Office) -> None:
    file = io.BufferedReader(Endless(b"a;b", b";c", 2_000_000))
    assert "columns; at most 200." in refused(office, file)


@pytest.mark.usefixtures("room")
def test_five_gigabytes_are_refused_before_one_is_read(office: Office) -> None:
    row = b"TAB1;Taurus;pistol;;9x19;BR;;;;;;\n"
    file = Endless(HEAD.encode(), row, 5 << 30)
    assert (
        refused(office, io.BufferedReader(file)) == "5,368,709,120 bytes; at most 4,294,967,296: divide it."
    )
    assert file.taken == 0


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("size", [4 << 30, 64 << 20])
def test_of_what_is_no_table_only_the_beginning_is_read(office: Office, size: int) -> None:
    file = Endless(b"", b"\0" * 4096, size)
    assert "NULs" in refused(office, io.BufferedReader(file))
    assert file.taken < 1 << 20


def test_a_full_disk_is_told_as_such(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, content: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda size: Full())
    with pytest.raises(Conflict, match="no room on the disk"), office.begin(OPERATOR) as work:
        acts.hand_in(work, io.BytesIO(HEAD.encode() + b"TAB1;Taurus\n"), acts.FileTold("full.csv"))


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"TAB2;Taur\x00us\n", "It holds NULs."),
        ("TAB2;Indústria\n".encode("cp1252"), "It is not written in the encoding of the lines before it."),
    ],
    ids=["nul", "another encoding"],
)
def test_what_is_wrong_far_behind_is_named_by_its_line(office: Office, line: bytes, why: str) -> None:
    good = "TAB1;Armação\n".encode() * 40_000
    assert refused(office, io.BytesIO(HEAD.encode() + good + line)) == f"Line 40002: {why}"


@pytest.mark.parametrize("kind", list(IntakeKind))
def test_every_kind_says_of_hostile_cells_what_is_wrong(office: Office, kind: IntakeKind) -> None:
    """Formulas, markup, SQL, marks of direction, halves of numbers: faults of their rows, never ours."""
    fields = list(KINDS[kind].columns.names)
    long = "A" * 2_500
    cells = ("=1+1", "'; DROP TABLE party;--", "<script>", "\u202eAB1", long, "1E+20", "#REF!", "-1", "９９")
    rows = "".join(";".join([f'"{cell}"'] * len(fields)) + "\n" for cell in cells)
    found = hand_in(office, ";".join(fields) + "\n" + rows, kind=kind)
    assert (found.state, found.good, found.bad) == ("checked", 0, len(cells)), found.problem


def test_a_file_too_large_for_the_database_keeps_no_other_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no room now will have none later; a database that is away answers again."""
    make_world(office)
    judged, met = worker._next, list[Exception]()

    def refused(work: Work, row: IntakeRun) -> None:
        if met:
            raise OperationalError("SELECT", {}, met.pop())
        judged(work, row)

    monkeypatch.setattr(worker, "_next", refused)
    met.append(psycopg.errors.OutOfMemory("out of shared memory"))
    large, other = hand_in(office, BOOK, name="large.csv"), hand_in(office, HEAD + FIRST)
    assert (read(office, large.number).state, other.state) == ("failed", "checked")
    assert "has no room" in read(office, large.number).problem
    met.append(psycopg.OperationalError("the connection is lost"))
    with pytest.raises(OperationalError):
        hand_in(office, HEAD + FIRST.replace("1001", "1009"))
    worker.run_all(office)
    with office.look(OPERATOR) as work:
        assert [one.state for one in work.session.scalars(select(IntakeRun).order_by(IntakeRun.id))] == [
            "failed", "checked", "checked",
        ]  # fmt: skip
