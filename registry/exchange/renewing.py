"""A message that has expired, or whose key was revoked, is sent anew only once its receiver has said that it
never came.

The very record is shown again first: whoever has it answers with the receipt that was lost, and whoever has
it not says that it has expired. Only then a new record says the same, in the same thread, so that nothing is
done twice. Whoever posted it is asked whether it is to be said still, and names the new record from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.core.errors import Conflict
from registry.core.work import Work
from registry.exchange import attachments, jose, key_queries, outbox, strict_json
from registry.exchange.rules import Code
from registry.exchange.tables import ExchangeOut
from schemas.exchange import LONGEST_LIFE, Handling, Reference, Sender, Use
from schemas.words import said

MOST_SHOWN = 60
"""Tries to reach the receiver, about two weeks; then it is dead as before."""
_LONGEST = timedelta(seconds=LONGEST_LIFE)


@dataclass(frozen=True)
class Poster:
    """What a subject knows of messages that it posted; of others it says nothing.

    over: why one is of no use any more, "" while it is; outdated: the same of a new record, which would be
    the newest word. until: when the time is over for which it may be told, None where it has no end.
    said_again: names the new record from then on.
    """

    over: Callable[[Work, ExchangeOut], str]
    outdated: Callable[[Work, ExchangeOut], str]
    said_again: Callable[[Work, ExchangeOut, outbox.Posted], None]
    until: Callable[[Work, ExchangeOut], datetime | None] = lambda _work, _row: None


def _posters(work: Work) -> Iterable[Poster]:
    found: Iterable[Poster] = work.offers.get("posted", {}).values()
    return found


def show_again(work: Work, row: ExchangeOut) -> None:
    """Let the courier show a record that has expired, and send it anew if it never came."""
    row.renew_by = work.actor.user_id
    _wait_again(work, row)


def is_binding(work: Work, row: ExchangeOut) -> bool:
    """Whether a record can still be taken: it has not expired, and its key was not revoked."""
    key = key_queries.public_key(work, jose.parse(row.jws).kid)
    return row.expires_at > work.now and key is not None and key_queries.is_good(key, row.made_at, work.now)


def try_again(work: Work, row: ExchangeOut) -> None:
    """A dead letter that can still be taken waits for the courier, from now on; raises Conflict with the
    reason where it is of no use any more.
    """
    for poster in _posters(work):
        if why := poster.over(work, row):
            raise Conflict(why)
    _wait_again(work, row)


def _wait_again(work: Work, row: ExchangeOut) -> None:
    row.state, row.next_at, row.tries, row.ended_at = "waiting", work.now, 0, None


def is_over(work: Work, row: ExchangeOut) -> bool:
    """Whether a record is not sent any more: it has expired, and nobody wants it shown again."""
    if row.expires_at > work.now:
        return False
    return row.renew_by is None or row.tries >= MOST_SHOWN


def never_came(row: ExchangeOut, code: str) -> bool:
    """Whether the receiver, by its signed word, has never taken a record that was shown again: it looks at
    what it has before it looks at the time and at what became of the key.
    """
    return row.renew_by is not None and code in (Code.EXPIRED, Code.UNKNOWN_KEY)


def renew(work: Work, row: ExchangeOut) -> outbox.Posted | None:
    """Close a record that never came, and post a new one that says the same; None where that is not to be
    said any more. Raises as `outbox.post`.
    """
    why, life = _outdated(work, row), _life(work, row)
    if not why and life <= timedelta():
        why = said("The time in which it was to be told is over.")
    posted = None if why else outbox.post(work, said_again(row, life))
    row.state, row.ended_at, row.closed_by, row.renew_by = "closed", work.now, row.renew_by, None
    row.reason = str(why)[:400]
    if posted is not None:
        row.reason, row.followed_by = f"sent again as {posted.jti}", posted.jti
        for poster in _posters(work):
            poster.said_again(work, row, posted)
    return posted


def _outdated(work: Work, row: ExchangeOut) -> str:
    """Why nothing says the same once more, "" where it may be said."""
    asked = (tells(work, row) for poster in _posters(work) for tells in (poster.over, poster.outdated))
    return next(filter(None, asked), "")


def _life(work: Work, row: ExchangeOut) -> timedelta:
    """How long a new record lives: not beyond the end that was set for the one before, nor its poster's."""
    ends = [end for poster in _posters(work) if (end := poster.until(work, row)) is not None]
    if row.expires_at - row.made_at < _LONGEST:
        ends.append(row.expires_at)
    return min([_LONGEST, *(end - work.now for end in ends)])


def said_again(row: ExchangeOut, life: timedelta = _LONGEST) -> outbox.Outgoing:
    """A new message that says what an old one said, in its thread."""
    said_then = strict_json.loads(jose.parse(row.jws).payload)
    re, handling = said_then.get("re"), dict(said_then.get("handling", {}))
    handling["audience"] = tuple(handling.get("audience", ()))
    return outbox.Outgoing(
        row.peer,
        row.type,
        said_then["body"],
        row.thread,
        Reference(**re) if re else None,
        Sender(**said_then.get("actor", {})),
        Use(**said_then.get("purpose", {})),
        Handling(**handling),
        said_then.get("delegation", "none"),
        tuple(said_then.get("path", ())),
        tuple(said_then.get("must", ())),
        attachments.named_in(row.jws),
        life,
    )
