"""Reading the exchange: whose keys are trusted, what waits, what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, exists, func, select
from sqlalchemy.orm import aliased

from registry.core.database import Prepared, Statement
from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import keysets
from registry.exchange.tables import (
    WAITING,
    WANTED,
    ExchangeAlert,
    ExchangeAttachment,
    ExchangeChannel,
    ExchangeIn,
    ExchangeKey,
    ExchangeKeySet,
    ExchangeOut,
    ExchangeOwnKey,
    ExchangeRoot,
    LedgerWitness,
)
from schemas.exchange_keys import KeySet, KeySetSchema, Root, RootSchema
from schemas.words import said

TRUSTED = Prepared("SELECT 1 FROM exchange_root WHERE state = :state AND trusted_since IS NOT NULL LIMIT 1")
SIZE = Prepared("SELECT size FROM ledger_state WHERE id = 1")
_RATE = Prepared("SELECT count FROM exchange_rate WHERE subject = :subject AND minute = :minute")
TAKEN = Prepared("SELECT sha256, receipt FROM exchange_in WHERE iss = :iss AND jti = :jti")
BETWEEN = Prepared(
    "SELECT seq, jti, sha256, prev FROM exchange_in WHERE iss = :iss AND seq BETWEEN :first AND :last"
)
CHANNEL = Prepared("SELECT seq, head FROM exchange_channel WHERE peer = :peer AND direction = :direction")


@dataclass(frozen=True)
class Trusted:
    """A State whose root is confirmed, and its newest key set, if one came."""

    root: Root
    keys: KeySet | None

    def may_be_sent_to(self, now: datetime) -> bool:
        """Whether the key set is in force; else messages wait."""
        return self.keys is not None and self.keys.exp > now.timestamp()


def trusted(work: Work, state: str) -> Trusted | None:
    """What is trusted of a State; None when nothing is."""
    newest = (
        select(ExchangeRoot.document)
        .where(ExchangeRoot.state == state, ExchangeRoot.trusted_since.is_not(None))
        .order_by(ExchangeRoot.version.desc())
        .limit(1)
    )
    document = work.session.scalar(newest)
    return Trusted(root_in(document), _newest_set(work, state)) if document else None


@lru_cache(maxsize=512)
def root_in(document: str) -> Root:
    """The root of a document, which is to be verified where it was not taken in; raises KeysRefused."""
    found: Root = keysets.shaped(RootSchema(), keysets.payload_of(document))
    return found


@lru_cache(maxsize=512)
def key_set_in(document: str) -> KeySet:
    """The key set of a document that was verified when it was taken in."""
    found: KeySet = KeySetSchema().load(keysets.payload_of(document))
    return found


def is_trusted(work: Work, state: str) -> bool:
    """Whether a State's root is confirmed."""
    return bool(work.sees(TRUSTED, state=state))


def _newest_set(work: Work, state: str) -> KeySet | None:
    newest = (
        select(ExchangeKeySet.document)
        .where(ExchangeKeySet.state == state)
        .order_by(ExchangeKeySet.version.desc())
        .limit(1)
    )
    document = work.session.scalar(newest)
    return key_set_in(document) if document else None


def key_set_payload(work: Work, state: str) -> dict[str, Any]:
    """What a State's newest key set says, {} before there is one."""
    newest = select(ExchangeKeySet.document).where(ExchangeKeySet.state == state)
    document = work.session.scalar(newest.order_by(ExchangeKeySet.version.desc()).limit(1))
    return keysets.payload_of(document) if document else {}


def key_of(work: Work, public: str) -> ExchangeKey | None:
    """The key of whatever State and use that has these bytes."""
    return work.session.scalar(select(ExchangeKey).where(ExchangeKey.public == public))


def ledger_size(work: Work) -> int:
    """How many leaves the ledger has now."""
    return sum(size for (size,) in work.sees(SIZE))


def minute_of(work: Work) -> int:
    """The minute in which what comes now is counted."""
    return int(work.now.timestamp()) // 60


def counted(work: Work, subject: str) -> Statement:
    """What finds how much came from there in this minute; `count_in` reads it."""
    return _RATE, {"subject": subject, "minute": minute_of(work)}


def count_in(rows: Sequence[tuple[Any, ...]]) -> int:
    """How much came, by the rows of `counted`."""
    return sum(count for (count,) in rows)


def rate(work: Work, subject: str) -> int:
    """How much came from there in this minute."""
    return count_in(work.beside(counted(work, subject))[0])


def in_row(work: Work, iss: str, jti: str) -> ExchangeIn | None:
    """A message that was taken before."""
    return work.session.get(ExchangeIn, (iss, jti))


def in_between(work: Work, iss: str, first: int, last: int) -> list[Neighbour]:
    """What came at these places of a channel; more than one at a place is a fork."""
    return [Neighbour(*row) for row in work.sees(BETWEEN, iss=iss, first=first, last=last)]


