"""The log in the database: its tree, its key, its checkpoints.

The key signs what the tree is at a moment. Before it signs, the log is held against the last checkpoint:
a log that does not go on from it is never signed, and the alarm says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.database import Database, Prepared, Turn
from registry.core.errors import RegistryError
from registry.core.journal import entries
from registry.core.journal.merkle import HASH, Frontier, leaf_hash
from registry.core.work import Office
from registry.ledger import tokens
from registry.ledger.checkpoints import Checkpoint, check_extension
from registry.ledger.notes import LocalSigner, Note, Signer, sign
from registry.ledger.tiles import WIDTH, TileDamaged, Tree

EVERY = timedelta(seconds=5)
AT_MOST = 256  # leaves without a checkpoint
STALE = timedelta(hours=4)
FRESH = timedelta(minutes=1)  # a signature that was seen and is younger is not looked for again
TIME = "time "

_STATE = Prepared("SELECT size, peaks FROM ledger_state WHERE id = 1")
_TILE = Prepared("SELECT hashes FROM ledger_tile WHERE level = :level AND n = :n")
_BODIES = Prepared("SELECT body FROM ledger_leaf WHERE id >= :first AND id < :beyond ORDER BY id")
_LAST = Prepared("SELECT size, note, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
_SIGNED = Prepared(
    "INSERT INTO ledger_checkpoint (size, root, note, signed_at) VALUES (:size, :root, :note, :signed_at)"
)
_COSIGNED = Prepared("UPDATE ledger_checkpoint SET note = :note WHERE size = :size")
_ALONE = Prepared("SELECT pg_advisory_xact_lock(hashtextextended('ledger.checkpoint', 0))")

_seen: WeakKeyDictionary[Database, datetime] = WeakKeyDictionary()
"""When the last checkpoint was signed that this process has seen."""

Run = Callable[[Prepared, dict[str, object]], list[tuple[object, ...]]]


class LedgerStaleError(RegistryError):
    """Nothing was signed for hours: what a court must rely on is not done until it is."""

    status = 503
    code = "ledger-stale"
    title = "The ledger is not being signed"


class LedgerBrokenError(RegistryError):
    """The log does not go on from its last checkpoint, or its parts do not fit each other."""

    code = "ledger-broken"
    title = "The ledger does not go on from its last checkpoint"


@dataclass(frozen=True)
class Status:
    """size: leaves; signed: leaves under the last checkpoint; waiting: transactions not in the tree yet."""

    size: int
    signed: int
    signed_at: datetime | None
    waiting: int


class StoredTiles:
    """Tiles as the database keeps them: full ones stored, the right edge computed from what is below."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile."""
        kept = self._run(_TILE, {"level": level, "n": index})
        if kept:
            return bytes(kept[0][0])[: width * HASH]  # type: ignore[call-overload,no-any-return]
        first = index * WIDTH
        if level == 0:
            bodies = self._run(_BODIES, {"first": first, "beyond": first + width})
            return b"".join(leaf_hash(str(body).encode()) for (body,) in bodies)
        below = (self.tile(level - 1, n, WIDTH) for n in range(first, first + width))
        return b"".join(_top(hashes) for hashes in below)


def _top(hashes: bytes) -> bytes:
    return Frontier().append(hashes[at : at + HASH] for at in range(0, len(hashes), HASH)).root


def tree(office: Office) -> Tree:
    """The tree as readers see it."""
    return Tree(StoredTiles(office.database.rows))


def signer(instance: Path, origin: str, token: str = "") -> Signer:
    """The log's key: a token's, by its URI; else in a file that only its owner may read, made when missing.

    Raises RegistryError when others may read it, or when the token cannot be used.
    """
    if token:
        return tokens.signer(origin, token)
    path = instance / "ledger.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
    if path.stat().st_mode & 0o077:
        raise RegistryError(f"{path.name} can be read by others: chmod 600 {path.name}")
    return LocalSigner(origin, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip())))


