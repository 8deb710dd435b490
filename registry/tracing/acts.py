"""Asking the records: each question is kept with who asked, why and for which case, before its answer."""

from __future__ import annotations

from msgspec.json import encode

from registry.core.database import Prepared
from registry.core.work import Work, act, for_purpose
from registry.tracing import engine, keeping, queries
from schemas.tracing import Answer, Question
from schemas.vocabulary import May

_KEEP = Prepared(
    """
    INSERT INTO trace (kind, question, answer, sentences, outcome, asked_by, role, purpose, case_number,
      request_id, asked_at)
    VALUES (:kind, :question, :answer, :sentences, :outcome, :asked_by, :role, :purpose, :case_number,
      :request_id, :asked_at)
    RETURNING id
    """
)


@act(May.TRACE_ASK)
def find(work: Work, question: Question) -> Answer:
    """The answer of the records; `keep` must follow before anyone sees it."""
    for_purpose(work.actor, May.TRACE_ASK, question.purpose)
    return engine.answer(work, question)


@act(May.TRACE_ASK)
def keep(work: Work, question: Question, answer: Answer) -> str:
    """Keep question and answer as they were at this moment; answers the trace's number."""
    work.purpose, work.case = question.purpose, question.case_number
    document, sentences = keeping.written(answer)
    ((kept,),) = work.put_alone(
        _KEEP,
        kind=question.kind.value,
        question=encode(question).decode(),
        answer=document,
        sentences=sentences,
        outcome=answer.outcome.value,
        asked_by=work.actor.user_id,
        role=work.actor.role.value,
        purpose=question.purpose.value,
        case_number=question.case_number,
        request_id=work.request_id,
        asked_at=work.now,
    )
    return queries.trace_number(kept)
