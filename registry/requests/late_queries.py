"""Reading what is late: requests, what was asked on behalf of others, and what never came to its State."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from registry.core.work import Work
from registry.exchange.tables import ExchangeOut
from registry.requests import hop_queries, life, locking
from registry.requests.tables import AskedOnward, TraceRequestRow
from schemas.requests_vocabulary import Direction, RequestState


def overdue(work: Work) -> list[TraceRequestRow]:
    """Requests of both directions whose time is over and that nobody was told of yet."""
    which = _overdue(work)
    locking.asking_first(work, *which)
    asked = select(TraceRequestRow).where(*which)
    return list(work.session.scalars(asked.order_by(TraceRequestRow.id).with_for_update()))


def _overdue(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (
        TraceRequestRow.due_at < work.now,
        TraceRequestRow.escalated_at.is_(None),
        TraceRequestRow.state.in_([state.value for state in life.RUNS]),
    )


def awaited_too_long(work: Work, *, locked: bool = False) -> list[TraceRequestRow]:
    """Our requests that wait for a word of what others ask on our behalf, and the time for it is over."""
    asked = select(TraceRequestRow).where(
        TraceRequestRow.onward_due_at < work.now,
        TraceRequestRow.state.in_([state.value for state in hop_queries.ANSWERED]),
    )
    asked = asked.order_by(TraceRequestRow.id)
    return list(work.session.scalars(asked.with_for_update() if locked else asked))


def is_any(work: Work) -> bool:
    """Whether anything is late that nobody was told of."""
    asked = select(TraceRequestRow.id).where(*_overdue(work))
    found = work.session.scalar(asked.limit(1)) is not None
    return found or bool(undelivered(work)) or bool(awaited_too_long(work))


def undelivered(work: Work) -> list[TraceRequestRow]:
    """What we ask for another State and could not deliver."""
    asked = (
        select(TraceRequestRow)
        .join(AskedOnward, AskedOnward.request_id == TraceRequestRow.id)
        .join(ExchangeOut, ExchangeOut.jti == TraceRequestRow.jti)
        .where(
            TraceRequestRow.direction == Direction.OUT.value,
            TraceRequestRow.state == RequestState.SENT.value,
            ExchangeOut.state.in_(("dead", "closed")),
            ExchangeOut.followed_by == "",
        )
    )
    return list(work.session.scalars(asked.order_by(TraceRequestRow.id)))
