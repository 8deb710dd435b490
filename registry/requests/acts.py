"""What people do in requests between States."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from registry.core.errors import Conflict, Forbidden, Invalid, Stale, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act, for_purpose
from registry.directory.queries import check_country
from registry.requests import (
    answering,
    clock,
    delegation,
    doing,
    following,
    hop_queries,
    life,
    naming,
    onward,
    queries,
    rules,
)
from registry.requests.tables import OnwardConsent, PeerRule, TraceRequestRow
from registry.requests.views import PeerRuleView, RequestView
from registry.tracing.queries import trace
from schemas.requests import ConsentNew, ConsentReply, PeerRuleNew, RequestNew, Step
from schemas.requests_vocabulary import (
    ConsentState,
    Direction,
    ForOthers,
    NoticeKind,
    RequestAct,
    RequestState,
    Side,
)
from schemas.vocabulary import May
from schemas.words import said

_BY_HAND = frozenset({RequestAct.SEND, RequestAct.REMIND, RequestAct.GIVE_MORE})


@act(May.REQUEST_WRITE)
def draft(work: Work, new: RequestNew) -> RequestView:
    """Begin a request to another State; it may lack anything but the State and a case."""
    for_purpose(work.actor, May.REQUEST_WRITE, new.purpose)
    _check(work, new)
    row = doing.opened(work, Direction.OUT, new, new.to, work.actor.user_id, _trace(work, new))
    doing.note(work, row, NoticeKind.DRAFTED)
    return queries.request(work, row.id)


@act(May.REQUEST_WRITE)
def edit(work: Work, request_id: int, new: RequestNew, version: int) -> RequestView:
    """Write a request anew while it is a draft, or while the other State waits for more of it.

    Raises NotFound, Stale, Conflict.
    """
    row = _current(work, request_id, version)
    if not life.is_editable(Direction(row.direction), RequestState(row.state), bool(row.means)):
        raise Conflict(said("Only a draft is written anew, and what more was asked of"))
    if onward.asked_for(work, row) is not None:
        raise Conflict(said("It is asked on behalf of another State, in the words of that State"))
    if row.direction == Direction.IN:
        return _edit_letter(work, row, new)
    if row.state == RequestState.MORE_ASKED and new.to != row.peer:
        raise Invalid.at("to", said("This State has the request."))
    if row.state == RequestState.MORE_ASKED:  # the first word says whether others may be asked
        before = queries.asked_of(row)
        new = replace(new, delegation=before.delegation)
        if hop_queries.of(work, row) and delegation.is_another(before, new):
            raise Conflict(
                said("Others were asked for us already: ask for another firearm by a new request.")
            )
    _check(work, new)
    row.peer, row.asked, row.case_number = new.to, queries.kept(new), new.case_number
    row.urgency, row.version = new.urgency.value, row.version + 1
    row.trace_id = _trace(work, new) or row.trace_id
    work.session.flush()
    return queries.request(work, row.id)


def _edit_letter(work: Work, row: TraceRequestRow, new: RequestNew) -> RequestView:
    """What was entered of another State's letter, as it reads; it asks our State, whatever is told."""
    check_country(work, new.country, "country", historic_ok=True)
    row.asked, row.case_number = queries.kept(replace(new, to=work.home, trace="")), new.case_number
    row.urgency, row.version = new.urgency.value, row.version + 1
    work.session.flush()
    return queries.request(work, row.id)


def _check(work: Work, new: RequestNew) -> None:
    check_country(work, new.to, "to")
    check_country(work, new.country, "country", historic_ok=True)
    if new.to == work.home:
        raise Invalid.at("to", said("That is our own State: trace it here."))


def _trace(work: Work, new: RequestNew) -> int | None:
    if not new.trace:
        return None
    key = parse_registry_number("T", new.trace, "trace")
    trace(work, key)  # whoever asks may see it
    return key


