"""The position index in the database, and each process's copy of it.

Blocks are written rarely; what changed since is in `mark_change`, written by triggers in the same
transaction as the mark. Before each search a process reads what changed since the last one. What a search
finds is a superset (marks since corrected, classes that several characters share), so that whoever uses it
looks at the mark itself again; it never leaves one out that was committed before. PostgreSQL counts
transactions on its own: what a process knows of one server's is worth nothing at a standby that took over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, delete, insert

from registry.core.database import Database, Prepared
from registry.core.errors import Conflict
from registry.core.work import OPERATOR, Office, Work
from registry.marks import packing
from registry.marks.packing import Block
from registry.marks.tables import MarkBlock, MarkChange, MarkIndex

DUE = 100_000
"""Changes after which `seal_if_due` packs them into blocks."""
_PAGE = 50_000
_ONE = {
    "sqlite": {
        "now": "0",
        "run": "0",
        "since": "seq > :seq",
        "order": "seq",
        "position": "SELECT coalesce(max(seq), 0) FROM mark_change",
    },
    "postgresql": {
        "now": "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        "run": "pg_postmaster_start_time()",
        # both ends told, so that the planner expects few rows and takes the index
        "since": "xact BETWEEN :xact AND 9223372036854775807 AND (xact, seq) > (:xact, :seq)",
        "order": "xact, seq",
        "position": "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    },
}
_CHANGES = """
SELECT g.generation, {now}, c.xact, c.seq, c.firearm_id,
  (SELECT m.folded FROM mark m WHERE m.firearm_id = c.firearm_id AND m.n = c.n), {run}
FROM mark_index g LEFT JOIN (
  SELECT xact, seq, firearm_id, n FROM mark_change WHERE {since} ORDER BY {order} LIMIT :most) c ON 1 = 1
"""
_CHANGED = {engine: Prepared(_CHANGES.format(**words)) for engine, words in _ONE.items()}
_POSITION = {engine: Prepared(words["position"]) for engine, words in _ONE.items()}
_MARKS = Prepared(
    """
    SELECT firearm_id, n, folded FROM mark WHERE (firearm_id, n) > (:firearm, :n)
    ORDER BY firearm_id, n LIMIT :most
    """
)
_GENERATIONS = "SELECT g.generation, {run} FROM mark_index g"
_GENERATION = {engine: Prepared(_GENERATIONS.format(**words)) for engine, words in _ONE.items()}
Generation = tuple[Any, ...]
"""The number of the blocks' last writing, and which run of the server counts transactions."""
_BLOCKS = "SELECT id FROM mark_block ORDER BY id"
_BLOCK = "SELECT length, base, ids, planes FROM mark_block WHERE id = "
Cursor = tuple[int, int]
_START: Cursor = (0, 0)


