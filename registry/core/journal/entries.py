"""Writing the journal: an entry is opened before the first change and closed with its leaves.

On SQLite, with its one writer, the leaves are appended in the transaction itself. On PostgreSQL one
sequencer at a time appends those of every transaction that nobody can still be inside of, so that the
tree grows without a gap and writers never wait for each other. A transaction has one entry, or several
one after the other where several records became durable together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import orjson

from registry.core.database import Prepared, Statement, Turn
from registry.core.journal import leaves
from registry.core.journal.merkle import HASH, Frontier, leaf_hash

UNSTATED_PURPOSE = "record_keeping"
SAID_AGAIN = ("continues", "approval", "break_glass")
"""What of the note of an entry is said in those that continue it too; the first of them stays the first."""
TILE = 256
AT_ONCE = 500  # transactions the sequencer appends at once
_LEAVES_AT_ONCE = 100  # of one transaction with very many changes

_VALUES = ":at, :actor_id, :role, :purpose, :case_number, :act, :request_id, :note"
_NAMES = ("at", "actor_id", "role", "purpose", "case_number", "act", "request_id", "note")
_COLUMNS = "at, actor_id, role, purpose, case_number, act, request_id, note"
OPEN = Prepared(
    f"INSERT INTO ledger_entry (tx, leaf, {_COLUMNS}) VALUES ({{tx}}, {{next}}, {_VALUES})"
    " RETURNING id, leaf, {peaks}"
)
_OPEN_AT = Prepared(f"INSERT INTO ledger_entry (leaf, {_COLUMNS}) VALUES (:leaf, {_VALUES}) RETURNING id")
_RENAME = Prepared("UPDATE ledger_entry SET act = :act, note = :note WHERE id = :id")
_DISCARD = Prepared("DELETE FROM ledger_entry WHERE id = :id")
_ENTRY = f"SELECT id, leaf, {_COLUMNS}, tx FROM ledger_entry"
_SETTLED = Prepared(
    f"{_ENTRY} WHERE leaf IS NULL AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    f" ORDER BY id LIMIT {AT_ONCE}"
)
_CHANGE = (
    "SELECT c.entry_id, c.id, c.subject, c.op, c.key, c.before, c.after, c.salt, p.name, p.value, p.salt"
    " FROM {of} c LEFT JOIN ledger_personal p ON p.change_id = c.id {which} ORDER BY c.entry_id, c.id"
)
_FEW, _PAGE = 100, 2_000
_SOME = f"(SELECT * FROM ledger_change WHERE entry_id = {{}} ORDER BY id LIMIT {_FEW})"
_CHANGES = Prepared(_CHANGE.format(of=f"{{keys}} e CROSS JOIN LATERAL {_SOME.format('e.id')}", which=""))
"""The first changes of each of several entries; asked for on PostgreSQL alone."""
_OF_ENTRY = "ledger_change WHERE entry_id = :entry AND id > :after"
_UNTIL = f"(SELECT max(id) FROM (SELECT id FROM {_OF_ENTRY} ORDER BY id LIMIT {_PAGE}) page)"
_WHICH = f"WHERE c.entry_id = :entry AND c.id > :after AND c.id <= {_UNTIL}"
_CHANGES_OF_ONE = Prepared(_CHANGE.format(of="ledger_change", which=_WHICH))
"""In the order of an index, so that SQLite need not copy and sort whole rows."""
_STATE = Prepared("SELECT size, peaks FROM ledger_state WHERE id = 1")
_GROW = Prepared("UPDATE ledger_state SET size = :size, peaks = :peaks WHERE id = 1")
_LEAVES = Prepared(
    "INSERT INTO ledger_leaf (id, entry_id, body)"
    " SELECT CAST(a AS BIGINT), CAST(b AS BIGINT), c FROM {triples} given ORDER BY 1"
)
_LEAF = Prepared("INSERT INTO ledger_leaf (id, entry_id, body) VALUES (:leaf, :entry, :body)")
_PLACE = Prepared(
    "UPDATE ledger_entry SET leaf = CAST(given.a AS BIGINT) FROM {triples} given"
    " WHERE ledger_entry.id = CAST(given.b AS BIGINT)"
)
_BODIES = Prepared("SELECT body FROM ledger_leaf WHERE id >= :first AND id < :beyond ORDER BY id")
_TILES = Prepared(
    "SELECT hashes FROM ledger_tile WHERE level = :level AND n >= :first AND n < :beyond ORDER BY n"
)
_TILE = Prepared("INSERT INTO ledger_tile (level, n, hashes) VALUES (:level, :n, :hashes)")
_SEQUENCER = Prepared("SELECT pg_try_advisory_xact_lock(hashtextextended('ledger.sequencer', 0))")


Opened = tuple[int, int | None, bytes | None]
"""An entry's key and, on SQLite, the index of its first leaf and the tree's roots before it."""
Record = tuple[dict[str, Any], Statement]
"""What an entry says, and the one statement that comes with it."""


def rename(turn: Turn, opened: Opened, opened_as: dict[str, Any], now: dict[str, Any]) -> None:
    """Write the entry as it became since it was opened."""
    if became := renamed(opened, opened_as, now):
        turn.run_all(became)


def renamed(opened: Opened, opened_as: dict[str, Any], now: dict[str, Any]) -> list[Statement]:
    """What writes the entry as it became since it was opened; nothing where it stayed as it was."""
    if (opened_as["act"], opened_as["note"]) == (now["act"], now["note"]):
        return []
    return [(_RENAME, {"id": opened[0], "act": now["act"], "note": now["note"]})]


def close(turn: Turn, opened: Opened, opened_as: dict[str, Any], now: dict[str, Any]) -> None:
    """Before the commit: the entry as it became; on SQLite its leaves, or nothing if nothing changed."""
    rename(turn, opened, opened_as, now)
    if turn.is_sqlite:
        said = [now[name] if name in ("act", "note") else opened_as[name] for name in _NAMES]
        entry, leaf, peaks = opened
        _append(turn, [(entry, leaf, *said, None)], peaks)


def record_all(turn: Turn, records: Sequence[Record]) -> list[list[tuple[Any, ...]]]:
    """Records of several acts as one whole transaction, each with its own entry; the rows of each.

    They are durable when this turn has ended.
    """
    if turn.is_sqlite:
        return _recorded_with_leaves(turn, records)
    statements = [pair for said, statement in records for pair in ((OPEN, said), statement)]
    return turn.run_all(statements, commit=True)[1::2]


def _recorded_with_leaves(turn: Turn, records: Sequence[Record]) -> list[list[tuple[Any, ...]]]:
    growth, answered = _Growth(turn), []
    for said, statement in records:
        ((entry,),) = turn.run(_OPEN_AT, {**said, "leaf": growth.next})
        answered.append(turn.run(*statement))
        growth.add((entry, growth.next, *[said[name] for name in _NAMES], None), _changes(turn, entry))
        growth.write()  # before the next entry opens: an entry without its leaf takes the changes
    growth.end()
    return answered


def sequence(turn: Turn) -> int:
    """Append the leaves of what is settled; how many entries. Nothing when another one is at it."""
    if turn.is_sqlite or not turn.run(_SEQUENCER, {})[0][0]:
        return 0
    settled = turn.run(_SETTLED, {})
    if settled:
        _append(turn, settled)
    return len(settled)


def _append(turn: Turn, entries: Sequence[tuple[Any, ...]], peaks: bytes | None = None) -> None:
    """Leaves, tiles and state of these entries; those that changed and say nothing are discarded.

    peaks: the tree's roots where they are known: then its size is the first entry's leaf.
    """
    few, growth = _few_changes(turn, [entry[0] for entry in entries]), None
    for entry in entries:
        changes = _changes(turn, entry[0], few)
        first = next(changes, None)
        if first is None and not entry[9]:
            turn.run(_DISCARD, {"id": entry[0]})
            continue
        growth = growth or _Growth(turn, None if peaks is None else (entry[1], peaks))
        growth.add(entry, () if first is None else chain([first], changes))
    if growth is not None:
        growth.end()


class _Growth:
    """The tree as a transaction grows it. next: the index of the leaf to come."""

    def __init__(self, turn: Turn, known: tuple[int, bytes] | None = None) -> None:
        size, peaks = known or turn.run(_STATE, {})[0]
        self._turn = turn
        self._before = Frontier(size, _split(bytes(peaks)))
        self._hashes: list[bytes] = []
        self._leaves: list[tuple[int, int, str]] = []
        self._places: list[tuple[int, int]] = []
        self.next: int = size

    def add(self, entry: tuple[Any, ...], changes: Iterable[bytes]) -> None:
        """The leaves of an entry; its place among them, where it has none yet."""
        if entry[1] is None:
            self._places.append((self.next, entry[0]))
        for body in leaves.bodies(_entry(entry), changes):
            self._leaves.append((self.next, entry[0], body.decode()))
            self._hashes.append(leaf_hash(body))
            self.next += 1
            if len(self._leaves) == _LEAVES_AT_ONCE:
                self.write()

    def write(self) -> None:
        """Write the leaves added since the last time."""
        if self._places:
            self._turn.run(_PLACE, {"given": orjson.dumps(self._places).decode()})
        if self._leaves:
            self._turn.run(_LEAVES, {"given": orjson.dumps(self._leaves).decode()})
        self._places, self._leaves = [], []

    def end(self) -> None:
        """Write what is left, the tree's state, and the tiles that became full."""
        after = self._before.append(self._hashes)
        grown = _GROW, {"size": after.size, "peaks": b"".join(after.peaks)}
        if len(self._leaves) == 1 and not self._places:
            leaf, entry, body = self._leaves[0]
            self._turn.run_all([(_LEAF, {"leaf": leaf, "entry": entry, "body": body}), grown])
        else:
            self.write()
            self._turn.run(*grown)
        _seal(self._turn, self._before.size, after.size)


