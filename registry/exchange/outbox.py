"""What goes out: posted with the business change, in its transaction, signed and in its channel's order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registry.core.database import Prepared, Statement
from registry.core.errors import Invalid, Refused
from registry.core.work import LOCK, Work
from registry.exchange import channels, jose, key_queries, queries, strict_json
from registry.exchange.rules import LARGEST_RECORD
from schemas.exchange import LONGEST_LIFE, VERSIONS, Attachment, Handling, Place, Reference, Sender, Use
from schemas.words import said

_POST = Prepared(
    "INSERT INTO exchange_out (jti, peer, seq, type, thread, jws, sha256, state, tries, made_at, next_at,"
    " expires_at, problem, receipt, ended_at, closed_by, reason, followed_by, means) VALUES (:jti, :peer,"
    " :seq, :type, :thread, :jws, :sha256, :state, 0, :now, :now, :expires_at, '', '', :ended_at, :closed_by,"
    " :reason, '', :means)"
)


@dataclass(frozen=True)
class Outgoing:
    """A message to post. thread: of the question for an answer, None to open one. re: what it answers.

    attachments: files that are kept here already; whoever takes the message fetches them.
    """

    to: str
    type: str
    body: dict[str, Any]
    thread: str | None = None
    re: Reference | None = None
    actor: Sender = field(default_factory=Sender)
    purpose: Use = field(default_factory=Use)
    handling: Handling = field(default_factory=Handling)
    delegation: str = "none"
    path: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    life: timedelta = timedelta(seconds=LONGEST_LIFE)


@dataclass(frozen=True)
class Posted:
    """How a posted message is called; `sha256` is what its answer will name."""

    jti: str
    thread: str
    seq: int
    sha256: str


def post(work: Work, message: Outgoing) -> Posted:
    """Sign a message and put it into the outbox; it is sent once this work is committed.

    Raises Refused when the State has no confirmed root, NoKey, Invalid when it is too large.
    """
    asked = ahead(work, message.to)
    trusted, *_ = work.waiting.learn(asked, work.beside(*asked))
    if not trusted or message.to == work.home:
        raise Refused(said("%(state)s has no node that both sides confirmed", state=message.to))
    return _kept(work, message)


def carry(work: Work, message: Outgoing, means: str) -> Posted:
    """As `post`, of a record that leaves as a file by other means: the courier never tries it.

    Raises Refused for our own State, NoKey, Invalid when it is too large.
    """
    if message.to == work.home:
        raise Refused("A State does not write to itself")
    return _kept(work, message, means)


def ahead(work: Work, to: str) -> tuple[Statement, ...]:
    """What `post` asks: whether that State is trusted, and as `_place`."""
    return ((queries.TRUSTED, {"state": to}), *_place(work, to))


def _place(work: Work, to: str) -> tuple[Statement, ...]:
    """The end of our channel to a State, which is held, and our key."""
    return (LOCK, {"name": f"exchange out {to}"}), channels.head(to, "out"), key_queries.signing(work)


def _kept(work: Work, message: Outgoing, means: str = "") -> Posted:
    place = _place(work, message.to)
    _, channel, _ = work.waiting.learn(place, work.beside(*place))
    seq, head = queries.head_in(channel)
    jti = new_identifier(work.now)
    payload = _payload(work, message, jti, Place(seq + 1, head))
    token = jose.sign(strict_json.dumps(payload), key_queries.signing_key(work))
    if len(token) > LARGEST_RECORD:
        raise Invalid.at("body", "The message is too large; send attachments apart.")
    posted = Posted(jti, message.thread or jti, seq + 1, jose.digest(token))
    channels.set_head(work, message.to, "out", posted.seq, posted.sha256)
    work.later(
        _POST,
        jti=jti,
        peer=message.to,
        seq=posted.seq,
        type=message.type,
        thread=posted.thread,
        jws=token,
        sha256=posted.sha256,
        state="closed" if means else "waiting",
        now=work.now,
        expires_at=work.now + message.life,
        ended_at=work.now if means else None,
        closed_by=work.actor.user_id if means else None,
        reason="It leaves as a file" if means else "",
        means=means,
    )
    return posted


def new_identifier(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562)."""
    number = int.from_bytes(int(now.timestamp() * 1000).to_bytes(6) + jose.fresh(10))
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0b11 << 62) | 0b10 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _payload(work: Work, message: Outgoing, jti: str, place: Place) -> dict[str, Any]:
    """What is signed; what says nothing is left out."""
    now = int(work.now.timestamp())
    payload: dict[str, Any] = {
        "ver": VERSIONS[0],
        "type": message.type,
        "jti": jti,
        "iss": work.home,
        "aud": message.to,
        "iat": now,
        "exp": now + int(message.life.total_seconds()),
        "thread": message.thread or jti,
        "ch": vars(place),
    }
    if message.re is not None:
        payload["re"] = vars(message.re)
    for name in ("actor", "purpose", "handling"):
        said_of = {key: value for key, value in vars(getattr(message, name)).items() if value}
        if said_of:
            payload[name] = {key: _plain(value) for key, value in said_of.items()}
    if message.delegation != "none":
        payload["delegation"] = message.delegation
    for name in ("path", "must"):
        if listed := getattr(message, name):
            payload[name] = list(listed)
    if message.attachments:
        payload["attachments"] = [vars(one) for one in message.attachments]
    return payload | {"body": message.body}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
