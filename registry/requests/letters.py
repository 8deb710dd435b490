"""What people do where a State is reached, or writes, by other means than the exchange.

A request leaves as paper and as signed file; what the other State writes is entered by hand, with its scan.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any

from registry.core.days import day_in
from registry.core.errors import Invalid, Stale, refuse_if
from registry.core.work import Work, act
from registry.directory.queries import check_country
from registry.exchange import attachments
from registry.exchange.outbox import new_identifier
from registry.exchange.scans import Scan
from registry.requests import (
    answering,
    clock,
    doing,
    following,
    holder_queries,
    letter_rules,
    life,
    queries,
    rules,
)
from registry.requests.tables import RequestFile, TraceRequestRow
from registry.requests.views import RequestView
from schemas.exchange import Handling
from schemas.letters import CarryNew, Letter, RequestLetter
from schemas.requests import RequestNew
from schemas.requests_vocabulary import Direction, RequestAct, RequestState, Side
from schemas.vocabulary import May
from schemas.words import said

_ANSWERS = frozenset({RequestAct.ANSWER, RequestAct.ANSWER_IN_PART})


@act(May.REQUEST_SEND)
def carry(work: Work, request_id: int, new: CarryNew, version: int) -> RequestView:
    """Let a complete draft leave as paper and signed file, and write down by which means, when, by whom.

    It passes the gate of every request (ITI 18). Raises NotFound, Stale, Refused with what is lacking.
    """
    row = queries.request_row(work, request_id, locked=True)
    if row.version != version:
        raise Stale
    refuse_if(life.unmet_to_do(RequestAct.SEND, RequestState(row.state), queries.side_of(row)))
    refuse_if(rules.unmet_to_send(queries.asked_of(row), work.home))
    sent_on = new.sent_on or work.today
    if sent_on > work.today:
        raise Invalid.at("sent_on", "This day has not come yet.")
    row.means = new.means.value
    doing.send(work, row, new.words, {"means": new.means, "sent_on": sent_on})
    row.sent_at = _moment(work, sent_on)
    return queries.request(work, row.id)


def _moment(work: Work, day: date) -> datetime:
    """Now, or with which moment a day began that is over."""
    return work.now if day == work.today else clock.end_of(day - timedelta(days=1), work.zone)


@act(May.EXCHANGE_CARRY)
def enter(work: Work, request_id: int, new: Letter, scan: Scan, version: int) -> RequestView:
    """Enter by hand what the other State wrote, with the scan of its letter.

    Raises NotFound, Stale, Refused with what is lacking or is no step now, Invalid.
    """
    row = queries.request_row(work, request_id, locked=True)
    if row.version != version:
        raise Stale
    side = Side.ASKED if queries.side_of(row) is Side.ASKING else Side.ASKING
    sent_on = day_in(work.zone, row.sent_at) if row.sent_at else None
    refuse_if(letter_rules.unmet_to_enter(new, RequestState(row.state), side, work.today, sent_on))
    if new.next_state:
        check_country(work, new.next_state, "next_state")
    _hear(work, row, new, scan)
    if new.act in _ANSWERS or new.act is RequestAct.REFUSE:
        following.go_on_by_itself(work, row)
    return queries.request(work, row.id)


def _hear(work: Work, row: TraceRequestRow, new: Letter, scan: Scan) -> None:
    """What the letter does to the request, its line in the course, and its scan."""
    details: dict[str, Any] = {
        "entered": True,
        "means": new.means,
        "received_on": new.received_on,
        "reference": new.reference,
        "ground": new.ground,
        "until": new.until,
        "outcome": new.useful,
    }
    if new.act in _ANSWERS:
        answer, bound = _told(new), holder_queries.bound(work, row, asdict(_bound(work, new)))
        row.answer, row.handling = answering.dumped(answer), answering.dumped(bound)
        row.answered_at, row.entered_by = work.now, work.actor.user_id
        row.keep_until = answering.earliest(row.keep_until, answering.kept_until(bound))
        details |= {"answer": answer, "handling": bound}
    if new.reference:
        row.their_number = new.reference
    if new.act is RequestAct.ACKNOWLEDGE:
        row.acknowledged_at = work.now
    if new.act is RequestAct.CLOSE and new.useful:
        row.outcome = new.useful.value
    doing.settle(work, row, life.after_hearing(new.act, RequestState(row.state)))
    if new.act is RequestAct.DELAY and new.until:
        row.due_at, row.escalated_at = clock.end_of(new.until, work.zone), None
    words = "" if "answer" in details else new.words  # they go with the answer
    doing.note(work, row, new.act, words, {name: value for name, value in details.items() if value})
    _keep(work, row, scan)


def _told(new: Letter) -> dict[str, Any]:
    """The answer in the shape of one that was sent."""
    left = new.next_state and {
        "code": new.next_state,
        "date": new.next_on.isoformat() if new.next_on else "",
        "document_kind": new.document_kind,
        "document_number": new.document_number,
    }
    return {
        "outcome": new.outcome.value if new.outcome else "",
        "level": letter_rules.level(new.outcome),
        "statement": new.statement,
        "candidates": [],
        "steps": [],
        "last_holder": new.last_holder,
        "next_state": left or None,
        "findings": [],
        "wanted": [],
        "withheld": [],
        "ground": new.ground.value if new.ground else None,
        "words": new.words,
        "by_machine": False,
    }


def _bound(work: Work, new: Letter) -> Handling:
    audience = tuple(dict.fromkeys(filter(None, (work.home, new.next_state))))
    return Handling(audience, new.onward.value, new.retain_until, new.caveat)


@act(May.EXCHANGE_CARRY)
def enter_request(work: Work, new: RequestLetter, scan: Scan) -> RequestView:
    """Enter a request that came by letter, with its scan: it is acknowledged and traced as any other.

    Raises Invalid naming the field.
    """
    refuse_if(letter_rules.unmet_for_day(new.received_on, work.today, None))
    check_country(work, new.sender, "sender")
    check_country(work, new.country, "country", historic_ok=True)
    if new.sender == work.home:
        raise Invalid.at("sender", said("That is our own State: trace it here."))
    asked = _asked(work, new)
    row = doing.opened(
        work,
        Direction.IN,
        asked,
        new.sender,
        work.actor.user_id,
        thread=new_identifier(work.now),
        sent_at=_moment(work, new.received_on),
        means=new.means.value,
        their_number=new.reference,
    )
    details = {
        "entered": True,
        "means": new.means,
        "received_on": new.received_on,
        "reference": new.reference,
        "body": doing.message_of(asked)[0],
    }
    doing.note(work, row, RequestAct.SEND, details=details)
    _keep(work, row, scan)
    answering.acknowledge(work, row)
    answering.search(work, row)
    return queries.request(work, row.id)


def _asked(work: Work, new: RequestLetter) -> RequestNew:
    """What it asks, of our State, whatever is told; its trace is the one that follows."""
    given = {field.name: getattr(new, field.name) for field in fields(RequestNew)}
    return RequestNew(**given | {"to": work.home, "trace": ""})


def _keep(work: Work, row: TraceRequestRow, scan: Scan) -> None:
    """Keep the scan beside the line of the course that was written last; its bytes once."""
    n = queries.last_event(work, row.id)
    attachments.keep(work, scan.digest, scan.content)
    work.session.add(
        RequestFile(
            request_id=row.id,
            n=n,
            digest=scan.digest,
            name=scan.name,
            media=scan.media,
            size=len(scan.content),
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
