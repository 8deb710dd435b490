"""Messages about traces: what another State's word does here; what crossed ours on the way is kept too."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from registry.core.erasing import LOCK
from registry.core.errors import Refused, refuse_if
from registry.core.work import Work
from registry.exchange import attachments
from registry.exchange.kinds import Kind, Kinds, Received
from registry.requests import (
    answering,
    behalf,
    clock,
    delegation,
    doing,
    following,
    forgetting,
    holder_queries,
    hops,
    life,
    onward,
    queries,
    redaction,
    rules,
)
from registry.requests.tables import OnwardConsent, TraceRequestRow
from registry.tracing import acts as tracing
from schemas import request_messages as shapes
from schemas.exchange import Message
from schemas.requests import RequestNew
from schemas.requests_vocabulary import (
    ConsentState,
    Delegation,
    Direction,
    NoticeKind,
    RequestAct,
    RequestState,
)
from schemas.vocabulary import May, Purpose
from schemas.words import said

_ASKS = frozenset({"trace.request"})
_PURPOSES = frozenset(purpose.value for purpose in Purpose)


def _asked(work: Work, message: Message, body: shapes.TraceRequest) -> RequestNew:
    """What another State asks, as we keep it."""
    use = message.purpose
    purpose = Purpose(use.code) if use.code in _PURPOSES else Purpose.FOREIGN_REQUEST
    return RequestNew(
        **_plain(body),
        delegation=Delegation(message.delegation),
        to=work.home,
        case_number=use.case or said("not told"),
        purpose=purpose,
        legal_basis=use.legal_basis,
        intended_use=use.intended_use,
    )


def _plain(body: shapes.TraceRequest) -> dict[str, Any]:
    """What is asked, without the word that it goes on from."""
    return {name: value for name, value in vars(body).items() if name != "behalf"}


def find(work: Work, received: Received) -> answering.Found | None:
    """What our records say to what another State asks; None where it asks for others."""
    message = received.message
    if received.body.behalf:
        return None
    return answering.find(work, message.iss, _asked(work, message, received.body))


def joins(received: Received) -> bool:
    """Whether a request is one of its State alone, with what it says and nothing to be fetched."""
    message = received.message
    asks_alone = not received.body.behalf and not message.path and message.delegation == Delegation.NONE
    return asks_alone and not message.attachments


def take_request(work: Work, received: Received) -> None:
    """Keep it, acknowledge and trace it at once; answer, or ask for more, where that is plain.

    What is asked on behalf of others is refused at once where we answer no such thing.
    """
    message = received.message
    way = behalf.judged(work, received)
    asked = _asked(work, message, received.body)
    row = doing.taken_in(work, asked, message, received.sha256)
    details = {"body": doing.message_of(asked)[0], "purpose": vars(message.purpose), "path": message.path}
    doing.note(work, row, RequestAct.SEND, details=details, jti=message.jti)
    answering.acknowledge(work, row)
    if len(way) > 1:
        behalf.keep(work, row, way)
        if why := behalf.refusal(work, way):
            answering.refuse_for_others(work, row, why)
            doing.write(work, row)
            return
    looked_up = received.found or answering.find(work, message.iss, asked)
    found = answering.keep(work, row, looked_up, tracing.keep_with)
    if not answering.is_complete(asked):
        answering.ask_for_what_lacks(work, row)
    else:
        answering.answer_by_itself(work, row, found)
    doing.write(work, row)


def _ours(work: Work, received: Received) -> TraceRequestRow:
    return queries.in_thread(work, received.message.iss, received.message.thread, Direction.OUT)


def _theirs(work: Work, received: Received) -> TraceRequestRow:
    return queries.in_thread(work, received.message.iss, received.message.thread, Direction.IN)


def _hear(work: Work, row: TraceRequestRow, act: RequestAct, received: Received, words: str = "") -> bool:
    """Note their step and do it, unless it crossed one of ours; whether it was done."""
    state = RequestState(row.state)
    moves = life.heeds(act, state)
    if moves:
        doing.settle(work, row, life.after_hearing(act, state))
    body = {name: value for name, value in asdict(received.body).items() if name != "words"}
    details = {name: value for name, value in body.items() if value not in (None, "", ())}
    if not moves:
        row.version += 1
        details["crossed"] = True
    doing.note(work, row, act, words, details, received.message.jti)
    if moves and act in _TOLD_ONWARD:
        onward.tell(work, row, received.jws)
    return moves


_TOLD_ONWARD = frozenset({RequestAct.ASK_MORE, RequestAct.DELAY, RequestAct.REFUSE})
"""What is told to whoever we ask for, beside an answer."""


def take_acknowledgement(work: Work, received: Received) -> None:
    """ITI 19: they have it; under which number, and until when they mean to answer."""
    row = _ours(work, received)
    row.their_number, row.acknowledged_at = received.body.number, work.now
    _hear(work, row, RequestAct.ACKNOWLEDGE, received)


def take_question_for_more(work: Work, received: Received) -> None:
    """ITI 21: they need more."""
    _hear(work, _ours(work, received), RequestAct.ASK_MORE, received, received.body.words)


def take_delay(work: Work, received: Received) -> None:
    """ITI 22: it takes longer, and why."""
    row = _ours(work, received)
    if _hear(work, row, RequestAct.DELAY, received, received.body.words) and received.body.until:
        row.due_at, row.escalated_at = clock.end_of(received.body.until, "UTC"), None


def take_refusal(work: Work, received: Received) -> None:
    """ITI 22, 23: they refuse, and say why; a chain ends there."""
    row = _ours(work, received)
    if _hear(work, row, RequestAct.REFUSE, received, received.body.words):
        following.go_on_by_itself(work, row)


def take_response(work: Work, received: Received) -> None:
    """ITI 20: their answer, with what binds us; the chain goes on by itself where that is allowed.

    One that no step expects is written down and replaces nothing, nor does one that was sent before another
    that is here; what bound us before binds us still, and what came is kept until the earliest day.
    """
    row, body = _ours(work, received), asdict(received.body)
    message, state = received.message, RequestState(row.state)
    act = RequestAct.ANSWER_IN_PART if body["withheld"] else RequestAct.ANSWER
    after = life.after_hearing(act, state)
    if body["second_step"]:
        act = RequestAct.NAME_HOLDER if body["holder"] else RequestAct.KEEP_HOLDER
    late = holder_queries.is_late(work, row, message.jti, message.ch.seq)
    heard = not late and (after is not None or life.is_heard(act, state))
    theirs = asdict(message.handling)
    bound = holder_queries.bound(work, row, theirs)
    if heard:
        row.answer, row.handling = answering.dumped(body), answering.dumped(bound)
        row.answered_at = work.now
        doing.settle(work, row, after)
    else:
        row.version += 1
        if row.answer:
            row.handling = answering.dumped(redaction.tightened(theirs, queries.handling_of(row)))
    row.keep_until = answering.earliest(row.keep_until, answering.kept_until(bound))
    details = {"answer": body, "handling": bound} | ({} if heard else {"crossed": True})
    doing.note(work, row, act, details=details, jti=received.message.jti)  # its words go with the answer
    if heard and after is not None:
        following.wait_onward(work, row)
        onward.tell(work, row, received.jws)
        following.go_on_by_itself(work, row)


def take_more(work: Work, received: Received) -> None:
    """ITI 21: what they were asked for; it is traced again at once. What nobody asked for changes nothing."""
    row = _theirs(work, received)
    if not life.heeds(RequestAct.GIVE_MORE, RequestState(row.state)):
        _hear(work, row, RequestAct.GIVE_MORE, received, received.body.words)
        attachments.refuse(work, received, "it was not asked for")
        return
    before = queries.asked_of(row)
    told = RequestNew(
        **_plain(received.body.request),
        delegation=before.delegation,
        to=before.to,
        case_number=before.case_number,
        purpose=before.purpose,
        legal_basis=before.legal_basis,
        intended_use=before.intended_use,
    )
    if behalf.path_of(work, row):
        refuse_if(rules.unmet_by_more(before, told))
    row.asked, row.urgency = queries.kept(told), told.urgency.value
    row.keep_until = answering.earliest(row.keep_until, received.message.handling.retain_until)
    _hear(work, row, RequestAct.GIVE_MORE, received, received.body.words)
    if delegation.is_another(before, told):
        onward.withdraw(work, row, said("%(state)s has told it otherwise since.", state=row.peer))
    answering.answer_by_itself(work, row, answering.search(work, row))


def take_question_why(work: Work, received: Received) -> None:
    """ITI 23: they seek clarification."""
    _hear(work, _theirs(work, received), RequestAct.CLARIFY, received, received.body.words)


def take_withdrawal(work: Work, received: Received) -> None:
    """They need no answer any more, and we none of their files, unless a hold here keeps them."""
    work.lock(LOCK)
    row = _theirs(work, received)
    onward_only = onward.is_gone_on(work, row)
    act = RequestAct.WITHDRAW_ONWARD if onward_only else RequestAct.WITHDRAW
    if _hear(work, row, act, received, received.body.words) and not onward_only:
        forgetting.files_withdrawn(work, row)
    onward.withdraw(work, row, said("%(state)s needs it no more.", state=row.peer))


def take_reminder(work: Work, received: Received) -> None:
    """They ask where it stands."""
    _hear(work, _theirs(work, received), RequestAct.REMIND, received, received.body.words)


def take_feedback(work: Work, received: Received) -> None:
    """What the answer was good for; the request is closed."""
    row = _theirs(work, received)
    row.outcome = received.body.outcome.value
    _hear(work, row, RequestAct.CLOSE, received, received.body.words)
    onward.withdraw(work, row, said("%(state)s needs it no more.", state=row.peer))


def take_consent_request(work: Work, received: Received) -> None:
    """ITI 15: they ask whether an answer of ours may go on."""
    row, body, message = _theirs(work, received), received.body, received.message
    if work.session.get(OnwardConsent, (row.id, body.n)) is not None:
        raise Refused(said("That number was used for another consent"))
    work.session.add(
        OnwardConsent(
            request_id=row.id,
            n=body.n,
            recipient=body.recipient,
            purpose=body.purpose,
            state=ConsentState.ASKED.value,
            asked_at=work.now,
            asked_by=work.actor.user_id,
            jti=message.jti,
            sha256=received.sha256,
        )
    )
    row.version += 1
    doing.note(work, row, NoticeKind.CONSENT_ASKED, body.purpose, {"recipient": body.recipient}, message.jti)


def take_consent(work: Work, received: Received) -> None:
    """What the source says to onward use."""
    row, body, message = _ours(work, received), received.body, received.message
    consent = queries.consent_asked_by(work, row.id, message.re.jti if message.re else "")
    if consent is None or consent.n != body.n or consent.state != ConsentState.ASKED:
        raise Refused(said("That answers no question of ours that is open"))
    consent.state = (ConsentState.GRANTED if body.granted else ConsentState.REFUSED).value
    consent.words, consent.answered_at = body.words, work.now
    row.version += 1
    what = NoticeKind.CONSENT_GIVEN if body.granted else NoticeKind.CONSENT_REFUSED
    doing.note(work, row, what, body.words, {"recipient": consent.recipient}, message.jti)


def _answers(type_: str, shape: Any, handle: Any, attaches: bool = False) -> Kind:
    return Kind(type_, shape, handle, answers=_ASKS, attaches=attaches)


def _follows(
    type_: str, shape: Any, handle: Any, may: frozenset[May] = frozenset(), attaches: bool = False
) -> Kind:
    return Kind(type_, shape, handle, may=may, after=_ASKS, attaches=attaches)


_TRACES = frozenset({May.TRACE_ASK})
_ALL = (
    Kind(
        "trace.request",
        shapes.TraceRequestSchema,
        take_request,
        may=_TRACES,
        attaches=True,
        ahead=doing.ahead,
        of_all=doing.of_all,
        find=find,
        joins=joins,
    ),
    _answers("trace.ack", shapes.AcknowledgedSchema, take_acknowledgement),
    _answers("trace.clarify", shapes.WordsSchema, take_question_for_more),
    _answers("trace.delay", shapes.RestrictedSchema, take_delay),
    _answers("trace.refuse", shapes.RestrictedSchema, take_refusal),
    _answers("trace.response", shapes.TraceResponseSchema, take_response, attaches=True),
    _answers(onward.TOLD, shapes.ToldOnwardSchema, hops.take),
    _follows("trace.more", shapes.MoreSchema, take_more, _TRACES, attaches=True),
    _follows("trace.question", shapes.WordsSchema, take_question_why),
    _follows("trace.cancel", shapes.WordsSchema, take_withdrawal),
    _follows("trace.status", shapes.WordsSchema, take_reminder),
    _follows("trace.feedback", shapes.FeedbackSchema, take_feedback),
    _follows("consent.request", shapes.ConsentAskedSchema, take_consent_request),
    Kind("consent.reply", shapes.ConsentToldSchema, take_consent, answers=frozenset({"consent.request"})),
)
KINDS: Kinds = {kind.type: kind for kind in _ALL}
