"""What another State sent goes when the time is over for which it let us keep it.

Its place in the channel, its digest and our signed receipt stay, so that it can still be proven that it came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import attachments, jose, strict_json
from registry.exchange.tables import ExchangeAttachment, ExchangeIn, ExchangeOut


def messages(work: Work, iss: str, thread: str, types: Collection[str]) -> list[ExchangeIn]:
    """Records of these types of a State's thread that are here still, the first one first."""
    asked = select(ExchangeIn).where(
        ExchangeIn.iss == iss,
        ExchangeIn.thread == thread,
        ExchangeIn.type.in_(types),
        ExchangeIn.state == "done",
        ExchangeIn.jws != "",
    )
    return list(work.session.scalars(asked.order_by(ExchangeIn.seq)))


def ours(work: Work, peer: str, thread: str, types: Collection[str]) -> list[ExchangeOut]:
    """Records of ours of these types in a State's thread that are here still, whether it has taken them."""
    asked = select(ExchangeOut).where(
        ExchangeOut.peer == peer,
        ExchangeOut.thread == thread,
        ExchangeOut.type.in_(types),
        ExchangeOut.jws != "",
    )
    return list(work.session.scalars(asked.order_by(ExchangeOut.seq).with_for_update()))


def kept_until(jws: str) -> date | None:
    """Until when the sender of a record lets it be kept; None where it set no end."""
    handling = strict_json.loads(jose.parse(jws).payload).get("handling") or {}
    day = handling.get("retain_until")
    return date.fromisoformat(day) if day else None


def forget(work: Work, rows: Sequence[ExchangeIn | ExchangeOut]) -> None:
    """Records go; what says that they came stays. One of ours that was not taken is sent no more."""
    for row in rows:
        row.jws = ""
        if isinstance(row, ExchangeOut) and row.state in ("waiting", "dead"):
            row.state, row.ended_at, row.renew_by = "closed", work.now, None
            row.reason = "the time to keep what it tells is over"
    work.session.flush()


def files(
    work: Work,
    iss: str,
    thread: str,
    problem: str,
    is_ours: Callable[[bytes], bool],
    states: Collection[str] = ("wanted", "kept"),
) -> list[ExchangeAttachment]:
    """Files of a State's thread are awaited no longer, and those that came go; nobody is alerted.

    is_ours: whether a file of this digest is one of ours too, which stays. states: of the files that go.
    """
    of_thread = select(ExchangeIn.jti).where(ExchangeIn.iss == iss, ExchangeIn.thread == thread)
    asked = select(ExchangeAttachment).where(
        ExchangeAttachment.iss == iss,
        ExchangeAttachment.jti.in_(of_thread),
        ExchangeAttachment.state.in_(states),
    )
    gone = list(work.session.scalars(asked.with_for_update()))
    for row in gone:
        attachments.alone(work, row.digest)
        row.state, row.problem, row.ended_at = "refused", problem[:400], work.now
        work.session.flush()
        if not is_ours(row.digest):
            attachments.erase(work, row.digest)
    return gone
