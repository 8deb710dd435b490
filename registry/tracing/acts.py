"""Asking the records: each question is kept with who asked, why and for which case, before its answer."""

from __future__ import annotations

from typing import Any

from msgspec.json import encode

from registry.core.prepared import Prepared, inserting
from registry.core.work import Work, act, for_purpose
from registry.tracing import engine, keeping, queries
from schemas.tracing import Answer, Question
from schemas.vocabulary import May

_KEPT = (
    "kind", "question", "answer", "sentences", "outcome", "asked_by", "role", "purpose", "case_number",
    "request_id", "asked_at",
)  # fmt: skip
_KEEP, _KEEP_AS = inserting("trace", _KEPT, returning="id"), inserting("trace", ("id", *_KEPT))
NUMBER = Prepared("SELECT {fresh[trace]}")
"""Finds the key of a search to come, where it is asked for ahead of `keep_with`."""


@act(May.TRACE_ASK)
def find(work: Work, question: Question) -> Answer:
    """The answer of the records; `keep` must follow before anyone sees it."""
    for_purpose(work.actor, May.TRACE_ASK, question.purpose)
    return engine.answer(work, question)


@act(May.TRACE_ASK)
def keep(work: Work, question: Question, answer: Answer) -> str:
    """Keep question and answer as they were at this moment; answers the trace's number."""
    ((kept,),) = work.put_alone(_KEEP, **_kept(work, question, answer))
    return queries.trace_number(kept)


@act(May.TRACE_ASK)
def keep_with(work: Work, question: Question, answer: Answer) -> str:
    """As `keep`, where no session of this work writes: with what else it writes later, and before that."""
    ((key,),) = work.sees(NUMBER)
    work.waiting.add(_KEEP_AS, {"id": key, **_kept(work, question, answer)}, first=True)
    return queries.trace_number(key)


def _kept(work: Work, question: Question, answer: Answer) -> dict[str, Any]:
    work.purpose, work.case = question.purpose, question.case_number
    document, sentences = keeping.written(answer)
    return {
        "kind": question.kind.value,
        "question": encode(question).decode(),
        "answer": document,
        "sentences": sentences,
        "outcome": answer.outcome.value,
        "asked_by": work.actor.user_id,
        "role": work.actor.role.value,
        "purpose": question.purpose.value,
        "case_number": question.case_number,
        "request_id": work.request_id,
        "asked_at": work.now,
    }