def _engine(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


class Copy:
    """The index as one process holds it: sealed blocks, and a block for each length of what came since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._generation: Generation = ()
        self._sealed: dict[int, Block] = {}
        self._tails: dict[int, list[Block]] = {}
        self._cursor = _START
        self._seen: set[int] = set()

    def blocks(self) -> list[Block]:
        """All blocks, with every mark that was committed before the call."""
        with self._lock:
            self._refresh()
            tails = [block for tail in self._tails.values() for block in tail]
            return [*self._sealed.values(), *tails]

    @property
    def waiting(self) -> int:
        """Marks that are in no sealed block."""
        return sum(len(block.ids) for tail in self._tails.values() for block in tail)

    def _refresh(self) -> None:
        generation = self._catch_up()
        while generation != self._generation:
            self._load()
            self._tails, self._cursor, self._seen = {}, _START, set()
            self._generation = generation
            # if it is the same after loading, these are its blocks and what changed since
            generation = self._catch_up()

    def _catch_up(self) -> Generation:
        """Take in what changed since the cursor; answers the generation, at once if it is a new one."""
        statement = _CHANGED[_engine(self._database)]
        cursor, seen, horizon = self._cursor, set[int](), None
        full = True
        while full:
            rows = self._database.rows(statement, {"xact": cursor[0], "seq": cursor[1], "most": _PAGE})
            generation, now = (rows[0][0], rows[0][6]), rows[0][1]
            if generation != self._generation:
                return generation
            horizon = now if horizon is None else horizon
            changes = [row for row in rows if row[3] is not None]
            self._take(changes)
            seen.update(row[3] for row in changes)
            full = len(changes) == _PAGE
            cursor = changes[-1][2:4] if changes else cursor
        self._seen = seen
        # PostgreSQL: what was uncommitted may come later with a lower seq, so it is read from there again
        self._cursor = cursor if self._database.is_sqlite else (horizon or 0, 0)
        return self._generation

    def _take(self, changes: Iterable[tuple[Any, ...]]) -> None:
        marks = [(row[4], row[5]) for row in changes if row[5] and row[3] not in self._seen]
        for block in _packed(marks):
            _grow(self._tails.setdefault(block.length, []), block)

    def _load(self) -> None:
        """The blocks that are in the database now; those at hand are not read again."""
        with self._database.reader.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            cursor = driver.cursor() if self._database.is_sqlite else driver.cursor(binary=True)
            known = {}
            for (key,) in cursor.execute(_BLOCKS).fetchall():
                block = self._sealed.get(key)
                if block is None:
                    row = cursor.execute(f"{_BLOCK}{int(key)}").fetchone()
                    block = row and packing.from_stored(*row)
                if block is not None:
                    known[key] = block
        self._sealed = known


def _grow(tail: list[Block], block: Block) -> None:
    """Add a block to those of its length, each kept twice as large as the next: marks are joined seldom."""
    tail.append(block)
    while len(tail) > 1 and len(tail[-2].ids) < 2 * len(tail[-1].ids):
        both = packing.joined(tail[-2], tail[-1])
        if both is None:
            return
        tail[-2:] = [both]


_COPIES: WeakKeyDictionary[Database, Copy] = WeakKeyDictionary()
_COPIES_LOCK = threading.Lock()


def copy_of(database: Database) -> Copy:
    """This process's copy of the index of a database or, of a replica, of its primary."""
    database = database.primary
    with _COPIES_LOCK:
        found = _COPIES.get(database)
        if found is None:
            found = _COPIES[database] = Copy(database)
        return found


def _packed(marks: Iterable[tuple[int, str]]) -> Iterator[Block]:
    """Blocks of marks as (firearm, folded key)."""
    waiting: dict[int, tuple[list[int], list[str]]] = {}
    for firearm, folded in marks:
        ids, texts = waiting.setdefault(len(folded), ([], []))
        if ids and (len(ids) == packing.BLOCK or abs(firearm - ids[0]) > packing.WIDEST):
            yield packing.pack(len(folded), ids, texts)
            ids, texts = waiting[len(folded)] = ([], [])
        ids.append(firearm)
        texts.append(folded)
    for length, (ids, texts) in waiting.items():
        yield packing.pack(length, ids, texts)


def _in_order(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of each length by their first words."""
    of_length: dict[int, list[Block]] = {}
    for block in blocks:
        of_length.setdefault(block.length, []).append(block)
    return [block for some in of_length.values() for block in packing.in_order(some)]


def rebuild(office: Office) -> int:
    """Make the index anew from the marks; answers how many.

    Others go on working meanwhile: what they change while the marks are read stays a change. Raises
    Conflict when somebody else wrote blocks in between.
    """
    database = office.database
    generation, position = _before(database)
    blocks = _in_order(_packed(_all_marks(database)))
    with office.begin(OPERATOR) as work:
        _turn(work, generation)
        work.session.execute(delete(MarkBlock))
        _write(work, blocks, position)
    return sum(len(block.ids) for block in blocks)


def note_all(connection: Connection) -> None:
    """Make every mark a change, where marks were written without their triggers: searches find them all
    from that transaction on, if slowly until the index is made anew.
    """
    xact = "0" if connection.dialect.name == "sqlite" else "pg_current_xact_id()::text::bigint"
    connection.exec_driver_sql(
        f"INSERT INTO mark_change (xact, firearm_id, n) SELECT {xact}, firearm_id, n FROM mark"  # noqa: S608
        " WHERE folded <> ''"
    )


def seal_if_due(office: Office) -> int:
    """Pack what changed since the last blocks into blocks of its own, if it is much; answers how many."""
    copy = copy_of(office.database)
    copy.blocks()
    return seal(office) if copy.waiting >= DUE else 0


def seal(office: Office) -> int:
    """Pack what changed into blocks, which keeps the start of a process short; answers how many marks."""
    database = office.database
    generation, position = _before(database)
    blocks = list(_packed(_changed_marks(database)))
    with office.begin(OPERATOR) as work:
        _turn(work, generation)
        _write(work, blocks, position)
    return sum(len(block.ids) for block in blocks)


def _before(database: Database) -> tuple[Generation, int]:
    """(generation, position): what changes up to the position leave is seen by whoever reads afterwards."""
    generation = database.rows(_GENERATION[_engine(database)], {})[0]
    return generation, database.rows(_POSITION[_engine(database)], {})[0][0]


def _all_marks(database: Database) -> Iterator[tuple[int, str]]:
    at = _START
    while rows := database.rows(_MARKS, {"firearm": at[0], "n": at[1], "most": _PAGE}):
        yield from ((firearm, folded) for firearm, _n, folded in rows if folded)
        at = rows[-1][:2]


def _changed_marks(database: Database) -> Iterator[tuple[int, str]]:
    statement, at = _CHANGED[_engine(database)], _START
    while True:
        rows = database.rows(statement, {"xact": at[0], "seq": at[1], "most": _PAGE})
        if rows[0][3] is None:
            return
        yield from ((row[4], row[5]) for row in rows if row[5])
        at = rows[-1][2:4]


def _turn(work: Work, generation: Generation) -> None:
    """Be the only one who writes blocks."""
    work.lock("mark_index")
    if work.sees(_GENERATION[_engine(work.database)])[0] != generation:
        raise Conflict("The index was written by someone else meanwhile; try again")
    work.session.get_one(MarkIndex, 1).generation += 1


def _write(work: Work, blocks: Iterable[Block], position: int) -> None:
    """Keep the blocks and forget the changes that are in them."""
    for block in blocks:
        ids, planes = block.stored()
        values = {"length": block.length, "marks": len(block.ids), "base": block.base}
        work.session.execute(insert(MarkBlock).values(ids=ids, planes=planes, **values))
    before = MarkChange.seq <= position if work.database.is_sqlite else MarkChange.xact < position
    work.session.execute(delete(MarkChange).where(before))
