"""The exact bytes of leaves: what the tree is grown from, and what a stranger's verifier reads. Pure.

A leaf says who did what, when and why, and gives for every change a digest. Values stay outside, each
with its salt, so that a personal one can be erased while the proof of all others stands. The format is
written down in docs/ledger-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

VERSION = 1
LARGEST = 60_000  # bytes; an entry of a C2SP bundle has at most 65,535
Row = tuple[Any, ...]
"""A change with what its digests are made of: (entry, change, table, operation, key of the row, before,
after, salt, name, value, salt), the last three of a personal value of it, of which each has a row.
"""


@dataclass(frozen=True)
class Entry:
    """What a leaf says of its transaction. at: ISO 8601 in UTC; note: more members of the leaf;
    tx: PostgreSQL's number of it.
    """

    id: int
    tx: int | None
    at: str
    actor: int
    role: str
    purpose: str
    case: str
    act: str
    request: str
    note: dict[str, Any]


def digest(salt: bytes, name: str, value: Any) -> str:
    """SHA-256, in hexadecimal, over the JSON array of salt (hexadecimal), name and value."""
    return sha256(orjson.dumps([salt.hex(), name, value])).hexdigest()


def lines(rows: Sequence[Row]) -> Iterable[bytes]:
    """Changes in a leaf: table, operation, key, digest of the row, digests of what is personal."""
    if any(row[8] is not None for row in rows):
        return _with_personal(rows)
    return [_line(row, {}) if '"' in row[4] else _plain(row) for row in rows]


def _with_personal(rows: Iterable[Row]) -> Iterator[bytes]:
    for _, of_change in groupby(rows, itemgetter(1)):
        own = list(of_change)
        apart = {name: digest(salt, name, value) for *_, name, value, salt in own if name is not None}
        yield _line(own[0], apart) if apart or '"' in own[0][4] else _plain(own[0])


def _plain(row: Row) -> bytes:
    """A line without personal values, of a key without text: the same bytes, at a third of the cost."""
    _, change, subject, op, key, before, after, salt, _, _, _ = row
    told = sha256(orjson.dumps((salt.hex(), "row", (change, before, after)))).hexdigest()
    return f'["{subject}","{op}",{key.replace(" ", "")},"{told}",{{}}]'.encode()


def _line(row: Row, apart: dict[str, str]) -> bytes:
    _, change, subject, op, key, before, after, salt, *_ = row
    told = digest(salt, "row", (change, before, after))
    return orjson.dumps((subject, op, orjson.loads(key), told, dict(sorted(apart.items()))))


def bodies(entry: Entry, changes: Iterable[bytes]) -> Iterator[bytes]:
    """The leaves of a transaction: one, or as many parts as its size needs; the last says `final`.

    changes: its `lines`. Where its note leaves no room for the last of them, it has a part of its own.
    """
    part, taken, size = 0, list[bytes](), 0
    for line in changes:
        if taken and size + len(line) > LARGEST - 2_000:
            yield _body(entry, part, taken, final=False)
            part, taken, size = part + 1, [], 0
        taken.append(line)
        size += len(line) + 1
    if taken and size + len(orjson.dumps(entry.note)) > LARGEST - 2_000:
        yield _body(entry, part, taken, final=False)
        part, taken = part + 1, []
    yield _body(entry, part, taken, final=True)


def _body(entry: Entry, part: int, changes: list[bytes], final: bool) -> bytes:
    head = {
        "v": VERSION,
        "entry": entry.id,
        "part": part,
        "final": final,
        **({} if entry.tx is None else {"tx": entry.tx}),
        "at": entry.at,
        "actor": entry.actor,
        "role": entry.role,
        "purpose": entry.purpose,
        "case": entry.case,
        "act": entry.act,
        "request": entry.request,
        **(entry.note if final else {}),
    }
    return orjson.dumps(head)[:-1] + b',"changes":[' + b",".join(changes) + b"]}"
