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


def asked(peer: str, seq: int) -> tuple[Statement, Statement]:
    """What `advance` has to know of a place in a State's channel: its neighbours, and the channel's head."""
    return (
        (queries.BETWEEN, {"iss": peer, "first": seq - 1, "last": seq + 1}),
        (queries.CHANNEL, {"peer": peer, "direction": "in"}),
    )


def advance(work: Work, row: Arrived, neighbours: Rows, channel: Rows) -> list[str]:
    """Put a message into its place and move the channel's head over what is now without a gap.

    Answers what contradicts other messages of that State: two at one place, a digest that is another's.
    The caller holds the channel. neighbours, channel: rows of `asked`.
    """
    near = [Neighbour(*other) for other in neighbours]
    work.later(_TAKE, **row._asdict())
    _move(work, row, channel, [other for other in near if other.seq == row.seq + 1])
    return _contradictions(row, near)


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


def _move(work: Work, row: Arrived, channel: Rows, after: Sequence[Neighbour]) -> None:
    head = queries.head_in(channel)
    if (row.seq, row.prev) != (head[0] + 1, head[1]):
        return
    head = row.seq, row.sha256
    while after and (follows := _following(work, row.iss, *head)):
        head = follows[-1].seq, follows[-1].sha256
    set_head(work, channel, row.iss, "in", *head)


def set_head(work: Work, before: Rows, peer: str, direction: str, seq: int, head: str) -> None:
    """Say how far a channel has come; the caller holds it. before: the row it has, if any."""
    work.later(_SET if before else _BEGIN, peer=peer, direction=direction, seq=seq, head=head)


def _following(work: Work, peer: str, seq: int, digest: str) -> list[Neighbour]:
    """The messages that come one after the other behind a head."""
    found = []
    beyond = queries.in_between(work, peer, seq + 1, seq + AT_ONCE)
    for other in sorted(beyond):
        if other.seq == seq + 1 and other.prev == digest:
            seq, digest = other.seq, other.sha256
            found.append(other)
    return found