@act(May.REQUEST_SEND)
def ask(work: Work, request_id: int, step: Step, version: int) -> RequestView:
    """A step of the asking side: send, give more, ask why, remind, withdraw, close.

    Raises NotFound, Stale, Refused with what is lacking.
    """
    row = _current(work, request_id, version)
    asked = queries.asked_of(row)
    refuse_if(life.unmet_to_do(step.act, RequestState(row.state), queries.side_of(row)))
    refuse_if(rules.unmet_for_step(step, asked, work.today))
    if step.act is RequestAct.WITHDRAW_ONWARD and not hop_queries.is_open(work, row):
        raise Conflict(said("Nobody is being asked on our behalf"))
    if step.act in _BY_HAND:
        refuse_if(rules.unmet_to_send(asked, work.home))
    if step.act is RequestAct.SEND:
        doing.send(work, row)
    elif step.act is RequestAct.REMIND:
        following.remind(work, row, step.words or said("Where does the answer stand?"))
    else:
        _say(work, row, step, _said_by_asking(step, asked))
    return queries.request(work, row.id)


def _said_by_asking(step: Step, asked: RequestNew) -> dict[str, Any]:
    if step.act is RequestAct.GIVE_MORE:
        return {"words": step.words, "request": doing.message_of(asked)[0]}
    if step.act is RequestAct.CLOSE:
        return {"outcome": step.outcome, "words": step.words}
    return {"words": step.words}


@act(May.REQUEST_ANSWER)
def answer(work: Work, request_id: int, step: Step, version: int) -> RequestView:
    """A step of the asked side: ask for more, answer in full or in part, keep the last holder, delay, refuse.

    Raises NotFound, Stale, Forbidden for what takes two, Refused with what is lacking.
    """
    row = _current(work, request_id, version)
    refuse_if(life.unmet_to_do(step.act, RequestState(row.state), queries.side_of(row)))
    refuse_if(rules.unmet_for_step(step, queries.asked_of(row), work.today))
    if step.act in (RequestAct.ANSWER, RequestAct.ANSWER_IN_PART):
        told = answering.proposed(work, row)
        if told is None:
            raise Conflict(said("Nothing was found for it yet: trace it again first"))
        answering.release(work, row, told, step)
    elif step.act is RequestAct.NAME_HOLDER:
        raise Forbidden(said("This takes two: propose it, and somebody else approves it."))
    elif step.act is RequestAct.KEEP_HOLDER:
        naming.keep(work, row, step)
    else:
        body = {"words": step.words, "ground": step.ground, "until": step.until}
        _say(work, row, step, body)
        if step.act is RequestAct.DELAY and step.until is not None:
            row.due_at, row.escalated_at = clock.end_of(step.until, work.zone), None
    work.session.flush()
    return queries.request(work, row.id)


@act(May.REQUEST_ANSWER)
def trace_again(work: Work, request_id: int, version: int) -> RequestView:
    """Search our records anew for what another State asks: since they may have changed, or it told more."""
    row = _current(work, request_id, version)
    if queries.side_of(row) is not Side.ASKED or RequestState(row.state) not in life.OPEN:
        raise Conflict(said("Only a request of another State that is open is traced"))
    row.version += 1
    answering.search(work, row)
    return queries.request(work, row.id)


def _say(work: Work, row: TraceRequestRow, step: Step, body: dict[str, Any]) -> None:
    """A step that is a message in words."""
    if step.act is RequestAct.CLOSE and step.outcome is not None:
        row.outcome = step.outcome.value
    doing.move(work, row, step.act)
    more = step.act is RequestAct.GIVE_MORE
    posted = doing.tell(work, row, life.MOVES[step.act].message, body, with_files=more)
    told = {name: value for name, value in body.items() if name != "words" and value not in (None, "")}
    doing.note(work, row, step.act, step.words, told, posted.jti)
    if step.act is RequestAct.WITHDRAW:
        onward.tell(work, row)


@act(May.REQUEST_SEND)
def ask_onward(work: Work, request_id: int, version: int) -> RequestView:
    """Ask the State that our answer names on behalf of the one that asked us, and allowed it.

    Raises Refused where it leads nowhere, or our rule for that State forbids it, Conflict, Stale.
    """
    row = _current(work, request_id, version)
    if queries.side_of(row) is not Side.ASKED:
        raise Conflict(said("Only what another State asks is asked on for it"))
    rule = queries.rule_row(work, row.peer)
    refuse_if(rules.unmet_to_ask_onward(ForOthers(rule.onward) if rule else ForOthers.NEVER))
    return queries.request(work, onward.ask(work, row, work.actor.user_id).id)


