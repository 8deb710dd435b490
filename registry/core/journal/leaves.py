"""The exact bytes of leaves: what the tree is grown from, and what a stranger's verifier reads. Pure.

A leaf says who did what, when and why, and gives for every change a digest. Values stay outside, each
with its salt, so that a personal one can be erased while the proof of all others stands. The format is
written down in docs/ledger-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
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


def lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Changes in a leaf: table, operation, key, digest of the row, digests of what is personal."""
    held: Row | None = None
    apart: dict[str, str] = {}
    for row in rows:
        _, change, subject, op, key, before, after, salt, name, value, own = row
        if held is not None and held[1] != change:
            yield _line(held, apart)
            held, apart = None, {}
        if name is not None:
            held, apart[name] = row, digest(own, name, value)
        elif '"' in key:
            yield _line(row, apart)
        else:  # the same bytes, at a third of the cost
            told = sha256(orjson.dumps((salt.hex(), "row", (change, before, after)))).hexdigest()
            yield f'["{subject}","{op}",{key.replace(" ", "")},"{told}",{{}}]'.encode()
    if held is not None:
        yield _line(held, apart)


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
