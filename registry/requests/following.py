"""Going on: to the State that an answer names, and after what is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.core.errors import Conflict, RegistryError, refuse_if
from registry.core.work import OPERATOR, Office, Work
from registry.exchange import queries as exchange
from registry.requests import (
    attached,
    chain,
    chain_links,
    clock,
    doing,
    hop_queries,
    late_queries,
    life,
    onward,
    queries,
)
from registry.requests.tables import TraceRequestRow
from schemas.requests import RequestNew
from schemas.requests_vocabulary import Direction, NoticeKind, RequestAct, RequestState
from schemas.words import said


def ask_next(work: Work, row: TraceRequestRow, made_by: int) -> TraceRequestRow:
    """Ask the State that an answer names the same; raises Refused where the chain ends, Conflict if asked.

    Where it has no node the request stays a draft, to be sent by other means. How the firearm went there is
    told only where the answer was released for that State too, and to be kept without an end: ours would
    not be that State's.
    """
    links = chain_links.links(work, row)
    refuse_if(chain.unmet_to_follow(links, work.home))
    if known := chain_links.follower(work, row.id):
        raise Conflict(said("That State is asked already: %(number)s", number=queries.request_number(known)))
    following = doing.opened(
        work,
        Direction.OUT,
        _asked_next(work, row, links[-1]),
        links[-1].to,
        made_by,
        row.trace_id,
        row.id,
    )
    attached.take_along(work, row, following)
    doing.note(work, following, NoticeKind.DRAFTED, details={"follows": queries.request_number(row.id)})
    if exchange.is_trusted(work, following.peer):
        doing.send(work, following)
    number = queries.request_number(following.id)
    doing.note(work, row, NoticeKind.ASKED_NEXT, details={"state": links[-1].to, "request": number})
    return following


def _asked_next(work: Work, row: TraceRequestRow, link: chain.Link) -> RequestNew:
    asked = queries.asked_of(row)
    answer, bound = chain_links.told_last(work, row)
    told = answer.get("next_state") or {}
    if link.to not in bound.get("audience", ()) or bound.get("retain_until"):
        told = {}
    left = told.get("date", "")
    return replace(
        asked,
        to=link.to,
        left_on=date.fromisoformat(left) if left else None,
        document_kind=told.get("document_kind", ""),
        document_number=told.get("document_number", ""),
    )


def go_on_by_itself(work: Work, row: TraceRequestRow) -> None:
    """After an answer: ask the State it names where that is allowed, else note why the chain stands.

    Whoever asked on another State's behalf goes on for none, and nobody does whom others ask for.
    """
    if onward.asked_for(work, row) is not None:
        return
    if hop_queries.is_awaited(work, row):
        return
    links = chain_links.links(work, row)
    if reason := chain.ending(links, work.home):
        doing.note(work, row, NoticeKind.CHAIN_ENDED, reason, by=doing.MACHINE)
        return
    rule = queries.rule_row(work, links[-1].to)
    if rule is None or not rule.ask or not exchange.is_trusted(work, links[-1].to):
        return
    if not hop_queries.is_proven(work, row):  # a person may go on by what nobody could verify here
        return
    if chain_links.follower(work, row.id) is None:
        ask_next(work, row, doing.MACHINE)


def wait_onward(work: Work, row: TraceRequestRow, until: date | None = None) -> None:
    """Wait for a word of what others ask on our behalf as long as an answer may take, or until the day that
    was told; not where nobody is asked or to ask.
    """
    if not hop_queries.is_asked_on(work, row, queries.answer_of(row)):
        row.onward_due_at = None
        return
    due = queries.due_at(work, row)
    row.onward_due_at = max(due, clock.end_of(until, "UTC")) if until else due


def _wait_no_more(work: Work, row: TraceRequestRow) -> None:
    """No word came of what others ask on our behalf: we may ask that State ourselves."""
    row.onward_due_at = None
    row.version += 1
    words = said("What others ask on our behalf is late: we wait for it no longer.")
    doing.note(work, row, NoticeKind.ESCALATED, words, by=doing.MACHINE)
    go_on_by_itself(work, row)


def escalate(work: Work) -> int:
    """Note everything that is late and nobody was told of; remind the States that are late; how many.

    What we ask for another State and could not deliver is told to that one.
    """
    late = late_queries.overdue(work)
    for row in late:
        row.escalated_at = work.now
        doing.note(work, row, NoticeKind.ESCALATED, by=doing.MACHINE)
        if row.direction == Direction.OUT and not row.means:  # a letter is for a person to send
            remind(work, row, said("The answer is late; where does it stand?"))
            onward.tell(work, row, late=True)
    undelivered = late_queries.undelivered(work)
    for row in undelivered:
        onward.give_up(work, row)
    awaited = late_queries.awaited_too_long(work, locked=True)
    for row in awaited:
        _wait_no_more(work, row)
    return len(late) + len(undelivered) + len(awaited)


def remind(work: Work, row: TraceRequestRow, words: str) -> None:
    """Ask the other State where its answer stands."""
    refuse_if(life.unmet_to_do(RequestAct.REMIND, RequestState(row.state), queries.side_of(row)))
    body = {"words": words}
    posted = doing.tell(work, row, life.MOVES[RequestAct.REMIND].message, body)
    row.version += 1
    doing.note(work, row, RequestAct.REMIND, words, jti=posted.jti)


def escalate_due(office: Office) -> int:
    """As `escalate`, in a work of its own where anything is late; how many."""
    with office.look(OPERATOR) as work:
        if not late_queries.is_any(work):
            return 0
    try:
        with office.begin(OPERATOR, doing="request.escalate") as work:
            return escalate(work)
    except RegistryError:
        return 0  # keys or a State are missing now; the next round tries again


DUE = {"requests": escalate_due}
"""What is done now and then beside deliveries."""