def _entry(row: tuple[Any, ...]) -> leaves.Entry:
    key, _, at, actor, role, purpose, case, act, request, note, tx = row
    said = orjson.loads(note) if note else {}
    return leaves.Entry(key, tx, iso(at), actor, role, purpose, case, act, request, said)


def iso(at: str | datetime) -> str:
    """A moment as leaves and checkpoints write it, from what either engine gives."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _few_changes(turn: Turn, entries: Sequence[int]) -> dict[int, list[leaves.Row]]:
    """The changes of each of several entries, in their order; of one that made many the first of them."""
    if len(entries) == 1:
        return {}
    found: dict[int, list[leaves.Row]] = {entry: [] for entry in entries}
    rows = turn.run(_CHANGES, {"keys": orjson.dumps(entries).decode()})
    for entry, own in groupby(rows, itemgetter(0)):
        found[entry] = list(own)
    return found


def _changes(
    turn: Turn, entry: int, few: Mapping[int, list[leaves.Row]] = MappingProxyType({})
) -> Iterator[bytes]:
    """The changes of an entry in their order, however many, as leaves have them: never all at hand."""
    found = few.get(entry)
    if found is not None and len(found) < _FEW:
        yield from leaves.lines(found)
        return
    full, after = True, 0
    while full:
        found = turn.run(_CHANGES_OF_ONE, {"entry": entry, "after": after})
        yield from leaves.lines(found)
        full = len(found) >= _PAGE
        after = found[-1][1] if found else after


def _seal(turn: Turn, before: int, after: int) -> None:
    """Keep the tiles that became full."""
    level, span = 0, TILE
    while after // span > before // span:
        for n in range(before // span, after // span):
            turn.run(_TILE, {"level": level, "n": n, "hashes": _full(turn, level, n)})
        level, span = level + 1, span * TILE


def _full(turn: Turn, level: int, n: int) -> bytes:
    bounds = {"first": n * TILE, "beyond": (n + 1) * TILE}
    if level == 0:
        return b"".join(leaf_hash(body.encode()) for (body,) in turn.run(_BODIES, bounds))
    below = turn.run(_TILES, {"level": level - 1, **bounds})
    return b"".join(Frontier().append(_split(bytes(hashes))).root for (hashes,) in below)


def _split(hashes: bytes) -> tuple[bytes, ...]:
    return tuple(hashes[at : at + HASH] for at in range(0, len(hashes), HASH))