def came_in_thread(work: Work, iss: str, thread: str, types: frozenset[str]) -> bool:
    """Whether one of these types has come in the thread, and was done."""
    asked = select(ExchangeIn.jti).where(
        ExchangeIn.iss == iss,
        ExchangeIn.thread == thread,
        ExchangeIn.type.in_(types),
        ExchangeIn.state == "done",
    )
    return work.session.scalar(asked.limit(1)) is not None


def out_row(work: Work, jti: str) -> ExchangeOut:
    """A message of ours; raises NotFound."""
    row = work.session.get(ExchangeOut, jti)
    if row is None:
        raise NotFound(said("No message of ours is called %(jti)s", jti=jti[:60]))
    return row


def due(work: Work, peer: str, most: int) -> list[ExchangeOut]:
    """What should go to a State now, the oldest try first; on PostgreSQL nobody else gets these meanwhile.

    By its state and not by a cursor: a row that is committed late is still waiting when it is looked for.
    """
    asked = (
        select(ExchangeOut)
        .where(WAITING, ExchangeOut.next_at <= work.now, ExchangeOut.peer == peer)
        .order_by(ExchangeOut.next_at, ExchangeOut.seq)
        .limit(most)
    )
    return list(work.session.scalars(asked.with_for_update(skip_locked=True)))


def due_peers(work: Work) -> list[str]:
    """States that something should be sent to now."""
    something = (
        select(ExchangeOut.jti)
        .where(ExchangeOut.peer == ExchangeChannel.peer, WAITING, ExchangeOut.next_at <= work.now)
        .exists()
    )
    asked = select(ExchangeChannel.peer).where(ExchangeChannel.direction == "out", something)
    return list(work.session.scalars(asked.order_by(ExchangeChannel.peer)))


def overdue(work: Work, moment: datetime, most: int) -> list[ExchangeOut]:
    """What waits since before a moment and nobody was told of, by State, the oldest first."""
    asked = select(ExchangeOut).where(
        ExchangeOut.state == "waiting", ExchangeOut.made_at <= moment, ExchangeOut.alerted_at.is_(None)
    )
    in_order = asked.order_by(ExchangeOut.peer, ExchangeOut.made_at, ExchangeOut.seq)
    return list(work.session.scalars(in_order.limit(most)))


def keys_to_destroy(work: Work) -> list[ExchangeOwnKey]:
    """Encryption keys of ours whose interval is over and whose private half is still kept."""
    over = select(ExchangeOwnKey).where(
        ExchangeOwnKey.use == keysets.ENCRYPTION,
        ExchangeOwnKey.valid_until <= work.now,
        ExchangeOwnKey.sealed.is_not(None),
    )
    return list(work.session.scalars(over))


def channel(work: Work, peer: str, direction: str) -> tuple[int, str]:
    """How far a channel has come, and its head."""
    return head_in(work.sees(CHANNEL, peer=peer, direction=direction))


def head_in(rows: Sequence[tuple[Any, ...]]) -> tuple[int, str]:
    """How far a channel has come by its row; nowhere without one."""
    for seq, head in rows:
        return seq, head
    return 0, ""


def gaps(work: Work, peer: str) -> int:
    """How many messages of a State are missing before ones that came."""
    seq, _ = channel(work, peer, "in")
    beyond = select(func.max(ExchangeIn.seq), func.count(ExchangeIn.seq.distinct())).where(
        ExchangeIn.iss == peer, ExchangeIn.seq > seq
    )
    last, came = work.session.execute(beyond).one()
    return int(last - seq - came) if last else 0


class Neighbour(NamedTuple):
    """A message as its channel sees it."""

    seq: int
    jti: str
    sha256: str
    prev: str


@dataclass(frozen=True)
class PeerView:
    """A State of the exchange as pages show it. waiting, dead: messages to it; cosigned_at: our ledger.

    awaited: files of its messages that are still to be fetched.
    """

    state: str
    fingerprint: str
    root_version: int
    is_trusted: bool
    pinned_by: int
    key_set_version: int
    expires_at: datetime | None
    sent: int
    received: int
    missing: int
    waiting: int
    dead: int
    cosigned_at: datetime | None
    awaited: int


def peers(work: Work) -> list[PeerView]:
    """Every State whose root is known, our own too, by code; by one statement, however many there are."""
    newer = aliased(ExchangeRoot)
    newest = ~exists().where(newer.state == ExchangeRoot.state, newer.version > ExchangeRoot.version)
    in_order = select(ExchangeRoot, *_OF_PEER).where(newest).order_by(ExchangeRoot.state)
    return [_peer(*row) for row in work.session.execute(in_order)]


def _of(table: Any, state: Any, what: Any, *where: ColumnElement[bool] | TextClause) -> ScalarSelect[Any]:
    """Something that is told of the State of a root."""
    found = select(what).select_from(table).where(state == ExchangeRoot.state, *where)
    return found.correlate(ExchangeRoot).scalar_subquery()


def _reached(direction: str) -> ScalarSelect[Any]:
    return _of(
        ExchangeChannel, ExchangeChannel.peer, ExchangeChannel.seq, ExchangeChannel.direction == direction
    )


