"""What goes out: posted with the business change, in its transaction, signed and in its channel's order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.errors import Invalid, Refused
from registry.core.work import Work
from registry.exchange import jose, keysets, queries, strict_json
from registry.exchange.rules import LARGEST_RECORD
from registry.exchange.tables import ExchangeChannel, ExchangeOut
from schemas.exchange import LONGEST_LIFE, VERSIONS, Handling, Reference, Sender, Use
from schemas.words import said


@dataclass(frozen=True)
class Outgoing:
    """A message to post. thread: of the question for an answer, None to open one. re: what it answers."""

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
    if not queries.is_trusted(work, message.to) or message.to == work.home:
        raise Refused(said("%(state)s has no node that both sides confirmed", state=message.to))
    return _kept(work, message)


def carry(work: Work, message: Outgoing, means: str) -> Posted:
    """As `post`, of a record that leaves as a file by other means: the courier never tries it.

    Raises Refused for our own State, NoKey, Invalid when it is too large.
    """
    if message.to == work.home:
        raise Refused("A State does not write to itself")
    return _kept(work, message, means)


def _kept(work: Work, message: Outgoing, means: str = "") -> Posted:
    work.lock(f"exchange out {message.to}")
    channel = _channel(work, message.to)
    jti = new_identifier(work.now)
    token = _signed(work, _payload(work, message, jti, channel))
    if len(token) > LARGEST_RECORD:
        raise Invalid.at("body", "The message is too large; send attachments apart.")
    channel.seq, channel.head = channel.seq + 1, jose.digest(token)
    thread = message.thread or jti
    work.session.add(
        ExchangeOut(
            jti=jti,
            peer=message.to,
            seq=channel.seq,
            type=message.type,
            thread=thread,
            jws=token,
            sha256=channel.head,
            state="closed" if means else "waiting",
            made_at=work.now,
            next_at=work.now,
            expires_at=work.now + message.life,
            ended_at=work.now if means else None,
            closed_by=work.actor.user_id if means else None,
            reason="It leaves as a file" if means else "",
            means=means,
        )
    )
    work.session.flush()
    return Posted(jti, thread, channel.seq, channel.head)


def new_identifier(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562)."""
    number = int.from_bytes(int(now.timestamp() * 1000).to_bytes(6) + jose.fresh(10))
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0b11 << 62) | 0b10 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _channel(work: Work, peer: str) -> ExchangeChannel:
    row = work.session.get(ExchangeChannel, (peer, "out"), with_for_update=True)
    if row is None:
        row = ExchangeChannel(peer=peer, direction="out", seq=0, head="")
        work.session.add(row)
    return row


def _payload(work: Work, message: Outgoing, jti: str, channel: ExchangeChannel) -> dict[str, Any]:
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
        "ch": {"seq": channel.seq + 1, "prev": channel.head},
    }
    if message.re is not None:
        payload["re"] = asdict(message.re)
    for name in ("actor", "purpose", "handling"):
        said_of = {key: value for key, value in asdict(getattr(message, name)).items() if value}
        if said_of:
            payload[name] = {key: _plain(value) for key, value in said_of.items()}
    if message.delegation != "none":
        payload["delegation"] = message.delegation
    for name in ("path", "must"):
        if listed := getattr(message, name):
            payload[name] = list(listed)
    return payload | {"body": message.body}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _signed(work: Work, payload: dict[str, Any]) -> str:
    _, private = queries.own_key(work, keysets.SIGNING)
    return jose.sign(strict_json.dumps(payload), Ed25519PrivateKey.from_private_bytes(private))
