"""A message that has expired, or whose key was revoked, is sent anew only once its receiver has said that it
never came.

The very record is shown again first: whoever has it answers with the receipt that was lost, and whoever has
it not says that it has expired. Only then a new record says the same, so that nothing is done twice.
"""

from __future__ import annotations

from registry.core.work import Work
from registry.exchange import attachments, jose, key_queries, outbox, strict_json
from registry.exchange.rules import Code
from registry.exchange.tables import ExchangeOut
from schemas.exchange import Handling, Reference, Sender, Use

MOST_SHOWN = 60
"""Tries to reach the receiver, about two weeks; then it is dead as before."""


def show_again(work: Work, row: ExchangeOut) -> None:
    """Let the courier show a record that has expired, and send it anew if it never came."""
    row.renew_by = work.actor.user_id
    wait_again(work, row)


def is_binding(work: Work, row: ExchangeOut) -> bool:
    """Whether a record can still be taken: it has not expired, and its key was not revoked."""
    key = key_queries.public_key(work, jose.parse(row.jws).kid)
    return row.expires_at > work.now and key is not None and key_queries.is_good(key, row.made_at, work.now)


def wait_again(work: Work, row: ExchangeOut) -> None:
    """A dead letter waits for the courier, from now on."""
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


def renew(work: Work, row: ExchangeOut) -> outbox.Posted:
    """Post a new record that says the same, and close the old one. Raises as `outbox.post`."""
    posted = outbox.post(work, said_again(row))
    row.state, row.ended_at, row.closed_by = "closed", work.now, row.renew_by
    row.reason, row.followed_by, row.renew_by = f"sent again as {posted.jti}", posted.jti, None
    return posted


def said_again(row: ExchangeOut) -> outbox.Outgoing:
    """A new message that says what an old one said."""
    said_then = strict_json.loads(jose.parse(row.jws).payload)
    re, handling = said_then.get("re"), dict(said_then.get("handling", {}))
    handling["audience"] = tuple(handling.get("audience", ()))
    return outbox.Outgoing(
        row.peer,
        row.type,
        said_then["body"],
        row.thread if row.thread != row.jti else None,
        Reference(**re) if re else None,
        Sender(**said_then.get("actor", {})),
        Use(**said_then.get("purpose", {})),
        Handling(**handling),
        said_then.get("delegation", "none"),
        tuple(said_then.get("path", ())),
        tuple(said_then.get("must", ())),
        attachments.named_in(row.jws),
    )
