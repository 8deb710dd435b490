"""The exchange's own messages: new keys, and the daily comparison of channels."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from marshmallow import fields, validate

from registry.core.work import OPERATOR, Office, Work
from registry.exchange import acts, keysets, outbox, queries, witnessing
from registry.exchange.kinds import Kind, Kinds, Received
from registry.exchange.tables import ExchangeAlert
from registry.ledger import log
from schemas.base import Shape
from schemas.exchange import DIGEST
from schemas.fields import Whole

STATUS_EVERY = timedelta(days=1)
_MOST = 2**53


@dataclass(frozen=True)
class NewKeys:
    """root: the newest root's document, "" where it stays; key_set: the newer key set's. roots: those before
    the newest, the oldest first, for whoever missed one.
    """

    root: str
    key_set: str
    roots: tuple[str, ...] = ()


class NewKeysSchema(Shape):
    makes = NewKeys
    root = fields.String(load_default="")
    key_set = fields.String(required=True)
    roots = fields.List(fields.String(), load_default=(), validate=validate.Length(max=keysets.MOST_ROOTS))


@dataclass(frozen=True)
class Head:
    seq: int
    head: str


class HeadSchema(Shape):
    makes = Head
    seq = Whole(least=0, most=_MOST, required=True)
    head = fields.String(
        required=True, validate=lambda text: text == "" or DIGEST.fullmatch(text) is not None
    )


@dataclass(frozen=True)
class ChannelStatus:
    """sent: how far the sender's channel to us has come, without this message; received: ours to it.

    checkpoint: the newest of its ledger, "" before there is one.
    """

    sent: Head
    received: Head
    gaps: int
    dead_letters: int
    checkpoint: str = ""


class ChannelStatusSchema(Shape):
    makes = ChannelStatus
    sent = fields.Nested(HeadSchema, required=True)
    received = fields.Nested(HeadSchema, required=True)
    gaps = Whole(least=0, most=_MOST, required=True)
    dead_letters = Whole(least=0, most=_MOST, required=True)
    checkpoint = fields.String(load_default="", validate=validate.Length(max=20_000))


def take_keys(work: Work, received: Received) -> None:
    """Another State's newer keys, as its root has signed them; those known already change nothing. Roots that
    we missed are taken one by one, each signed by the one before.

    Another set under the version that is known is refused: a State has one set of each version, for everyone.
    """
    state, new = received.message.iss, received.body
    known = queries.trusted(work, state)
    if known:
        acts.take_roots(work, state, (*new.roots, new.root) if new.root else ())
    if queries.key_set_payload(work, state) == keysets.payload_of(new.key_set):
        return
    acts.take_key_set(work, state, new.key_set)


def compare(work: Work, received: Received) -> None:
    """Hold a State's view of both channels against ours; what differs is an alert."""
    state, told = received.message.iss, received.body
    came = {row.sha256 for row in queries.in_between(work, state, told.sent.seq, told.sent.seq)}
    if came and told.sent.head not in came:
        _alert(work, received, f"place {told.sent.seq} of its channel is another message there")
    ours = queries.sent_at(work, state, told.received.seq)
    if told.received.seq and (ours is None or ours.sha256 != told.received.head):
        _alert(work, received, f"place {told.received.seq} of our channel is another message there")
    if wrong := witnessing.contradiction(work, state, told.checkpoint):
        _alert(work, received, wrong, witnessing.FORK)
    if told.gaps or told.dead_letters:
        _alert(work, received, f"{told.gaps} missing there, {told.dead_letters} dead letters", "channel-gap")


def _alert(work: Work, received: Received, detail: str, code: str = "fork") -> None:
    work.session.add(
        ExchangeAlert(
            at=work.now, peer=received.message.iss, code=code, detail=detail, sha256=received.sha256
        )
    )


KINDS: Kinds = {
    "keyset.update": Kind("keyset.update", NewKeysSchema, take_keys),
    "channel.status": Kind("channel.status", ChannelStatusSchema, compare),
    **witnessing.KINDS,
}


def post_status(work: Work, peer: str) -> outbox.Posted:
    """Tell a State how far both channels have come here."""
    sent, received = queries.channel(work, peer, "out"), queries.channel(work, peer, "in")
    written = log.newest_note(work.database)
    status = ChannelStatus(
        Head(*sent),
        Head(*received),
        queries.gaps(work, peer),
        queries.dead_letters(work, peer),
        bytes(written).decode() if written else "",
    )
    return outbox.post(work, outbox.Outgoing(peer, "channel.status", asdict(status)))


def post_keys(work: Work) -> list[outbox.Posted]:
    """Send our newest keys to every State whose root is confirmed."""
    bundle = acts.own_bundle(work)
    body = {"root": bundle.root, "key_set": bundle.key_set, "roots": list(bundle.roots)}
    return [
        outbox.post(work, outbox.Outgoing(peer, "keyset.update", body))
        for peer in queries.trusted_states(work)
    ]


def post_due_statuses(office: Office) -> int:
    """Once a day to each State that has a channel with us; how many."""
    with office.look(OPERATOR) as work:
        due = queries.without_status_since(work, work.now - STATUS_EVERY)
    for peer in due:
        with office.begin(OPERATOR, doing="exchange.status") as work:
            work.lock(f"exchange status {peer}")
            if peer in queries.without_status_since(work, work.now - STATUS_EVERY):
                post_status(work, peer)
    return len(due)
