"""Answering another State: the search by machine, then what is told of it, under which restriction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import orjson
from msgspec.structs import replace

from registry.core.errors import Invalid, Refused, refuse_if
from registry.core.numbers import find_registry_number
from registry.core.work import Work
from registry.requests import behalf, doing, holder_queries, life, onward, queries, redaction, rules
from registry.requests.tables import TraceRequestRow
from registry.tracing import acts as tracing
from registry.tracing import keeping
from registry.tracing.queries import trace, trace_number
from schemas.exchange import Handling
from schemas.requests import RequestNew, Step
from schemas.requests_vocabulary import NoticeKind, RequestAct, RestrictionGround
from schemas.tracing import Answer, Question
from schemas.vocabulary import Purpose, Severity, TraceKind

_MAY_BE_LEFT_OUT = {"calibre": "", "country": None}
Found = tuple[Question, Answer] | str
"""A question with the answer of our records, or why it cannot be asked of them."""


def acknowledge(work: Work, row: TraceRequestRow) -> None:
    """ITI 19: tell the asking State under which number we keep it, and until when we mean to answer."""
    row.due_at = queries.due_at(work, row)
    body = {"number": queries.request_number(row.id), "due_at": row.due_at.isoformat()}
    doing.move(work, row, RequestAct.ACKNOWLEDGE)
    posted = doing.tell(work, row, life.MOVES[RequestAct.ACKNOWLEDGE].message, body)
    row.acknowledged_at = work.now
    doing.note(work, row, RequestAct.ACKNOWLEDGE, details=body, jti=posted.jti, by=doing.MACHINE)


def search(work: Work, row: TraceRequestRow) -> dict[str, Any] | None:
    """Trace what is asked in our records and keep the search; the answer, or None with the reason noted."""
    return keep(work, row, find(work, row.peer, queries.asked_of(row)), tracing.keep)


def find(work: Work, peer: str, asked: RequestNew) -> Found:
    """The search of our records for what a State asks; reads only, `keep` must follow.

    A calibre or country that our lists do not know is left out of it.
    """
    question = Question(
        kind=TraceKind.FIREARM,
        purpose=Purpose.FOREIGN_REQUEST,
        case_number=f"{peer} {asked.case_number}"[:80],
        mark=asked.mark,
        maker=asked.maker,
        model=asked.model,
        country=asked.country,
        calibre=asked.calibre,
        type=asked.type,
        year=asked.year,
    )
    for _ in range(1 + len(_MAY_BE_LEFT_OUT)):
        try:
            return question, tracing.find(work, question)
        except Invalid as error:
            field = error.unmet[0].field if error.unmet else ""
            if field not in _MAY_BE_LEFT_OUT:
                return str(error)
            question = replace(question, **{field: _MAY_BE_LEFT_OUT[field]})
    return ""


def keep(
    work: Work, row: TraceRequestRow, found: Found, way: Callable[[Work, Question, Answer], str]
) -> dict[str, Any] | None:
    """Keep a search and note it, or why there was none. way: one of tracing's."""
    if isinstance(found, str):
        doing.note(work, row, NoticeKind.NOT_TRACED, found, by=doing.MACHINE)
        return None
    question, answer = found
    number = way(work, question, answer)
    row.trace_id = find_registry_number("T", number)
    doing.note(
        work,
        row,
        NoticeKind.TRACED,
        str(answer.certainty.statement),
        {"trace": number, "outcome": answer.outcome.value},
        by=doing.MACHINE,
    )
    document: dict[str, Any] = orjson.loads(keeping.written(answer)[0])
    return document


def proposed(work: Work, row: TraceRequestRow) -> dict[str, Any] | None:
    """What our records would tell of what was asked, before an officer has looked at it."""
    return _told(row, trace(work, row.trace_id).answer) if row.trace_id else None


def _told(row: TraceRequestRow, found: dict[str, Any]) -> dict[str, Any]:
    return redaction.limited(redaction.told(found), queries.asked_of(row).fields_wanted)


