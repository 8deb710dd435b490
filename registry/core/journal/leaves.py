"""The exact bytes of leaves: what the tree is grown from, and what a stranger's verifier reads. Pure.

A leaf says who did what, when and why, and gives for every change a digest. Values stay outside, each
with its salt, so that a personal one can be erased while the proof of all others stands. The format is
written down in docs/ledger-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

VERSION = 1
LARGEST = 60_000  # bytes; an entry of a C2SP bundle has at most 65,535


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


class Change(NamedTuple):
    """A change with what its digests are made of. personal: (name, value, salt)."""

    id: int
    subject: str
    op: str
    key: str
    before: str | None
    after: str | None
    salt: bytes
    personal: tuple[tuple[str, str, bytes], ...] = ()


def digest(salt: bytes, name: str, value: Any) -> str:
    """SHA-256, in hexadecimal, over the JSON array of salt (hexadecimal), name and value."""
    return sha256(orjson.dumps([salt.hex(), name, value])).hexdigest()


def line(change: Change) -> bytes:
    """A change in the leaf: table, operation, key, digest of the row, digests of what is personal."""
    key, subject, op, row_key, before, after, salt, personal = change
    row = digest(salt, "row", (key, before, after))
    if personal or '"' in row_key:
        apart = {name: digest(salt, name, value) for name, value, salt in sorted(personal)}
        return orjson.dumps((subject, op, orjson.loads(row_key), row, apart))
    numbers = row_key.replace(" ", "")  # the same bytes, at half the cost
    return f'["{subject}","{op}",{numbers},"{row}",{{}}]'.encode()


def bodies(entry: Entry, changes: Iterable[Change]) -> Iterator[bytes]:
    """The leaves of a transaction: one, or as many parts as its size needs; the last says `final`."""
    part, lines, size = 0, list[bytes](), 0
    for change in changes:
        written = line(change)
        if lines and size + len(written) > LARGEST - 2_000:
            yield _body(entry, part, lines, final=False)
            part, lines, size = part + 1, [], 0
        lines.append(written)
        size += len(written) + 1
    yield _body(entry, part, lines, final=True)


def _body(entry: Entry, part: int, lines: list[bytes], final: bool) -> bytes:
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
    return orjson.dumps(head)[:-1] + b',"changes":[' + b",".join(lines) + b"]}"
