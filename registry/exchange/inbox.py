"""What comes in: judged in one order, kept for ever, done at most once, receipted when it is durable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from marshmallow import ValidationError
from sqlalchemy import delete

from registry.core.errors import Conflict, Forbidden, RegistryError
from registry.core.work import Actor, Office, Work
from registry.exchange import channels, jose, keysets, queries, rules, sealing, strict_json
from registry.exchange.kinds import Kind, Kinds, Received
from registry.exchange.rules import Code
from registry.exchange.tables import ExchangeAlert, ExchangeIn, ExchangeRate
from registry.ledger import log as ledger
from schemas.exchange import VERSIONS, Message, MessageSchema
from schemas.vocabulary import May, Role

log = structlog.get_logger()
_SHAPE = MessageSchema()
_KNOWN = frozenset(_SHAPE.fields)


@dataclass(frozen=True)
class Answer:
    """What the sender gets: a receipt or a problem, signed; nothing when we have no key to sign with."""

    status: int
    body: str


class NotTaken(Exception):
    """A message that is not taken. peer: who certainly sent it, "" when nobody is proven."""

    def __init__(self, code: Code, detail: str = "", peer: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail, self.peer = code, detail, peer


class TakenBefore(Exception):
    """The very same record was taken before; its receipt is the answer."""

    def __init__(self, receipt: str) -> None:
        super().__init__()
        self.receipt = receipt


def state_actor(state: str, may: frozenset[May] = frozenset()) -> Actor:
    """A State as the one who acts: an account below zero, made of the letters of its code."""
    number = -((ord(state[0]) - 64) * 32 + ord(state[1]) - 64)
    return Actor(number, f"State {state}", Role.AUTHORITY_OFFICER, may)


def receive(office: Office, kinds: Kinds, arrived: bytes, address: str) -> Answer:
    """Take a sealed message, or say why not. address: where it came from, for limits."""
    try:
        with office.look(state_actor("ZZ")) as work:
            received, kind = _understood(work, kinds, arrived, address)
        _require_ledger(office, received.message.iss)
        receipt = _take(office, received, kind)
    except TakenBefore as before:
        return Answer(202, before.receipt)
    except NotTaken as refusal:
        return _problem(office, refusal, arrived, address)
    except RegistryError as error:
        return _problem(office, _as_refusal(error), arrived, address)
    release(office, kinds, received.message.iss, received.message.thread)
    return Answer(202, receipt)


def _understood(work: Work, kinds: Kinds, arrived: bytes, address: str) -> tuple[Received, Kind]:
    """The message and its kind; raises NotTaken, TakenBefore. Reads only."""
    if queries.rate(work, _bad(address)) >= rules.BAD_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY)
    if len(arrived) > rules.LARGEST_BODY:
        raise NotTaken(Code.TOO_LARGE)
    text = _unsealed(work, arrived)
    token, state, key_good = _signed(work, text)
    payload = _payload(token, state)
    message, extra = _message(payload, state)
    if (message.iss, message.aud) != (state, work.home):
        raise NotTaken(Code.WRONG_AUDIENCE, f"from {message.iss} for {message.aud}", state)
    sha256 = jose.digest(text)
    refuse_known(work, message, sha256)
    if not key_good(datetime.fromtimestamp(message.iat, UTC)):
        raise NotTaken(Code.UNKNOWN_KEY, "the key is not valid at that time", state)
    _judge_time(work, message)
    if queries.rate(work, f"peer {state}") >= rules.PEER_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY, "", state)
    kind = kinds.get(message.type)
    if kind is None:
        raise NotTaken(Code.UNSUPPORTED_TYPE, message.type, state)
    received = Received(message, _body(kind, message), text, sha256, extra)
    _judge_answer(work, kind, message)
    return received, kind


def _require_ledger(office: Office, peer: str) -> None:
    """A receipt is a promise that a court can see: none is given while the ledger is not signed."""
    try:
        ledger.require_signed(office.database, office.clock())
    except ledger.LedgerStaleError:
        log.error("exchange_ledger_stale", peer=peer)
        raise NotTaken(Code.UNAVAILABLE, "our ledger is not being signed", peer) from None


def _unsealed(work: Work, arrived: bytes) -> str:
    try:
        text = arrived.decode("ascii")
        private = queries.own_key_named(work, sealing.recipient(text))
        if private is None:
            raise NotTaken(Code.UNSEALABLE, "sealed for no key of ours")
        return sealing.unseal(text, X25519PrivateKey.from_private_bytes(private)).decode("ascii")
    except (UnicodeDecodeError, sealing.Unsealable) as error:
        raise NotTaken(Code.UNSEALABLE, str(error)[:200]) from None


def _signed(work: Work, text: str) -> tuple[jose.Token, str, Any]:
    """The token, the State whose key signed it, and whether that key is good at a moment."""
    try:
        token = jose.parse(text)
    except jose.Malformed as error:
        raise NotTaken(Code.BAD_SIGNATURE, str(error)[:200]) from None
    key = queries.public_key(work, token.kid)
    if key is None or key.use != keysets.SIGNING or not queries.is_trusted(work, key.state):
        raise NotTaken(Code.UNKNOWN_KEY)
    if not jose.verify(token, jose.decoded(key.public)):
        raise NotTaken(Code.BAD_SIGNATURE)
    return token, key.state, lambda at: queries.is_good(key, at, work.now)


def _payload(token: jose.Token, state: str) -> dict[str, Any]:
    try:
        return strict_json.loads(token.payload)
    except strict_json.NotStrictError as error:
        raise NotTaken(Code.SCHEMA, str(error)[:200], state) from None


def _message(payload: Mapping[str, Any], state: str) -> tuple[Message, dict[str, Any]]:
    """The message and what of it we do not know."""
    if payload.get("ver") not in VERSIONS:
        raise NotTaken(Code.UNSUPPORTED_VERSION, f"we speak {', '.join(VERSIONS)}", state)
    extra = {name: value for name, value in payload.items() if name not in _KNOWN}
    try:
        message: Message = _SHAPE.load({n: v for n, v in payload.items() if n in _KNOWN})
    except ValidationError as error:
        raise NotTaken(Code.SCHEMA, str(error.messages)[:400], state) from None
    unknown = [name for name in message.must if name not in _KNOWN]
    if unknown:
        raise NotTaken(Code.UNSUPPORTED_VERSION, f"not understood: {', '.join(unknown)}", state)
    return message, extra


def refuse_known(work: Work, message: Message, sha256: str) -> None:
    """Raise TakenBefore for a record that was taken, NotTaken for another one of its name."""
    row = queries.in_row(work, *identity(message))
    if row is None:
        return
    if row.sha256 == sha256:
        raise TakenBefore(row.receipt)
    raise NotTaken(Code.ID_REUSE, message.jti, message.iss)


def identity(message: Message) -> tuple[str, str]:
    """What makes a message one and the same, for ever."""
    return message.iss, message.jti


def _judge_time(work: Work, message: Message) -> None:
    now = work.now.timestamp()
    if message.iat > now + rules.SKEW:
        raise NotTaken(Code.FUTURE_DATED, f"it is {int(now)} here", message.iss)
    if message.exp <= now:
        raise NotTaken(Code.EXPIRED, f"it is {int(now)} here", message.iss)


def _body(kind: Kind, message: Message) -> Any:
    try:
        return kind.body().load(message.body)
    except ValidationError as error:
        raise NotTaken(Code.SCHEMA, str({"body": error.messages})[:400], message.iss) from None


def _judge_answer(work: Work, kind: Kind, message: Message) -> None:
    """An answer names a message of ours, to that very State, of a type it may answer, in its thread."""
    if not kind.answers:
        return
    asked = queries.asked(work, message.re.jti) if message.re else None
    if (
        asked is None
        or message.re is None
        or (asked.peer, asked.sha256, asked.thread) != (message.iss, message.re.sha256, message.thread)
        or asked.type not in kind.answers
    ):
        raise NotTaken(Code.WRONG_THREAD, "it answers no message of ours to you", message.iss)


def _take(office: Office, received: Received, kind: Kind) -> str:
    """Keep the message with its effect and its receipt, in one transaction; the receipt."""
    message = received.message
    with office.begin(state_actor(message.iss, kind.may), doing=f"exchange.{kind.type}"[:60]) as work:
        work.note["message"] = {"from": message.iss, "jti": message.jti, "sha256": received.sha256}
        work.lock(f"exchange in {message.iss}")
        refuse_known(work, message, received.sha256)
        waits = bool(kind.after) and not queries.came_in_thread(work, message.iss, message.thread, kind.after)
        iss, jti = identity(message)
        row = ExchangeIn(
            iss=iss,
            jti=jti,
            sha256=received.sha256,
            seq=message.ch.seq,
            prev=message.ch.prev,
            type=message.type,
            thread=message.thread,
            jws=received.jws,
            receipt=_receipt(work, received),
            received_at=work.now,
            state="held" if waits else "done",
        )
        for detail in channels.advance(work, row):
            _alert(work, message.iss, "fork", detail, received.sha256)
        count(work, f"peer {message.iss}")
        if not waits:
            kind.handle(work, received)
        return row.receipt


def release(office: Office, kinds: Kinds, iss: str, thread: str) -> None:
    """Do what was held in a thread, if what it waited for has come; each in a transaction of its own."""
    with office.look(state_actor(iss)) as work:
        waiting = [row.jti for row in queries.held(work, iss, thread)]
    for jti in waiting:
        try:
            _release(office, kinds, iss, jti)
        except RegistryError as error:
            log.warning("exchange_held_message_refused", peer=iss, jti=jti, reason=str(error)[:200])


def _release(office: Office, kinds: Kinds, iss: str, jti: str) -> None:
    with office.look(state_actor(iss)) as work:
        kept = queries.in_row(work, iss, jti)
    if kept is None or (kind := kinds.get(kept.type)) is None:
        return
    payload = strict_json.loads(jose.parse(kept.jws).payload)
    message, extra = _message(payload, iss)
    with office.begin(state_actor(iss, kind.may), doing=f"exchange.{kind.type}"[:60]) as work:
        work.lock(f"exchange in {iss}")
        row = queries.in_row(work, iss, jti)
        if row is None or row.state != "held":
            return
        if not queries.came_in_thread(work, iss, row.thread, kind.after):
            return
        row.state = "done"
        kind.handle(work, Received(message, _body(kind, message), row.jws, row.sha256, extra))


def _receipt(work: Work, received: Received) -> str:
    message = received.message
    return _sign(
        work,
        {
            "ver": VERSIONS[0],
            "type": "receipt",
            "iss": work.home,
            "aud": message.iss,
            "re": {"jti": message.jti, "sha256": received.sha256},
            "status": "stored",
            "at": int(work.now.timestamp()),
            "log": {"size": queries.ledger_size(work)},
        },
    )


def _sign(work: Work, payload: dict[str, Any]) -> str:
    _, private = queries.own_key(work, keysets.SIGNING)
    return jose.sign(strict_json.dumps(payload), Ed25519PrivateKey.from_private_bytes(private))


def _as_refusal(error: RegistryError) -> NotTaken:
    """What a handler's refusal means for the sender."""
    if isinstance(error, Conflict) or error.status >= 500:
        return NotTaken(Code.UNAVAILABLE)
    code = Code.NOT_AUTHORISED if isinstance(error, Forbidden) else Code.REFUSED
    return NotTaken(code, str(error)[:1000])


