"""Answers as readers see them: what is a sentence of ours can be said in their language."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from registry.core.work import Work, shows_persons
from registry.requests import redaction
from registry.requests.tables import TraceRequestRow
from registry.tracing.tables import Trace
from schemas.requests_vocabulary import Direction, RequestState
from schemas.vocabulary import Purpose
from schemas.words import Sentences, said


def told_of(work: Work, row: TraceRequestRow) -> dict[str, Any]:
    """What was told, nothing before. Sentences of another State stay in the words that it signed."""
    found: dict[str, Any] = orjson.loads(row.answer) if row.answer else {}
    known = redaction.sayings(_of_ours(work, row)) if found else Sentences()
    told: dict[str, Any] = known.within(seen(work, row, found)) if found else {}
    return told


def time_is_over(row: TraceRequestRow, today: date) -> bool:
    """Whether the time is over for which the other State let us keep what it sent."""
    return row.keep_until is not None and row.keep_until < today


def binding(work: Work, row: TraceRequestRow) -> str:
    """Why nobody reads what is told in this request from now on, and what can be done; "" where it is read,
    or nothing is told any more.
    """
    day = orjson.loads(row.handling).get("retain_until") if row.handling else None
    if not day or date.fromisoformat(day) >= work.today or row.state in _ENDED:
        return ""
    if row.direction == Direction.OUT:
        return said(
            "They let us keep what they told until %(day)s, and what binds an answer binds those that follow "
            "in the same request: nobody reads them. Ask anew: what they tell in another request is bound by "
            "its own terms alone.",
            day=day,
        )
    return said(
        "What was told first was to be kept until %(day)s, and what binds an answer binds those that follow "
        "in the same request: nobody there reads them. Let them ask anew: what is told in another request is "
        "bound by its own terms alone.",
        day=day,
    )


_ENDED = frozenset({RequestState.WITHDRAWN, RequestState.CLOSED})


def is_over(work: Work, row: TraceRequestRow) -> bool:
    """Whether what the other State told may be read no more, since that time is over."""
    return row.direction == Direction.OUT and time_is_over(row, work.today)


def seen(work: Work, row: TraceRequestRow, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as whoever reads it may see it: who was named stays with those who may read of persons, and
    nobody reads what was to be kept until a day that is over.
    """
    if is_over(work, row):
        return redaction.bare(answer, str(row.keep_until))
    if may_read_persons(work) or not (answer.get("holder") or answer.get("last_holder")):
        return answer
    return {**answer, "last_holder": "", "holder": None}


def may_read_persons(work: Work) -> bool:
    """Whether whoever reads may read of persons for what they read it for."""
    return shows_persons(work, Purpose.FOREIGN_REQUEST)


def _of_ours(work: Work, row: TraceRequestRow) -> Sentences:
    """The sentences of the trace that our answer was taken from, none for an answer of theirs."""
    if row.direction != Direction.IN or not row.trace_id:
        return Sentences()
    kept = work.session.scalar(select(Trace.sentences).where(Trace.id == row.trace_id))
    return Sentences.again(orjson.loads(kept or "{}"))
