"""Messages about requests that could not be delivered: whether they are said again, and what names them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update

from registry.core.work import Work
from registry.exchange import forgetting, jose, strict_json
from registry.exchange.outbox import Posted
from registry.exchange.renewing import Poster
from registry.exchange.tables import ExchangeOut
from registry.requests import clock, hop_queries, life, onward
from registry.requests.tables import (
    Disclosure,
    OnwardConsent,
    RequestAttachment,
    RequestEvent,
    TraceRequestRow,
)
from schemas.requests_vocabulary import Direction, RequestAct, RequestState, Side
from schemas.words import said

_QUESTION = life.MOVES[RequestAct.SEND].message
_MORE = frozenset({life.MOVES[RequestAct.GIVE_MORE].message})
_TOLD = frozenset({onward.TOLD})
_SAID = frozenset(
    move.message
    for act, move in life.MOVES.items()
    if move.side is Side.ASKED and act is not RequestAct.ACKNOWLEDGE
)
"""What we say to a question of theirs; whatever is said later replaces it."""


def over(work: Work, row: ExchangeOut) -> str:
    """Why a message is of no use any more: nobody asks it, nobody waits for it, or its time is over."""
    request = _request(work, row)
    if request is None:
        return ""
    state = RequestState(request.state)
    if row.type == _QUESTION and state is RequestState.WITHDRAWN:
        return said("It was withdrawn since.")
    if row.type in _SAID | _TOLD and (state not in life.OPEN or _is_withdrawn(work, request)):
        return said("%(state)s needs it no more.", state=row.peer)
    day = _day(row)
    return said("It was to be kept until %(day)s", day=day) if day is not None and day < work.today else ""


def _is_withdrawn(work: Work, request: TraceRequestRow) -> bool:
    """Whether whoever asked has withdrawn it, also where that crossed our answer."""
    withdrawn = (
        RequestEvent.request_id == request.id,
        RequestEvent.what == RequestAct.WITHDRAW.value,
    )
    return work.session.scalar(select(RequestEvent.n).where(*withdrawn).limit(1)) is not None


def outdated(work: Work, row: ExchangeOut) -> str:
    """Why it is not said anew: something was said since, which it would replace: the newest word counts."""
    same = next((types for types in (_SAID, _MORE, _TOLD) if row.type in types), None)
    if same is None:
        return ""
    later = select(ExchangeOut).where(
        ExchangeOut.peer == row.peer,
        ExchangeOut.thread == row.thread,
        ExchangeOut.type.in_(same),
        ExchangeOut.seq > row.seq,
    )
    if any(_is_about_the_same(row, one) for one in work.session.scalars(later)):
        return said("Something else was told since.")
    return ""


def _is_about_the_same(row: ExchangeOut, later: ExchangeOut) -> bool:
    """Not where one tells of another State than the other; of what is kept no more nobody knows."""
    if row.type not in _TOLD or not later.jws:
        return True
    return hop_queries.hop_in(row.jws) == hop_queries.hop_in(later.jws)


def until(work: Work, row: ExchangeOut) -> datetime | None:
    """The end of the last day on which what it tells may be kept."""
    day = _day(row)
    return clock.end_of(day, work.zone) if day is not None else None


def _day(row: ExchangeOut) -> date | None:
    """That day, as the message itself says, and the one that it passes on."""
    if row.type not in _SAID | _TOLD:
        return None
    passed_on = strict_json.loads(jose.parse(row.jws).payload)["body"].get("record", "")
    days = [forgetting.kept_until(record) for record in (row.jws, passed_on) if record]
    return min(filter(None, days), default=None)


def said_again(work: Work, row: ExchangeOut, posted: Posted) -> None:
    """The new record is what was said: answers name it, and its files are given for it."""
    request = _request(work, row)
    if request is None:
        return
    if (request.direction, request.jti) == (Direction.OUT, row.jti):
        request.jti, request.sha256 = posted.jti, posted.sha256
    request.version += 1
    work.session.flush()
    for table in (RequestEvent, RequestAttachment, Disclosure):
        named = update(table).where(table.request_id == request.id, table.jti == row.jti)
        work.session.execute(named.values(jti=posted.jti))
    asked = (OnwardConsent.request_id == request.id, OnwardConsent.jti == row.jti)
    work.session.execute(update(OnwardConsent).where(*asked).values(jti=posted.jti, sha256=posted.sha256))


def _request(work: Work, row: ExchangeOut) -> TraceRequestRow | None:
    """The request in whose course a message is, held; None for what is no message of requests."""
    asked = select(TraceRequestRow).join(RequestEvent).where(RequestEvent.jti == row.jti)
    return work.session.scalar(asked.with_for_update(of=TraceRequestRow))


POSTED = {"requests": Poster(over, outdated, said_again, until)}
"""For the exchange: what becomes of messages of requests that could not be delivered."""