def release(
    work: Work, row: TraceRequestRow, told: dict[str, Any], step: Step, by_machine: bool = False
) -> None:
    """Tell the asking State, in full or in part; what was sent, and what binds it, is kept.

    It names nobody, also where two have named somebody before: what is asked may be another thing since.
    """
    refuse_if(redaction.unmet_to_withhold(told, step.withheld))
    if why := behalf.closed_to(work, row):
        raise Refused(why)
    wanted = queries.asked_of(row).fields_wanted
    body = redaction.redacted(told, step.withheld) | {
        "last_holder": "",
        "wanted": redaction.said_of(told, wanted, step.withheld, step.ground),
        "ground": step.ground,
        "words": step.words,
        "by_machine": by_machine,
    }
    row.holder = redaction.standing(body["wanted"]).value
    next_state = body["next_state"]
    path = (state for state in behalf.path_of(work, row) if state != work.home)
    audience = (row.peer, *path, *((next_state["code"],) if next_state else ()))
    asks_onward = onward.standing(work, row, body, audience)
    body["asks_onward"] = asks_onward.value
    given = Handling(tuple(dict.fromkeys(audience)), step.onward.value, step.retain_until, step.caveat)
    bound = holder_queries.bound(work, row, vars(given))
    row.answer, row.handling, row.answered_at = dumped(body), dumped(bound), work.now
    doing.move(work, row, step.act)
    officer = not by_machine  # who alone lets files go
    posted = doing.tell(work, row, life.MOVES[step.act].message, body, handling_of(bound), with_files=officer)
    doing.note(
        work,
        row,
        step.act,
        step.words,
        {"answer": body, "handling": bound, "trace": trace_number(row.trace_id or 0)},
        posted.jti,
        doing.MACHINE if by_machine else None,
    )
    onward.go_on(work, row, asks_onward)


def handling_of(bound: Mapping[str, Any]) -> Handling:
    """What binds a message, of what is kept of it."""
    return Handling(**{**bound, "audience": tuple(bound["audience"])})


def dumped(value: Any) -> str:
    """As it is kept."""
    return orjson.dumps(value, default=list).decode()


def kept_until(bound: Mapping[str, Any]) -> date | None:
    """The last day on which an answer may be kept, as its source has told."""
    return date.fromisoformat(str(bound["retain_until"])) if bound.get("retain_until") else None


def earliest(*days: date | None) -> date | None:
    """Of days until which something may be kept."""
    return min((day for day in days if day), default=None)


def answer_by_itself(work: Work, row: TraceRequestRow, found: dict[str, Any] | None) -> bool:
    """Let an exact match go out without an officer, where the State has allowed that; whether it went."""
    if found is None or not queries.lets_go(work, row.peer):
        return False
    asked = queries.asked_of(row)
    if not redaction.goes_by_itself(found, is_complete(asked), asked.confidentiality):
        return False
    if not behalf.goes_by_itself(work, row):
        return False
    release(work, row, _told(row, found), Step(act=RequestAct.ANSWER), by_machine=True)
    return True


def is_complete(asked: RequestNew) -> bool:
    """Whether nothing that is part of a request is missing (ITI 18)."""
    return all(gap.severity is not Severity.ALARM for gap in rules.lacking(asked))


def ask_for_what_lacks(work: Work, row: TraceRequestRow) -> None:
    """ITI 21: tell an asking State what its request lacks, at once."""
    missing = [gap for gap in rules.lacking(queries.asked_of(row)) if gap.severity is Severity.ALARM]
    words = " ".join(str(gap.text) for gap in missing)
    body = {"words": words, "missing": [gap.field for gap in missing]}
    doing.move(work, row, RequestAct.ASK_MORE)
    posted = doing.tell(work, row, life.MOVES[RequestAct.ASK_MORE].message, body)
    doing.note(work, row, RequestAct.ASK_MORE, words, body, posted.jti, doing.MACHINE)


def refuse_for_others(work: Work, row: TraceRequestRow, words: str) -> None:
    """Refuse, by machine, what is asked on behalf of another State that we do not answer through this one."""
    ground = RestrictionGround.CONFIDENTIALITY_LAW
    doing.move(work, row, RequestAct.REFUSE)
    body = {"words": words, "ground": ground.value}
    posted = doing.tell(work, row, life.MOVES[RequestAct.REFUSE].message, body)
    doing.note(work, row, RequestAct.REFUSE, words, {"ground": ground.value}, posted.jti, doing.MACHINE)
