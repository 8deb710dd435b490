"""Messages about notices that could not be delivered: whether they are said again, and what names them."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.work import Work
from registry.exchange.outbox import Posted
from registry.exchange.renewing import Poster
from registry.exchange.tables import ExchangeOut
from registry.licensing import heard
from registry.notices import life, queries
from registry.notices.tables import Notice, NoticeStep
from schemas.requests_vocabulary import Direction
from schemas.words import said


def over(work: Work, row: ExchangeOut) -> str:
    """Why a message is of no use any more: what it is about was taken back, or told anew."""
    notice = _notice(work, row)
    if notice is None or row.type == life.CANCEL or notice.state not in life.ENDED:
        return ""
    if notice.direction == Direction.OUT:
        return said("It was withdrawn since.")
    return said("%(state)s needs it no more.", state=row.peer)


def outdated(work: Work, row: ExchangeOut) -> str:
    """Why it is not said anew: it was answered otherwise since, and the newest word counts."""
    notice = _notice(work, row)
    if notice is None or notice.direction == Direction.OUT or notice.answer_jti == row.jti:
        return ""
    return said("Something else was told since.")


def said_again(work: Work, row: ExchangeOut, posted: Posted) -> None:
    """The new record is what was said: answers name it, and a condition waits for the answer to it."""
    notice = _notice(work, row)
    if notice is None:
        return
    if notice.jti == row.jti:
        notice.jti, notice.sha256 = posted.jti, posted.sha256
        if notice.licence_id is not None:
            heard.asked_again(work, notice.licence_id, row.jti, posted.jti)
    if notice.answer_jti == row.jti:
        notice.answer_jti, notice.answer_sha256 = posted.jti, posted.sha256
    notice.version += 1
    steps = select(NoticeStep).where(NoticeStep.notice_id == notice.id, NoticeStep.jti == row.jti)
    for step in work.session.scalars(steps):
        step.jti, step.sha256 = posted.jti, posted.sha256
    work.session.flush()


def _notice(work: Work, row: ExchangeOut) -> Notice | None:
    """The notice in whose course a message is, held as whoever asks holds it; None for other messages."""
    asked = select(NoticeStep.notice_id).where(NoticeStep.jti == row.jti)
    key = work.session.scalar(asked.limit(1))
    return queries.held(work, key) if key is not None else None


POSTED = {"notices": Poster(over, outdated, said_again)}
"""For the exchange: what becomes of messages of notices that could not be delivered."""
