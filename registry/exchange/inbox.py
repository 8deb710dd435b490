"""What comes in: judged in one order, kept for ever, done at most once, receipted when it is durable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from registry.core.errors import Refused, RegistryError
from registry.core.joint import jointly
from registry.core.prepared import Statement
from registry.core.waiting import Rows
from registry.core.work import LOCK, Actor, Office, Work, allow
from registry.exchange import (
    attachments,
    channels,
    held,
    jose,
    judging,
    key_queries,
    queries,
    rules,
    strict_json,
)
from registry.exchange.judging import NotTaken, TakenBefore, state_actor
from registry.exchange.kinds import Kind, Kinds, Received
from registry.exchange.rules import Code
from registry.ledger import log as ledger
from schemas.exchange import VERSIONS, Message
from schemas.vocabulary import May
from schemas.words import said

log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """What the sender gets: a receipt or a problem, signed; nothing when we have no key to sign with."""

    status: int
    body: str


def receive(office: Office, kinds: Kinds, arrived: bytes, address: str) -> Answer:
    """Take a sealed message, or say why not. address: where it came from, for limits."""
    try:
        with office.look(state_actor("ZZ")) as work:
            received, kind = judging.understood(work, kinds, arrived, address)
        _require_ledger(office, received.message.iss)
        receipt, is_awaited = _take(office, received, kind)
    except TakenBefore as before:
        return Answer(202, before.receipt)
    except NotTaken as refusal:
        return problem(office, refusal, arrived, address)
    except RegistryError as error:
        return problem(office, judging.as_refusal(error), arrived, address)
    if is_awaited:
        held.release(office, kinds, received.message.iss, received.message.thread)
    return Answer(202, receipt)


def receive_carried(office: Office, kinds: Kinds, text: str, by: Actor) -> str:
    """Take a signed record that was brought as a file, as if it had been sent; its receipt.

    by: who brought it. The same file again gives the same receipt. Raises Forbidden, Refused with the reason,
    and what the message's own act raises.
    """
    allow(by, May.EXCHANGE_CARRY)
    try:
        with office.look(state_actor("ZZ")) as work:
            received, kind = judging.recorded(work, kinds, text)
        _require_ledger(office, received.message.iss)
        receipt, is_awaited = _take(office, received, kind, by.user_id)
    except TakenBefore as before:
        return before.receipt
    except NotTaken as refusal:
        _note_refusal(office, refusal, text, by)
        raise Refused(said("This file is not taken: %(why)s", why=_why(refusal))) from None
    if is_awaited:
        held.release(office, kinds, received.message.iss, received.message.thread)
    return receipt


def _why(refusal: NotTaken) -> str:
    return f"{refusal.code.value}: {refusal.detail}" if refusal.detail else refusal.code.value


def _note_refusal(office: Office, refusal: NotTaken, text: str, by: Actor) -> None:
    sha256 = jose.encoded(hashlib.sha256(text.encode()).digest())
    with office.begin(by, doing="exchange.refusal") as work:
        judging.alert(work, refusal.peer, refusal.code.value, f"a file: {refusal.detail}", sha256)


def _require_ledger(office: Office, peer: str) -> None:
    """A receipt is a promise that a court can see: none is given while the ledger is not signed."""
    try:
        ledger.require_signed(office.database, office.clock())
    except ledger.LedgerStaleError:
        log.error("exchange_ledger_stale", peer=peer)
        raise NotTaken(Code.UNAVAILABLE, "our ledger is not being signed", peer) from None


def _take(office: Office, received: Received, kind: Kind, carried_by: int | None = None) -> tuple[str, bool]:
    """Keep the message with its effect and its receipt, in one transaction; the receipt, and whether
    something that came before waits for it.
    """
    iss = received.message.iss
    actor, doing = state_actor(iss, kind.may), f"exchange.{kind.type}"[:60]
    if carried_by is None and kind.joins(received):
        with office.look(actor) as work:
            received = kind.informed(work, received)
            seen, work.note = work.note, {}  # it is written with what comes of it
        act = partial(_kept, received=received, kind=kind, noted=seen, done=work.acts)
        return jointly(office, f"exchange in {iss}", actor, doing, act)
    with office.begin(actor, doing=doing) as work:
        received = kind.informed(work, received)
        carried = {} if carried_by is None else {"carried_by": carried_by}
        return _kept(work, received, kind, carried | work.note)


def _kept(
    work: Work, received: Received, kind: Kind, noted: Mapping[str, Any], done: Sequence[May] = ()
) -> tuple[str, bool]:
    """noted: what the entry says beside the message itself; done: acts of another work for this one."""
    message = received.message
    work.acts += done
    work.note = {"message": {"from": message.iss, "jti": message.jti, "sha256": received.sha256}, **noted}
    before, size, following, near = _begun(work, message, kind)
    judging.refuse_known(before, message, received.sha256)
    waits = bool(kind.after) and not queries.came_in_thread(work, message.iss, message.thread, kind.after)
    if waits and held.count(work, message.iss) >= rules.MOST_HELD:
        raise NotTaken(Code.TOO_MANY, "too much of yours waits for what it follows", message.iss)
    iss, jti = judging.identity(message)
    row = channels.Arrived(
        iss=iss,
        jti=jti,
        sha256=received.sha256,
        seq=message.ch.seq,
        prev=message.ch.prev,
        type=message.type,
        thread=message.thread,
        jws=received.jws,
        receipt=_receipt(work, received, size[0][0]),
        received_at=work.now,
        state="held" if waits else "done",
    )
    for detail in channels.advance(work, row, near):
        judging.alert(work, message.iss, "fork", detail, received.sha256)
    judging.count(work, judging.peer(message.iss))
    if message.attachments:
        attachments.announce(work, received)
    if not waits:
        kind.handle(work, received)
    return row.receipt, bool(following)


def _begun(work: Work, message: Message, kind: Kind) -> list[Rows]:
    """Hold the State's channel, and ask at once all that is needed, what the kind needs too.

    Rows of the same message, of the ledger's size, of what is held in its thread, of its neighbours.
    """
    of_all: tuple[Statement, ...] = (
        (LOCK, {"name": f"exchange in {message.iss}"}),
        key_queries.signing(work),
        queries.counted(work, judging.peer(message.iss)),
        channels.head(message.iss, "in"),
        *kind.of_all(work, message),
    )
    own: tuple[Statement, ...] = (
        judging.named(message),
        (queries.SIZE, {}),
        held.in_thread(message.iss, message.thread),
        channels.near(message.iss, message.ch.seq),
    )
    ahead = kind.ahead(work, message)
    rows = work.beside(*of_all, *own, *ahead)
    to, since = len(of_all), len(of_all) + len(own)
    work.waiting.learn(of_all, rows[:to], of_all=True)
    work.waiting.learn(ahead, rows[since:])
    return rows[to:since]


def _receipt(work: Work, received: Received, size: int) -> str:
    """size: how many leaves the ledger has now."""
    message = received.message
    payload = {
        "ver": VERSIONS[0],
        "type": "receipt",
        "iss": work.home,
        "aud": message.iss,
        "re": {"jti": message.jti, "sha256": received.sha256},
        "status": "stored",
        "at": int(work.now.timestamp()),
        "log": {"size": size},
    }
    return jose.sign(strict_json.dumps(payload), key_queries.signing_key(work))


def problem(office: Office, refusal: NotTaken, arrived: bytes, address: str) -> Answer:
    """The signed problem with what arrived; what is worth it is an alert and counts against the address."""
    sha256 = jose.encoded(hashlib.sha256(arrived).digest())
    try:
        if refusal.code not in (Code.TOO_MANY, Code.UNAVAILABLE):
            with office.begin(state_actor(refusal.peer or "ZZ"), doing="exchange.refusal") as work:
                judging.alert(work, refusal.peer, refusal.code.value, refusal.detail, sha256)
                judging.count(work, judging.refused(refusal.peer) if refusal.peer else judging.bad(address))
        with office.look(state_actor("ZZ")) as work:
            payload = {
                "ver": VERSIONS[0],
                "type": "problem",
                "iss": work.home,
                "iat": int(work.now.timestamp()),
                "re": sha256,
                "code": refusal.code.value,
                "detail": refusal.detail,
            }
            body = jose.sign(strict_json.dumps(payload), key_queries.signing_key(work))
    except key_queries.NoKey:
        return Answer(503, "")
    return Answer(rules.status(refusal.code), body)
