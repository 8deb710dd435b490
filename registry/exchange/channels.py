"""Directed channels: each message carries the digest of the one before, so a gap or a fork shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from registry.core.prepared import Prepared, Statement, inserting
from registry.core.work import Work
from registry.exchange import queries
from registry.exchange.queries import Neighbour

_SET = Prepared(
    "UPDATE exchange_channel SET seq = :seq, head = :head WHERE peer = :peer AND direction = :direction"
)
_BEGIN = inserting("exchange_channel", ("peer", "direction", "seq", "head"))
_SAME = ("peer", "direction")
AT_ONCE = 500  # messages that the head may pass without another look


Rows = Sequence[tuple[Any, ...]]


class Arrived(NamedTuple):
    """A message as the inbox keeps it."""

    iss: str
    jti: str
    sha256: str
    seq: int
    prev: str
    type: str
    thread: str
    jws: str
    receipt: str
    received_at: datetime
    state: str


_TAKE = inserting("exchange_in", Arrived._fields)


def near(peer: str, seq: int) -> Statement:
    """What finds the neighbours of a place in a State's channel."""
    return queries.BETWEEN, {"iss": peer, "first": seq - 1, "last": seq + 1}


def head(peer: str, direction: str) -> Statement:
    """What finds how far a channel has come."""
    return queries.CHANNEL, {"peer": peer, "direction": direction}


def advance(work: Work, row: Arrived, neighbours: Rows) -> list[str]:
    """Put a message into its place and move the channel's head over what is now without a gap.

    Answers what contradicts other messages of that State: two at one place, a digest that is another's.
    The caller holds the channel. neighbours: rows of `near`.
    """
    beside = [Neighbour(*other) for other in neighbours]
    work.later(_TAKE, **row._asdict())
    _move(work, row, [other for other in beside if other.seq == row.seq + 1])
    return _contradictions(row, beside)


def _contradictions(row: Arrived, near: Sequence[Neighbour]) -> list[str]:
    before = {other.sha256 for other in near if other.seq == row.seq - 1}
    after = {other.prev for other in near if other.seq == row.seq + 1}
    wrong = [
        f"two messages at place {row.seq}: {other.jti} and {row.jti}"
        for other in near
        if other.seq == row.seq
    ]
    if before and row.prev not in before:
        wrong.append(f"place {row.seq} follows another message than the one at {row.seq - 1}")
    if after and row.sha256 not in after:
        wrong.append(f"place {row.seq + 1} follows another message than the one at {row.seq}")
    return wrong


def _move(work: Work, row: Arrived, after: Sequence[Neighbour]) -> None:
    seq, digest = queries.channel(work, row.iss, "in")
    if (row.seq, row.prev) != (seq + 1, digest):
        return
    seq, digest = row.seq, row.sha256
    while after and (follows := _following(work, row.iss, seq, digest)):
        seq, digest = follows[-1].seq, follows[-1].sha256
    set_head(work, row.iss, "in", seq, digest)


def set_head(work: Work, peer: str, direction: str, seq: int, digest: str) -> None:
    """Say how far a channel has come; the caller holds it. What is said twice in one work is written once."""
    values = {"peer": peer, "direction": direction, "seq": seq, "head": digest}
    known = head(peer, direction)
    (begun,) = work.beside(known)
    if not any(work.waiting.amend(statement, _SAME, values) for statement in (_SET, _BEGIN)):
        work.later(_SET if begun else _BEGIN, **values)
    work.waiting.learn([known], [[(seq, digest)]])


def _following(work: Work, peer: str, seq: int, digest: str) -> list[Neighbour]:
    """The messages that come one after the other behind a head."""
    found = []
    beyond = queries.in_between(work, peer, seq + 1, seq + AT_ONCE)
    for other in sorted(beyond):
        if other.seq == seq + 1 and other.prev == digest:
            seq, digest = other.seq, other.sha256
            found.append(other)
    return found