def _sets(newest: Any) -> ScalarSelect[Any]:
    other = aliased(ExchangeKeySet)
    of_state = select(func.max(other.version)).where(other.state == ExchangeRoot.state)
    last = of_state.correlate(ExchangeRoot).scalar_subquery()
    return _of(ExchangeKeySet, ExchangeKeySet.state, newest, ExchangeKeySet.version == last)


_BEYOND = ExchangeIn.seq > func.coalesce(_reached("in"), 0)
_OUT, _IN = (ExchangeOut, ExchangeOut.peer), (ExchangeIn, ExchangeIn.iss)
_OF_PEER = (
    _sets(ExchangeKeySet.document),
    func.coalesce(_reached("out"), 0),
    func.coalesce(_reached("in"), 0),
    func.coalesce(_of(*_IN, func.max(ExchangeIn.seq) - func.count(ExchangeIn.seq.distinct()), _BEYOND), 0),
    _of(*_OUT, func.count(), ExchangeOut.state == "waiting"),
    _of(*_OUT, func.count(), ExchangeOut.state == "dead"),
    _of(LedgerWitness, LedgerWitness.state, LedgerWitness.cosigned_at),
    _of(ExchangeAttachment, ExchangeAttachment.iss, func.count(), WANTED),
)


def _peer(
    row: ExchangeRoot,
    key_set: str | None,
    sent: int,
    received: int,
    beyond: int,
    waiting: int,
    dead: int,
    cosigned_at: datetime | None,
    awaited: int,
) -> PeerView:
    """beyond: the last place that came after a gap, less how many came after it; 0 without a gap."""
    known = key_set_in(key_set) if key_set else None
    return PeerView(
        row.state,
        row.fingerprint,
        row.version,
        row.trusted_since is not None,
        row.pinned_by,
        known.version if known else 0,
        datetime.fromtimestamp(known.exp, UTC) if known else None,
        sent,
        received,
        beyond - received if beyond else 0,
        waiting,
        dead,
        cosigned_at,
        awaited,
    )


def awaited_files(work: Work, state: str) -> int:
    """How many files of a State's messages are still to be fetched."""
    counted = select(func.count()).where(WANTED, ExchangeAttachment.iss == state)
    return work.session.scalar(counted) or 0


def outgoing(work: Work, state: str = "", most: int = 200) -> list[ExchangeOut]:
    """Messages of ours, the newest first; state: only those in it."""
    asked = select(ExchangeOut).order_by(ExchangeOut.made_at.desc(), ExchangeOut.jti.desc()).limit(most)
    return list(work.session.scalars(asked.where(ExchangeOut.state == state) if state else asked))


def incoming(work: Work, most: int = 200) -> list[ExchangeIn]:
    """Messages that came, the newest first."""
    asked = select(ExchangeIn).order_by(ExchangeIn.received_at.desc(), ExchangeIn.jti.desc())
    return list(work.session.scalars(asked.limit(most)))


def alerts(work: Work, most: int = 100) -> list[ExchangeAlert]:
    """What should not have come, the newest first."""
    return list(work.session.scalars(select(ExchangeAlert).order_by(ExchangeAlert.id.desc()).limit(most)))


def asked(work: Work, jti: str) -> ExchangeOut | None:
    """The message of ours that an answer names, if there is one."""
    return work.session.get(ExchangeOut, jti)


def sent_at(work: Work, peer: str, seq: int) -> ExchangeOut | None:
    """Our message at a place of our channel."""
    return work.session.scalar(select(ExchangeOut).where(ExchangeOut.peer == peer, ExchangeOut.seq == seq))


def undelivered_to(work: Work, type_: str) -> set[str]:
    """States that have not taken a message of this type of ours yet."""
    asked = select(ExchangeOut.peer).where(
        ExchangeOut.state.in_(("waiting", "dead")), ExchangeOut.type == type_
    )
    return set(work.session.scalars(asked.distinct()))


def dead_letters(work: Work, peer: str) -> int:
    """How many of our messages to a State could not be delivered, and wait for a person."""
    counted = select(func.count()).where(ExchangeOut.peer == peer, ExchangeOut.state == "dead")
    return work.session.scalar(counted) or 0


def trusted_states(work: Work) -> list[str]:
    """Every other State whose root is confirmed."""
    confirmed = select(ExchangeRoot.state).where(
        ExchangeRoot.trusted_since.is_not(None), ExchangeRoot.state != work.home
    )
    return list(work.session.scalars(confirmed.distinct().order_by(ExchangeRoot.state)))


def without_status_since(work: Work, moment: datetime) -> list[str]:
    """States that we write to and have not told for so long how far both channels are."""
    told = select(ExchangeOut.peer).where(ExchangeOut.type == "channel.status", ExchangeOut.made_at > moment)
    written = select(ExchangeChannel.peer).where(ExchangeChannel.peer.not_in(told)).distinct()
    return list(work.session.scalars(written.order_by(ExchangeChannel.peer)))
