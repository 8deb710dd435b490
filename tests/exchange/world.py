"""Several States in one process, each with its own database, keys and clock; no network but ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from marshmallow import fields
from sqlalchemy import text

from registry.core.database import Database
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.exchange import acts, courier, inbox, jose, keysets, outbox, own_kinds, queries, sealing
from registry.exchange.courier import Courier, Parcel, Reply
from registry.exchange.kinds import Kind, Kinds, Received, merged
from schemas.base import Shape
from schemas.exchange import VERSIONS, Reference
from schemas.vocabulary import May, Role

START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
SECRET = "k" * 32
SECOND = Actor(77, "a second officer", Role.AUTHORITY_SUPERVISOR, frozenset(May))


class NoteSchema(Shape):
    """A message of the tests."""

    text = fields.String(required=True)


class Clock:
    """Stands still until it is moved. skew: how wrong one State's clock is."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def move(self, by: timedelta) -> None:
        self.now += by

    def of(self, skew: timedelta) -> Callable[[], datetime]:
        return lambda: self.now + skew


@dataclass
class Node:
    """One State: its office, keys of its root, and what its handlers were called with."""

    state: str
    office: Office
    root_keys: Sequence[Ed25519PrivateKey]
    kinds: Kinds
    handled: list[str] = field(default_factory=list)

    def receive(self, arrived: bytes, address: str = "192.0.2.1") -> inbox.Answer:
        return inbox.receive(self.office, self.kinds, arrived, address)

    def courier(self, send: courier.Send, chance: Callable[[], float] = lambda: 0.5) -> Courier:
        return Courier(self.office, send, self.kinds, chance)

    def post(self, to: str, words: str = "hello", type_: str = "test.note", **given: Any) -> outbox.Posted:
        with self.office.begin(OPERATOR) as work:
            return outbox.post(work, outbox.Outgoing(to, type_, {"text": words}, **given))

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.office.database.reader.connect() as connection:
            return list(connection.execute(text(sql), values))

    def effects(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT jti FROM effect ORDER BY id")]


def has_effect(work: Work, received: Received) -> None:
    """What a message of the tests does here."""
    leaves_effect(work, received, received.body["text"])


def leaves_effect(work: Work, received: Received, words: str) -> None:
    """One row for a message, which nothing keeps from coming twice."""
    work.session.execute(
        text("INSERT INTO effect (jti, words) VALUES (:jti, :words)"),
        {"jti": received.message.jti, "words": words},
    )


def answers(work: Work, received: Received) -> None:
    """An effect, and an answer posted in the same transaction."""
    has_effect(work, received)
    message = received.message
    reference = Reference(message.jti, received.sha256)
    outbox.post(
        work,
        outbox.Outgoing(message.iss, "test.answer", {"text": "yes"}, thread=message.thread, re=reference),
    )


TEST_KINDS: Kinds = {
    "test.note": Kind("test.note", NoteSchema, has_effect),
    "test.question": Kind("test.question", NoteSchema, answers),
    "test.answer": Kind("test.answer", NoteSchema, has_effect, answers=frozenset({"test.question"})),
    "test.after": Kind("test.after", NoteSchema, has_effect, after=frozenset({"test.note"})),
}
KINDS = merged(own_kinds.KINDS, TEST_KINDS)


def node(state: str, url: str, clock: Clock, skew: timedelta = timedelta()) -> Node:
    """A State with a root, keys and a key set, on a database that is set up."""
    office = Office(Database(url), state, clock.of(skew), SECRET)
    with office.database.writer.begin() as connection:
        kind = "INTEGER PRIMARY KEY" if office.database.is_sqlite else "bigserial PRIMARY KEY"
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS effect (id {kind}, jti text, words text)"))
    return Node(state, office, give_keys(office), KINDS)


def give_keys(office: Office) -> Sequence[Ed25519PrivateKey]:
    """A root, keys and a key set; the private keys of the root."""
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    with office.begin(OPERATOR) as work:
        acts.set_own_root(work, keysets.signed_by(root_payload(work.home, keys), keys))
        acts.make_keys(work)
        acts.publish(work, keys[:2], [f"http://{work.home.lower()}.example"])
    return keys


def root_payload(state: str, keys: Sequence[Ed25519PrivateKey], version: int = 1) -> dict[str, Any]:
    return {
        "ver": VERSIONS[0],
        "type": "root",
        "state": state,
        "version": version,
        "keys": [jose.encoded(key.public_key().public_bytes_raw()) for key in keys],
        "threshold": 2,
    }


def introduce(nodes: Sequence[Node]) -> None:
    """Each pins and confirms the others."""
    for here, there in permutations(nodes, 2):
        with there.office.look(OPERATOR) as work:
            bundle = acts.own_bundle(work)
        fingerprint = keysets.fingerprint(bundle.root)
        with here.office.begin(OPERATOR) as work:
            acts.pin(work, bundle, fingerprint)
        with here.office.begin(SECOND) as work:
            acts.confirm(work, there.state, fingerprint)


@contextmanager
def states(urls: Sequence[str], clock: Clock, skews: Sequence[timedelta] = ()) -> Iterator[list[Node]]:
    """As many States as there are databases, which know each other."""
    codes = ("BR", "PT", "AR")
    skews = skews or [timedelta()] * len(urls)
    nodes = [node(code, url, clock, skew) for code, url, skew in zip(codes, urls, skews, strict=False)]
    introduce(nodes)
    try:
        yield nodes
    finally:
        for each in nodes:
            each.office.database.close()


def direct(nodes: Sequence[Node]) -> courier.Send:
    """A network that always works."""
    by_state = {each.state: each for each in nodes}

    def send(parcel: Parcel) -> Reply:
        answer = by_state[parcel.peer].receive(parcel.sealed)
        return Reply(answer.status, answer.body.encode())

    return send


def sealed_for(node: Node, token: str) -> bytes:
    """As anybody can seal for a State."""
    with node.office.look(OPERATOR) as work:
        known = queries.trusted(work, node.state)
    assert known is not None
    assert known.keys is not None
    return sealing.seal(token.encode(), jose.decoded(known.keys.encryption[0].x)).encode()


def channel_heads(nodes: Sequence[Node]) -> list[tuple[Any, ...]]:
    """For each directed channel what its sender and its receiver say; equal when nothing is missing."""
    asked = "SELECT seq, head FROM exchange_channel WHERE peer = :peer AND direction = :direction"
    found = []
    for here, there in permutations(nodes, 2):
        sent = here.rows(asked, peer=there.state, direction="out")
        came = there.rows(asked, peer=here.state, direction="in")
        found.append((here.state, there.state, [tuple(row) for row in sent], [tuple(row) for row in came]))
    return found
