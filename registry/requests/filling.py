"""What requests of before lack: the last day on which another State lets us keep what it sent."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import forgetting
from registry.exchange.tables import ExchangeIn
from registry.requests import queries
from registry.requests.answering import kept_until
from registry.requests.tables import TraceRequestRow
from schemas.requests_vocabulary import Direction

NAME = "ends of keeping"
SINCE = "0060"
"""The migration from which on every process writes it itself."""
AT_ONCE = 500


def ends_of_keeping(work: Work, after: int) -> int | None:
    """Give requests that came before the day had a place of its own their day; some at a time, as
    `core.filling.Some`.
    """
    asked = (
        select(TraceRequestRow, ExchangeIn.jws)
        .outerjoin(
            ExchangeIn, (ExchangeIn.iss == TraceRequestRow.peer) & (ExchangeIn.jti == TraceRequestRow.jti)
        )
        .where(TraceRequestRow.id > after, TraceRequestRow.keep_until.is_(None))
    )
    last = None
    for row, jws in work.session.execute(asked.order_by(TraceRequestRow.id).limit(AT_ONCE)):
        last = row.id
        if (day := _day(row, jws or "")) is not None:
            row.keep_until = day
    work.session.flush()
    return last


def _day(row: TraceRequestRow, jws: str) -> date | None:
    """Of an answer as it binds us, of a request as it was signed; none of what was erased."""
    if row.direction == Direction.IN:
        return forgetting.kept_until(jws) if jws else None
    answer = queries.answer_of(row)
    return kept_until(queries.handling_of(row)) if answer and not answer.get("erased") else None
