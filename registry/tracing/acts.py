"""Asking the records: each question is kept with who asked, why and for which case, before its answer."""

from __future__ import annotations

import orjson
from sqlalchemy import insert

from registry.core.work import Work, act
from registry.tracing import engine, queries
from registry.tracing.tables import Trace
from schemas.tracing import Answer, Question
from schemas.vocabulary import May

# On the table itself: the object's own insert costs more than writing the row.
_KEEP = insert(Trace.__table__).returning(Trace.__table__.c.id)  # type: ignore[arg-type]


@act(May.TRACE_ASK)
def find(work: Work, question: Question) -> Answer:
    """The answer of the records; `keep` must follow before anyone sees it."""
    return engine.answer(work, question)


@act(May.TRACE_ASK)
def keep(work: Work, question: Question, answer: Answer) -> str:
    """Keep question and answer as they were at this moment; answers the trace's number."""
    work.purpose, work.case = question.purpose, question.case_number
    values = {
        "kind": question.kind.value,
        "question": orjson.dumps(question).decode(),
        "answer": orjson.dumps(answer).decode(),
        "outcome": answer.outcome.value,
        "asked_by": work.actor.user_id,
        "role": work.actor.role.value,
        "purpose": question.purpose.value,
        "case_number": question.case_number,
        "request_id": work.request_id,
        "asked_at": work.now,
    }
    kept: int = work.session.connection().execute(_KEEP, values).scalar_one()
    return queries.trace_number(kept)
