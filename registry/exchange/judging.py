"""How a message that arrives is judged, in one order, before anything is kept. Reads only.

Limit of the address, size, seal, form, key, signature, limit of what of the State was refused, strict JSON,
shape and `must`, sender and audience, whether it came before, the key's interval, time, limit of the State,
kind, shape of the body, what it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError

from registry.core.database import Prepared, Statement
from registry.core.errors import Conflict, Forbidden, RegistryError
from registry.core.work import Actor, Work
from registry.exchange import introducing, jose, key_queries, keysets, queries, rules, sealing, strict_json
from registry.exchange.kinds import Kind, Kinds, Received
from registry.exchange.rules import Code
from registry.exchange.tables import ExchangeAlert
from schemas.base import Shape
from schemas.exchange import VERSIONS, FileOrder, FileOrderSchema, Message, MessageSchema
from schemas.vocabulary import May, Role

_SHAPE, _ORDER = MessageSchema(), FileOrderSchema()
_KNOWN = frozenset(_SHAPE.fields)
_COUNT = Prepared(
    "INSERT INTO exchange_rate (subject, minute, count) VALUES (:subject, :minute, 1)"
    " ON CONFLICT (subject, minute) DO UPDATE SET count = exchange_rate.count + 1"
)
_COUNTED = Prepared(
    "SELECT r.subject, r.count FROM exchange_key k JOIN exchange_rate r ON r.minute = :minute"
    " AND r.subject IN ('peer ' || k.state, 'refused ' || k.state, 'files ' || k.state) WHERE k.kid = :kid"
)
_FORGET = Prepared("DELETE FROM exchange_rate WHERE minute < :minute")


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
    """A State as the one who acts."""
    return Actor(rules.account_of(state), f"State {state}", Role.AUTHORITY_OFFICER, may)


def understood(work: Work, kinds: Kinds, arrived: bytes, address: str) -> tuple[Received, Kind]:
    """The message and its kind; raises NotTaken, TakenBefore. Reads only."""
    return recorded(work, kinds, _unsealed(work, arrived, address, rules.LARGEST_BODY))


def recorded(work: Work, kinds: Kinds, text: str) -> tuple[Received, Kind]:
    """The message of a signed record, and its kind; raises NotTaken, TakenBefore. Reads only."""
    token, state, key_good = _signed(work, text)
    if queries.rate(work, refused(state)) >= rules.REFUSED_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY, "too much of yours was refused in this minute", state)
    payload = _payload(token, state)
    message, extra = message_in(payload, state)
    if (message.iss, message.aud) != (state, work.home):
        raise NotTaken(Code.WRONG_AUDIENCE, f"from {message.iss} for {message.aud}", state)
    sha256 = jose.digest(text)
    refuse_known(work.beside(named(message))[0], message, sha256)
    if not key_good(datetime.fromtimestamp(message.iat, UTC)):
        raise NotTaken(Code.UNKNOWN_KEY, "the key is not valid at that time", state)
    _judge_time(work, message)
    if queries.rate(work, peer(state)) >= rules.PEER_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY, "", state)
    kind = kinds.get(message.type)
    if kind is None:
        raise NotTaken(Code.UNSUPPORTED_TYPE, message.type, state)
    if message.attachments and not kind.attaches:
        raise NotTaken(Code.SCHEMA, f"no files belong to {message.type}", state)
    received = Received(message, body_in(kind, message), text, sha256, extra)
    _judge_answer(work, kind, message)
    return received, kind


def ordered(work: Work, arrived: bytes, address: str) -> FileOrder:
    """The order of a State for a file; raises NotTaken. It counts for five minutes. Reads only."""
    token, state, key_good = _signed(work, _unsealed(work, arrived, address, rules.LARGEST_ORDER))
    if max(queries.rate(work, orders(state)), queries.rate(work, refused(state))) >= rules.ORDERS_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY, "too many files in this minute", state)
    try:
        order: FileOrder = _ORDER.take(_payload(token, state))
    except ValidationError as error:
        raise NotTaken(Code.SCHEMA, str(error.messages)[:400], state) from None
    if (order.iss, order.aud) != (state, work.home):
        raise NotTaken(Code.WRONG_AUDIENCE, f"from {order.iss} for {order.aud}", state)
    if not key_good(datetime.fromtimestamp(order.iat, UTC)):
        raise NotTaken(Code.UNKNOWN_KEY, "the key is not valid at that time", state)
    if abs(order.iat - work.now.timestamp()) > rules.ORDER_LIVES:
        late = f"made at {_utc(order.iat)}; it is {_utc(work.now.timestamp())} here"
        raise NotTaken(Code.EXPIRED, late, state)
    return order


def _unsealed(work: Work, arrived: bytes, address: str, most: int) -> str:
    """The signed record within. most: bytes that may arrive."""
    kid, fault = _recipient(arrived) if len(arrived) <= most else ("", "")
    nonsense, kept = work.beside(queries.counted(work, bad(address)), key_queries.reading(kid))
    if queries.count_in(nonsense) >= rules.BAD_PER_MINUTE:
        raise NotTaken(Code.TOO_MANY)
    if len(arrived) > most:
        raise NotTaken(Code.TOO_LARGE)
    key = key_queries.reading_key(work, kid, kept)
    if key is None:
        raise NotTaken(Code.UNSEALABLE, fault or "sealed for no key of ours")
    try:
        return sealing.unseal(arrived.decode("ascii"), key).decode("ascii")
    except (UnicodeDecodeError, sealing.Unsealable) as error:
        raise NotTaken(Code.UNSEALABLE, str(error)[:200]) from None


def _recipient(arrived: bytes) -> tuple[str, str]:
    """The key that what arrived names, or "" and why it names none."""
    try:
        return sealing.recipient(arrived.decode("ascii")), ""
    except (UnicodeDecodeError, sealing.Unsealable) as error:
        return "", str(error)[:200]


def _signed(work: Work, text: str) -> tuple[jose.Token, str, Any]:
    """The token, the State whose key signed it, and whether that key is good at a moment."""
    try:
        token = jose.parse(text)
    except jose.Malformed as error:
        raise NotTaken(Code.BAD_SIGNATURE, str(error)[:200]) from None
    found, came = work.beside(
        key_queries.public(token.kid), (_COUNTED, {"kid": token.kid, "minute": queries.minute_of(work)})
    )
    key = key_queries.public_in(found) or introducing.key_within(work, token)
    if key is None or key.use != keysets.SIGNING or not key.is_trusted:
        raise NotTaken(Code.UNKNOWN_KEY)
    if not jose.verify(token, jose.decoded(key.public)):
        raise NotTaken(Code.BAD_SIGNATURE)
    if found:
        counts = dict(came)
        for subject in (peer(key.state), refused(key.state), orders(key.state)):
            rows = [(counts[subject],)] if subject in counts else []
            work.waiting.learn([queries.counted(work, subject)], [rows])
    return token, key.state, lambda at: key_queries.is_good(key, at, work.now)


def _payload(token: jose.Token, state: str) -> dict[str, Any]:
    try:
        return strict_json.loads(token.payload)
    except strict_json.NotStrictError as error:
        raise NotTaken(Code.SCHEMA, str(error)[:200], state) from None


def message_in(payload: Mapping[str, Any], state: str) -> tuple[Message, dict[str, Any]]:
    """The message and what of it we do not know."""
    if payload.get("ver") not in VERSIONS:
        raise NotTaken(Code.UNSUPPORTED_VERSION, f"we speak {', '.join(VERSIONS)}", state)
    extra = {name: value for name, value in payload.items() if name not in _KNOWN}
    try:
        message: Message = _SHAPE.take({n: v for n, v in payload.items() if n in _KNOWN})
    except ValidationError as error:
        raise NotTaken(Code.SCHEMA, str(error.messages)[:400], state) from None
    unknown = [name for name in message.must if name not in _KNOWN]
    if unknown:
        raise NotTaken(Code.UNSUPPORTED_VERSION, f"not understood: {', '.join(unknown)}", state)
    return message, extra


def named(message: Message) -> Statement:
    """What finds a record of the same name that was taken before; `refuse_known` judges it."""
    iss, jti = identity(message)
    return queries.TAKEN, {"iss": iss, "jti": jti}


def refuse_known(rows: Sequence[tuple[Any, ...]], message: Message, sha256: str) -> None:
    """Raise TakenBefore for a record that was taken, NotTaken for another one of its name.

    rows: of `named`.
    """
    for known, receipt in rows:
        if known == sha256:
            raise TakenBefore(receipt)
        raise NotTaken(Code.ID_REUSE, message.jti, message.iss)


def identity(message: Message) -> tuple[str, str]:
    """What makes a message one and the same, for ever."""
    return message.iss, message.jti


def _judge_time(work: Work, message: Message) -> None:
    now = work.now.timestamp()
    if message.iat > now + rules.SKEW:
        ahead = f"made at {_utc(message.iat)}, {int(message.iat - now)} s ahead of {_utc(now)}, our time"
        raise NotTaken(Code.FUTURE_DATED, ahead, message.iss)
    if message.exp <= now:
        raise NotTaken(Code.EXPIRED, f"ended at {_utc(message.exp)}; it is {_utc(now)} here", message.iss)


def _utc(seconds: float) -> str:
    """A moment as both sides can read it, whatever their clocks say; seconds since 1970."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def body_in(kind: Kind, message: Message) -> Any:
    """What the kind's shape makes of a body; raises NotTaken."""
    try:
        return _shape(kind.body).take(message.body)
    except ValidationError as error:
        raise NotTaken(Code.SCHEMA, str({"body": error.messages})[:400], message.iss) from None


