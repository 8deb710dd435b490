"""Directed channels: each message carries the digest of the one before, so a gap or a fork shows."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.work import Work
from registry.exchange import queries
from registry.exchange.queries import Neighbour
from registry.exchange.tables import ExchangeChannel, ExchangeIn

AT_ONCE = 500  # messages that the head may pass without another look


def advance(work: Work, row: ExchangeIn) -> list[str]:
    """Put a message into its place and move the channel's head over what is now without a gap.

    Answers what contradicts other messages of that State: two at one place, a digest that is another's.
    """
    near = queries.in_between(work, row.iss, row.seq - 1, row.seq + 1)
    work.session.add(row)
    work.session.flush()
    _move(work, row, [other for other in near if other.seq == row.seq + 1])
    return _contradictions(row, near)


def _contradictions(row: ExchangeIn, near: Sequence[Neighbour]) -> list[str]:
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


def _move(work: Work, row: ExchangeIn, after: Sequence[Neighbour]) -> None:
    head = work.session.get(ExchangeChannel, (row.iss, "in"), with_for_update=True)
    if head is None:
        head = ExchangeChannel(peer=row.iss, direction="in", seq=0, head="")
        work.session.add(head)
    if (row.seq, row.prev) != (head.seq + 1, head.head):
        return
    head.seq, head.head = row.seq, row.sha256
    while after and (follows := _following(work, head)):
        head.seq, head.head = follows[-1].seq, follows[-1].sha256


def _following(work: Work, head: ExchangeChannel) -> list[Neighbour]:
    """The messages that come one after the other behind a head."""
    seq, digest, found = head.seq, head.head, []
    beyond = queries.in_between(work, head.peer, seq + 1, seq + AT_ONCE)
    for other in sorted(beyond):
        if other.seq == seq + 1 and other.prev == digest:
            seq, digest = other.seq, other.sha256
            found.append(other)
    return found