def _problem(office: Office, refusal: NotTaken, arrived: bytes, address: str) -> Answer:
    """The signed problem; what is worth it is kept as an alert and counted against the address."""
    sha256 = jose.encoded(hashlib.sha256(arrived).digest())
    try:
        if refusal.code not in (Code.TOO_MANY, Code.UNAVAILABLE):
            with office.begin(state_actor(refusal.peer or "ZZ"), doing="exchange.refusal") as work:
                _alert(work, refusal.peer, refusal.code.value, refusal.detail, sha256)
                if not refusal.peer:
                    count(work, _bad(address))
        with office.look(state_actor("ZZ")) as work:
            body = _sign(
                work,
                {
                    "ver": VERSIONS[0],
                    "type": "problem",
                    "iss": work.home,
                    "iat": int(work.now.timestamp()),
                    "re": sha256,
                    "code": refusal.code.value,
                    "detail": refusal.detail,
                },
            )
    except queries.NoKey:
        return Answer(503, "")
    return Answer(rules.status(refusal.code), body)


def _bad(address: str) -> str:
    return f"bad {address}"[:60]


def _alert(work: Work, peer: str, code: str, detail: str, sha256: str) -> None:
    work.session.add(ExchangeAlert(at=work.now, peer=peer, code=code, detail=detail[:400], sha256=sha256))


def count(work: Work, subject: str) -> None:
    """One more from there in this minute; older minutes are forgotten."""
    work.lock(f"exchange rate {subject}")
    minute = int(work.now.timestamp()) // 60
    row = work.session.get(ExchangeRate, (subject, minute))
    if row is None:
        work.session.execute(delete(ExchangeRate).where(ExchangeRate.minute < minute))
        row = ExchangeRate(subject=subject, minute=minute, count=0)
        work.session.add(row)
    row.count += 1