def newest_note(database: Database) -> Note | None:
    """The last checkpoint, None before there is one."""
    rows = database.rows(_LAST, {})
    return Note.parse(rows[0][1].encode()) if rows else None


def status(office: Office) -> Status:
    """How far the log is, and how far it is signed."""
    return _status(office.database)


def _status(database: Database) -> Status:
    ((size, _),) = database.rows(_STATE, {})
    last = database.rows(_LAST, {})
    waiting = 0 if database.is_sqlite else database.rows(_WAITING, {})[0][0]
    return Status(
        size,
        last[0][0] if last else 0,
        datetime.fromisoformat(entries.iso(last[0][2])) if last else None,
        waiting,
    )


_WAITING = Prepared("SELECT count(*) FROM ledger_entry WHERE leaf IS NULL")
_FIRST = Prepared("SELECT at FROM ledger_entry ORDER BY id LIMIT 1")


def keep(office: Office, key: Signer, now: bool = False) -> Note | None:
    """What has to be done every second: append what waits, sign when it is time (or `now`).

    Answers the new checkpoint, or None. Raises LedgerBrokenError instead of signing a log that does not
    go on from its last checkpoint.
    """
    if not office.database.is_sqlite:
        while _sequenced(office):
            pass
    known = status(office)
    unsigned = known.size - known.signed
    due = known.signed_at is None or office.clock() - known.signed_at >= EVERY or unsigned >= AT_MOST
    return _sign(office, key) if unsigned and (now or due) else None


def _sequenced(office: Office) -> int:
    with office.database.transaction() as turn:
        return entries.sequence(turn)


def _sign(office: Office, key: Signer) -> Note | None:
    with office.database.transaction() as turn:
        if not turn.is_sqlite:
            turn.run(_ALONE, {})
        return _next_note(office, key, turn)


def _next_note(office: Office, key: Signer, turn: Turn) -> Note | None:
    ((size, peaks),) = turn.run(_STATE, {})
    last = turn.run(_LAST, {})
    if not size or (last and last[0][0] >= size):
        return None
    moment = office.clock()
    hashes = bytes(peaks)
    root = Frontier(size, tuple(hashes[at : at + HASH] for at in range(0, len(hashes), HASH))).root
    note = sign(str(Checkpoint(key.key.name, size, root, (TIME + entries.iso(moment),))), key)
    _refuse_fork(turn, note, Note.parse(last[0][1].encode()) if last else None, root, size)
    turn.run(_SIGNED, {"size": size, "root": root, "note": bytes(note).decode(), "signed_at": moment})
    return note


def _refuse_fork(turn: Turn, note: Note, last: Note | None, root: bytes, size: int) -> None:
    grown = Tree(StoredTiles(turn.run))
    try:
        if grown.root(size) != root:
            raise LedgerBrokenError("The leaves do not give the root that the log's state says.")
        if last is not None:
            check_extension(last, note, grown.consistency(Checkpoint.parse(last.text).size, size))
    except TileDamaged as error:
        raise LedgerBrokenError(error.message) from error


def require_signed(database: Database, now: datetime) -> None:
    """Raise LedgerStaleError when there is something that nobody signed for four hours."""
    if database in _seen and timedelta() <= now - _seen[database] < FRESH:
        return
    known = _status(database)
    if known.signed_at is not None:
        _seen[database] = known.signed_at
    if known.size <= known.signed and not known.waiting:
        return
    since = known.signed_at or _begun(database)
    if since is not None and now - since > STALE:
        raise LedgerStaleError(
            f"Nothing was signed since {since:%Y-%m-%d %H:%M} UTC. Until it is, no licence is issued and no "
            "message accepted. The administrator finds the reason with `flask --app wsgi ledger status`."
        )


def _begun(database: Database) -> datetime | None:
    """When the first entry was made."""
    first = database.rows(_FIRST, {})
    return datetime.fromisoformat(entries.iso(first[0][0])) if first else None