@lru_cache(maxsize=256)
def _shape(body: Callable[[], Shape]) -> Shape:
    return body()


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


def bad(address: str) -> str:
    """What is counted of an address from which nonsense came."""
    return f"bad {address}"[:60]


def orders(state: str) -> str:
    """What is counted of a State that fetches files."""
    return f"files {state}"


def peer(state: str) -> str:
    """What is counted of a State whose messages were taken."""
    return f"peer {state}"


def refused(state: str) -> str:
    """What is counted of a State whose messages were refused."""
    return f"refused {state}"


def alert(work: Work, peer: str, code: str, detail: str, sha256: str) -> None:
    """Tell people what should not have come, or not so."""
    work.session.add(ExchangeAlert(at=work.now, peer=peer, code=code, detail=detail[:400], sha256=sha256))


def count(work: Work, subject: str) -> None:
    """One more from there in this minute; older minutes are forgotten."""
    minute, before = queries.minute_of(work), queries.rate(work, subject)
    work.later(_COUNT, subject=subject, minute=minute)
    if not before:
        work.later(_FORGET, minute=minute)


def as_refusal(error: RegistryError) -> NotTaken:
    """What a handler's refusal means for the sender."""
    if isinstance(error, Conflict) or error.status >= 500:
        return NotTaken(Code.UNAVAILABLE)
    code = Code.NOT_AUTHORISED if isinstance(error, Forbidden) else Code.REFUSED
    return NotTaken(code, str(error)[:1000])
