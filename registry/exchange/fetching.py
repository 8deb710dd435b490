"""Fetching the files that messages name: never more than was announced, kept only if the digest is the one.

As the courier it remembers nothing: before each try the row says when the next one is due. Only the sender's
own signed word that there is no such file for us, or fourteen days, ends the asking.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select

from registry.core.work import OPERATOR, Office, Work
from registry.exchange import (
    attachments,
    courier,
    jose,
    judging,
    key_queries,
    rules,
    sealing,
    strict_json,
)
from registry.exchange.courier import Parcel, Reply, Served, TooLarge, Undelivered, Unreachable
from registry.exchange.rules import FINAL_FOR_FILES
from registry.exchange.tables import WANTED, ExchangeAttachment, ExchangeIn
from schemas.exchange import VERSIONS, Reference

CLAIMED = timedelta(minutes=3)  # longer than one fetch takes, so that no other begins meanwhile
LATER = timedelta(hours=1)  # until a State whose files are enough for a day is looked at again
WRONG = "wrong-file"
Fetch = Callable[[Parcel, int], Reply]
"""Takes an order to its State and reads at most so many bytes; raises Unreachable."""


@dataclass(frozen=True)
class Order:
    """A file to fetch. sealed in parcel: the order; most: bytes that its answer can have."""

    iss: str
    jti: str
    n: int
    name: str
    media: str
    size: int
    digest: bytes
    parcel: Parcel

    @property
    def most(self) -> int:
        """A file grows by a third when it is sealed; with it come header, nonce and tag."""
        return -(-self.size * 4 // 3) + 1024


@dataclass(frozen=True)
class Fetcher:
    """chance: uniform in [0, 1), for the waits between tries."""

    office: Office
    fetch: Fetch
    chance: Callable[[], float] = secrets.SystemRandom().random

    def run_once(self) -> int:
        """Fetch everything that is due; how many were tried."""
        return sum(self.serve(peer, courier.AT_ONCE).tried for peer in self.due_peers())

    def due_peers(self) -> list[str]:
        """States from which something is to be fetched."""
        with self.office.look(OPERATOR) as work:
            due = select(ExchangeAttachment.iss).where(WANTED, ExchangeAttachment.next_at <= work.now)
            return list(work.session.scalars(due.distinct().order_by(ExchangeAttachment.iss)))

    def serve(self, peer: str, most: int) -> Served:
        """Fetch what is due from one State, one after the other; where it does not answer, the rest waits."""
        tried = 0
        while tried < most and (order := self._claimed(peer)) is not None:
            tried += 1
            try:
                reply = self.fetch(order.parcel, order.most)
            except TooLarge:
                self._note(order, "it is longer than was announced", is_wrong=True)
                continue
            except Unreachable as error:
                self._note(order, f"unreachable: {error}")
                return Served(tried, is_silent=True)
            self._heard(order, reply)
        return Served(tried)

    def _claimed(self, peer: str) -> Order | None:
        """What is fetched now; what was asked for in vain long enough is refused."""
        with self.office.begin(OPERATOR, doing="exchange.fetch") as work:
            for row in _due(work, peer):
                if work.session.get_one(ExchangeIn, (row.iss, row.jti)).refused_at is not None:
                    _refuse(work, row, "the message that names it was refused")
                elif row.announced_at + rules.FETCHED_WITHIN <= work.now:
                    _refuse(work, row, f"given up after 14 days: {row.problem}")
                elif (order := _order(work, row)) is not None:
                    return order
        return None

    def _heard(self, order: Order, reply: Reply) -> None:
        with self.office.look(OPERATOR) as work:
            content, verdict = judged(work, order, reply)
        if content is None:
            return self._note(order, verdict.said, verdict.permanent, is_wrong=reply.status == 200)
        if fault := attachments.fault_of(order.name, order.media, content, order.size):
            return self._note(order, fault, is_final=True, is_wrong=True)
        with self.office.begin(OPERATOR, doing="exchange.fetch") as work:
            attachments.came(work, _row(work, order), content)
        return None

    def _note(self, order: Order, problem: str, is_final: bool = False, is_wrong: bool = False) -> None:
        """Write down why a file did not come. is_wrong: what came instead is worth an alert, once."""
        with self.office.begin(OPERATOR, doing="exchange.fetch") as work:
            row = _row(work, order)
            if row.state != "wanted":
                return
            if is_wrong and row.problem != problem[:400]:
                judging.alert(work, row.iss, WRONG, f"{row.name}: {problem}", jose.encoded(row.digest))
            row.problem, row.next_at = problem[:400], work.now + rules.wait(row.tries, self.chance())
            if is_final:
                _refuse(work, row, problem)


def judged(work: Work, order: Order, reply: Reply) -> tuple[bytes | None, Undelivered]:
    """The file that came, whose length and digest are those announced; else None and what came instead."""
    if reply.status != 200:
        verdict = courier.judged(work, order.parcel, reply)
        if not isinstance(verdict, Undelivered):
            return None, Undelivered("a receipt in place of a file")
        return None, replace(verdict, permanent=verdict.code in FINAL_FOR_FILES)
    try:
        text = reply.body.decode("ascii")
        key = key_queries.reading_key(work, sealing.recipient(text))
        content = sealing.unseal(text, key) if key else None
    except (UnicodeDecodeError, sealing.Unsealable) as error:
        return None, Undelivered(f"what came cannot be opened: {error}")
    if content is None:
        return None, Undelivered("what came is sealed for no key of ours")
    if wrong := attachments.length_fault(content, order.size):
        return None, Undelivered(wrong)
    if hashlib.sha256(content).digest() != order.digest:
        return None, Undelivered("its digest is not the one that was announced")
    return content, Undelivered("")


def _due(work: Work, peer: str) -> Sequence[ExchangeAttachment]:
    """Files that are still to come, the oldest try first; nobody else gets them meanwhile."""
    due = select(ExchangeAttachment).where(
        WANTED, ExchangeAttachment.iss == peer, ExchangeAttachment.next_at <= work.now
    )
    in_order = due.order_by(ExchangeAttachment.next_at, ExchangeAttachment.jti, ExchangeAttachment.n)
    return work.session.scalars(in_order.limit(courier.AT_ONCE).with_for_update(skip_locked=True)).all()


def _order(work: Work, row: ExchangeAttachment) -> Order | None:
    """An order for a file, signed and sealed; None where it cannot be fetched now, and the row says why."""
    known = courier.reachable(work, row.iss)
    if known is None or not can_order(work):
        row.next_at, row.problem = work.now + courier.UNSENT, "no keys are in force to ask for it"
        return None
    if _fetched_today(work, row.iss) + row.size > rules.FETCHED_A_DAY:
        row.next_at, row.problem = work.now + LATER, "enough of its files were fetched today"
        return None
    keys, newest = known
    row.tries += 1
    row.next_at = work.now + CLAIMED
    sealed = sealing.seal(_signed(work, row).encode("ascii"), newest).encode("ascii")
    parcel = Parcel(row.jti, row.iss, "", sealed, tuple(keys.endpoints), tuple(keys.tls))
    return Order(row.iss, row.jti, row.n, row.name, row.media, row.size, row.digest, parcel)


def can_order(work: Work) -> bool:
    """Whether there is a key of ours that signs now."""
    try:
        key_queries.signing_key(work)
    except key_queries.NoKey:
        return False
    return True


def _signed(work: Work, row: ExchangeAttachment) -> str:
    taken = work.session.get_one(ExchangeIn, (row.iss, row.jti))
    payload = {
        "ver": VERSIONS[0],
        "type": "attachment.fetch",
        "iss": work.home,
        "aud": row.iss,
        "iat": int(work.now.timestamp()),
        "re": vars(Reference(row.jti, taken.sha256)),
        "sha256": jose.encoded(row.digest),
    }
    return jose.sign(strict_json.dumps(payload), key_queries.signing_key(work))


def _fetched_today(work: Work, peer: str) -> int:
    kept = select(func.coalesce(func.sum(ExchangeAttachment.size), 0)).where(
        ExchangeAttachment.iss == peer,
        ExchangeAttachment.state == "kept",
        ExchangeAttachment.ended_at > work.now - timedelta(days=1),
    )
    return int(work.session.scalar(kept) or 0)


def _row(work: Work, order: Order) -> ExchangeAttachment:
    return work.session.get_one(ExchangeAttachment, (order.iss, order.jti, order.n), with_for_update=True)


def _refuse(work: Work, row: ExchangeAttachment, problem: str) -> None:
    row.state, row.problem, row.ended_at = "refused", problem[:400], work.now
    judging.alert(work, row.iss, WRONG, f"{row.name} is not fetched: {problem}", jose.encoded(row.digest))
