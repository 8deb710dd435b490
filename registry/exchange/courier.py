"""The courier: takes what waits in the outbox to its State, again and again, until it is receipted.

It remembers nothing: before each try the row says when the next one is due, so that a courier killed at
any moment only leaves a message to be tried again, which the receiver answers with the same receipt.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marshmallow import ValidationError

from registry.core.work import OPERATOR, Office, Work
from registry.exchange import jose, key_queries, queries, renewing, rules, sealing, strict_json
from registry.exchange.kinds import Kinds
from registry.exchange.tables import ExchangeOut
from schemas.exchange import ProblemSchema, Receipt, ReceiptSchema
from schemas.exchange_keys import KeySet

AT_ONCE = 20
_RECEIPT, _PROBLEM = ReceiptSchema(), ProblemSchema()
UNSENT = timedelta(hours=1)  # until a key set that has expired is looked at again


@dataclass(frozen=True)
class Parcel:
    """A sealed message on its way. endpoints, tls: of the receiver's key set."""

    jti: str
    peer: str
    sha256: str
    sealed: bytes
    endpoints: tuple[str, ...]
    tls: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


@dataclass(frozen=True)
class Served:
    """How many messages were tried; is_silent: the State did not answer."""

    tried: int
    is_silent: bool = False


class Unreachable(Exception):
    """The other State did not answer, or not as a State does."""


class TooLarge(Unreachable):
    """The answer is longer than anything that was expected; no more of it was read."""


Send = Callable[[Parcel], Reply]
"""Takes a parcel to its State; raises Unreachable."""


@dataclass(frozen=True)
class Courier:
    """chance: uniform in [0, 1), for the waits between tries."""

    office: Office
    send: Send
    kinds: Kinds
    chance: Callable[[], float] = secrets.SystemRandom().random

    def run_once(self) -> int:
        """Try everything that is due, State by State; how many were tried."""
        return sum(self.serve(peer).tried for peer in self.due_peers())

    def due_peers(self) -> list[str]:
        """States that something is due to."""
        with self.office.look(OPERATOR) as work:
            return queries.due_peers(work)

    def serve(self, peer: str, most: int = AT_ONCE) -> Served:
        """Try what is due to one State.

        Where it does not answer, the others wait too, as if each had been tried: a State that is slow or
        silent costs one try's patience and not one for each message.
        """
        parcels = self._claimed(peer, most)
        for at, parcel in enumerate(parcels):
            try:
                reply = self.send(parcel)
            except Unreachable as error:
                self._note(parcels[at:], f"unreachable: {error}")
                return Served(len(parcels), is_silent=True)
            self._heard(parcel, reply)
        return Served(len(parcels))

    def _claimed(self, peer: str, most: int) -> list[Parcel]:
        """What is tried now, sealed; what has expired is dead from now on."""
        with self.office.begin(OPERATOR, doing="exchange.deliver") as work:
            return [
                parcel
                for row in queries.due(work, peer, most)
                if (parcel := _parcel(work, row, self.chance())) is not None
            ]

    def _heard(self, parcel: Parcel, reply: Reply) -> None:
        with self.office.look(OPERATOR) as work:
            verdict = judged(work, parcel, reply)
        if isinstance(verdict, Delivered):
            return self._settle(parcel, verdict)
        return self._note([parcel], verdict.said, verdict.permanent, verdict.code)

    def _settle(self, parcel: Parcel, verdict: Delivered) -> None:
        with self.office.begin(OPERATOR, doing="exchange.deliver") as work:
            row = queries.out_row(work, parcel.jti)
            if row.state != "delivered":
                row.state, row.receipt, row.problem, row.ended_at = "delivered", verdict.receipt, "", work.now

    def _note(self, parcels: Sequence[Parcel], problem: str, permanent: bool = False, code: str = "") -> None:
        with self.office.begin(OPERATOR, doing="exchange.deliver") as work:
            for parcel in parcels:
                row = queries.out_row(work, parcel.jti)
                if row.state != "waiting":
                    continue
                row.problem = problem[:400]
                if permanent and renewing.never_came(row, code):
                    renewing.renew(work, row)
                elif permanent:
                    row.state, row.ended_at = "dead", work.now


def _parcel(work: Work, row: ExchangeOut, chance: float) -> Parcel | None:
    """A row as it travels; None when it cannot travel now. The row says when it is due again."""
    if renewing.is_over(work, row):
        row.state, row.problem, row.ended_at = "dead", row.problem or "expired", work.now
        return None
    known = reachable(work, row.peer)
    if known is None:
        row.next_at, row.problem = work.now + UNSENT, "its key set has expired"
        return None
    keys, newest = known
    row.tries += 1
    row.next_at = work.now + rules.wait(row.tries, chance)
    sealed = sealing.seal(row.jws.encode("ascii"), newest).encode("ascii")
    return Parcel(row.jti, row.peer, row.sha256, sealed, tuple(keys.endpoints), tuple(keys.tls))


def reachable(work: Work, state: str) -> tuple[KeySet, bytes] | None:
    """A State's key set in force, and its newest key to seal with; None while there is none."""
    known = queries.trusted(work, state)
    if known is None or known.keys is None or not known.may_be_sent_to(work.now):
        return None
    now = work.now.timestamp()
    reading = [key for key in known.keys.encryption if key.nbf <= now < key.exp]
    if not reading:
        return None
    return known.keys, jose.decoded(max(reading, key=lambda key: key.nbf).x)


@dataclass(frozen=True)
class Delivered:
    receipt: str


@dataclass(frozen=True)
class Undelivered:
    """said: what came back; permanent: the receiver itself says that trying again is in vain, by its code."""

    said: str
    permanent: bool = False
    code: str = ""


def judged(work: Work, parcel: Parcel, reply: Reply) -> Delivered | Undelivered:
    """What a reply means. Only the receiver's own signed word, on the very bytes we sent, ends anything."""
    try:
        text = reply.body.decode("ascii")
        token = jose.parse(text)
        payload = strict_json.loads(token.payload)
    except (UnicodeDecodeError, jose.Malformed, strict_json.NotStrictError):
        return Undelivered(f"HTTP {reply.status} without a signed answer")
    key = key_queries.public_key(work, token.kid)
    if key is None or key.state != parcel.peer or not jose.verify(token, jose.decoded(key.public)):
        return Undelivered(f"HTTP {reply.status}, signed by somebody else")
    try:
        if payload.get("type") == "receipt":
            receipt: Receipt = _RECEIPT.take(payload)
            good = key_queries.is_good(key, datetime.fromtimestamp(receipt.at, UTC), work.now)
            return _receipted(work, parcel, receipt, text) if good else Undelivered("a receipt by an old key")
        problem = _PROBLEM.take(payload)
    except ValidationError:
        return Undelivered("a signed answer without the shape of one")
    same = problem.re == jose.encoded(hashlib.sha256(parcel.sealed).digest()) and problem.iss == parcel.peer
    if not same or not key_queries.is_good(key, datetime.fromtimestamp(problem.iat, UTC), work.now):
        return Undelivered("a problem with something else")
    said = f"{problem.code}: {problem.detail}" if problem.detail else problem.code
    return Undelivered(said, rules.is_permanent(problem.code), problem.code)


def _receipted(work: Work, parcel: Parcel, receipt: Receipt, text: str) -> Delivered | Undelivered:
    named = (receipt.iss, receipt.aud, receipt.re.jti, receipt.re.sha256)
    if named != (parcel.peer, work.home, parcel.jti, parcel.sha256):
        return Undelivered("a receipt of something else")
    return Delivered(text)