@act(May.REQUEST_SEND)
def follow(work: Work, request_id: int, version: int) -> RequestView:
    """Ask the State that an answer names; raises Refused where the chain ends, Conflict where it is asked."""
    row = _current(work, request_id, version)
    if queries.side_of(row) is not Side.ASKING:
        raise Conflict(said("Only a chain of our own is followed"))
    if onward.asked_for(work, row) is not None:
        raise Conflict(said("It is asked on behalf of another State, whose chain it is"))
    row.version += 1
    return queries.request(work, following.ask_next(work, row, work.actor.user_id).id)


@act(May.REQUEST_SEND)
def ask_consent(work: Work, request_id: int, new: ConsentNew, version: int) -> RequestView:
    """Ask the source whether its answer may go on to somebody else (ITI 15); raises Refused."""
    row = _current(work, request_id, version)
    if queries.side_of(row) is not Side.ASKING:
        raise Conflict(said("We are the source of that answer"))
    bound = (queries.handling_of(row), *map(hop_queries.bound_in, hop_queries.answered(work, row)))
    refuse_if(rules.unmet_to_pass_on([told.get("onward", "none") for told in bound], bool(row.answer)))
    n = len(queries.consents(work, row.id)) + 1
    posted = doing.tell(work, row, "consent.request", {"n": n, **asdict(new)})
    work.session.add(
        OnwardConsent(
            request_id=row.id,
            n=n,
            recipient=new.recipient,
            purpose=new.purpose,
            state=ConsentState.ASKED.value,
            asked_at=work.now,
            asked_by=work.actor.user_id,
            jti=posted.jti,
            sha256=posted.sha256,
        )
    )
    row.version += 1
    doing.note(work, row, NoticeKind.CONSENT_ASKED, new.purpose, {"recipient": new.recipient}, posted.jti)
    return queries.request(work, row.id)


@act(May.REQUEST_ANSWER)
def reply_consent(work: Work, request_id: int, n: int, reply: ConsentReply, version: int) -> RequestView:
    """As the source, let an answer of ours go on, or not; once."""
    row = _current(work, request_id, version)
    if queries.side_of(row) is not Side.ASKED:
        raise Conflict(said("We are not the source of that answer"))
    consent = queries.consent_row(work, row.id, n)
    refuse_if(rules.unmet_to_reply(consent.state))
    what = NoticeKind.CONSENT_GIVEN if reply.granted else NoticeKind.CONSENT_REFUSED
    posted = doing.reply_to_consent(work, row, consent, {"n": n, **asdict(reply)})
    consent.state = (ConsentState.GRANTED if reply.granted else ConsentState.REFUSED).value
    consent.words, consent.answered_at = reply.words, work.now
    row.version += 1
    doing.note(work, row, what, reply.words, {"recipient": consent.recipient}, posted.jti)
    return queries.request(work, row.id)


@act(May.REQUEST_RULE_SET)
def set_rule(work: Work, state: str, new: PeerRuleNew) -> PeerRuleView:
    """Say what goes by itself with a State; raises Invalid for our own or an unknown one."""
    check_country(work, state, "state")
    if state == work.home:
        raise Forbidden("A State makes no rule with itself")
    row = queries.rule_row(work, state)
    if row is None:
        row = PeerRule(state=state, version=0)
        work.session.add(row)
    row.release, row.ask, row.reason = new.release, new.ask, new.reason
    row.onward, row.behalf = new.onward.value, new.behalf.value
    row.set_at, row.set_by, row.version = work.now, work.actor.user_id, row.version + 1
    work.session.flush()
    return queries.rule_view(state, row)


def _current(work: Work, request_id: int, version: int) -> TraceRequestRow:
    row = queries.request_row(work, request_id, locked=True)
    if row.version != version:
        raise Stale
    return row
