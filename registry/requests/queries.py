"""Reading requests between States."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import func, select

from registry.calendars.queries import calendar
from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, is_own
from registry.exchange import queries as exchange
from registry.exchange.tables import ExchangeOut
from registry.requests import (
    answer_queries,
    attached,
    clock,
    disclosure_queries,
    hop_queries,
    kept_files,
    life,
    locking,
    rules,
)
from registry.requests.tables import (
    OnwardConsent,
    PeerRule,
    RequestEvent,
    RequestFile,
    TraceRequestRow,
)
from registry.requests.views import (
    ConsentView,
    EventView,
    PeerRuleView,
    RequestRow,
    RequestView,
)
from registry.tracing.queries import trace_number
from schemas.paging import Page
from schemas.requests import RequestNew, RequestNewSchema, RequestsAsked
from schemas.requests_vocabulary import (
    Direction,
    ForOthers,
    HolderState,
    RequestAct,
    RequestState,
    Side,
    Urgency,
)
from schemas.vocabulary import May
from schemas.words import said

_SHAPE = RequestNewSchema()
MOST_QUEUED = 200
RELEASE = Prepared("SELECT release FROM peer_rule WHERE state = :state")


def request_number(request_id: int) -> str:
    """The number people see: RQ-…."""
    return registry_number("RQ", request_id)


def request_row(work: Work, request_id: int, *, locked: bool = False) -> TraceRequestRow:
    """The row, if whoever asks may see it; raises NotFound."""
    if locked:
        locking.asking_first(work, TraceRequestRow.id == request_id)
    row = work.session.get(TraceRequestRow, request_id, with_for_update=True if locked else None)
    own = is_own(work.actor, May.REQUEST_READ)
    if row is None or (own and row.made_by != work.actor.user_id):
        raise NotFound(said("No request has the number %(number)s", number=request_number(request_id)))
    return row


def in_thread(work: Work, peer: str, thread: str, direction: Direction) -> TraceRequestRow:
    """The request that a message belongs to, locked; raises NotFound."""
    which = (
        TraceRequestRow.peer == peer,
        TraceRequestRow.thread == thread,
        TraceRequestRow.direction == direction.value,
    )
    if direction is Direction.OUT:
        locking.asking_first(work, *which)
    row = work.session.scalar(select(TraceRequestRow).where(*which).with_for_update())
    if row is None:
        raise NotFound(said("No request with %(state)s has this thread", state=peer))
    return row


def asked_of(row: TraceRequestRow) -> RequestNew:
    """What is asked."""
    return _asked(row.asked)


@lru_cache(maxsize=256)
def _asked(kept: str) -> RequestNew:
    found: RequestNew = _SHAPE.take(orjson.loads(kept))
    return found


def kept(asked: RequestNew) -> str:
    """What is asked, as it is kept."""
    return orjson.dumps(asked).decode()


def answer_of(row: TraceRequestRow) -> dict[str, Any]:
    """What was told, nothing before."""
    found: dict[str, Any] = orjson.loads(row.answer) if row.answer else {}
    return found


def handling_of(row: TraceRequestRow) -> dict[str, Any]:
    """What binds whoever has the answer, nothing before there is one."""
    found: dict[str, Any] = orjson.loads(row.handling) if row.handling else {}
    return found


def side_of(row: TraceRequestRow) -> Side:
    """Which side we are on."""
    return Side.ASKING if row.direction == Direction.OUT else Side.ASKED


def due_at(work: Work, row: TraceRequestRow) -> datetime:
    """When the asked State's answer is due, counted from now in its calendar."""
    ours = row.direction == Direction.IN
    if row.means and not ours:
        return work.now + clock.BY_LETTER_WITHIN
    days = calendar(work, work.home if ours else row.peer)
    return clock.due_at(work.now, Urgency(row.urgency), days, work.zone if ours else "UTC")


def request(work: Work, request_id: int) -> RequestView:
    """One request with its course; raises NotFound."""
    row = request_row(work, request_id)
    asked = asked_of(row)
    if row.answer:
        work.saw("trace_request", [row.id])  # an answer may name people of another State
    return RequestView(
        id=row.id,
        number=request_number(row.id),
        version=row.version,
        direction=row.direction,
        peer=row.peer,
        state=row.state,
        urgency=row.urgency,
        asked=asked,
        trace=trace_number(row.trace_id) if row.trace_id else "",
        follows=request_number(row.follows_id) if row.follows_id else "",
        behalf=hop_queries.behalf(work, row),
        onward=_onward(work, row),
        hops=hop_queries.views(work, row),
        thread=row.thread or "",
        their_number=row.their_number,
        made_at=row.made_at,
        made_by=row.made_by,
        sent_at=row.sent_at,
        acknowledged_at=row.acknowledged_at,
        due_at=row.due_at,
        late=clock.is_late(row.due_at, work.now),
        escalated_at=row.escalated_at,
        answered_at=row.answered_at,
        answer=answer_queries.told_of(work, row) or None,
        handling=handling_of(row) or None,
        binding=answer_queries.binding(work, row),
        outcome=row.outcome,
        holder=row.holder,
        means=row.means,
        entered_by=kept_files.person(work, row.entered_by),
        files=kept_files.files(work, row.id),
        attachments=attached.of_request(work, row),
        gaps=rules.lacking(asked),
        possible=_possible(work, row),
        events=events(work, row),
        consents=consents(work, row.id),
        disclosures=disclosure_queries.of_request(work, row.id),
    )


def _onward(work: Work, row: TraceRequestRow) -> str:
    gone_on = hop_queries.gone_on(work, row)
    return request_number(gone_on) if gone_on else ""


def _possible(work: Work, row: TraceRequestRow) -> tuple[RequestAct, ...]:
    asked = not rules.unmet_to_name(HolderState(row.holder))
    found = life.possible(RequestState(row.state), side_of(row))
    onward = RequestAct.WITHDRAW_ONWARD in found and hop_queries.is_open(work, row)
    not_now = (frozenset() if asked else life.OF_HOLDER) | (
        frozenset() if onward else {RequestAct.WITHDRAW_ONWARD}
    )
    return tuple(act for act in found if act not in not_now)


def events(work: Work, row: TraceRequestRow) -> tuple[EventView, ...]:
    """The course of a request, the first step first."""
    asked = (
        select(RequestEvent, ExchangeOut.state, ExchangeOut.means, RequestFile.name)
        .outerjoin(ExchangeOut, ExchangeOut.jti == RequestEvent.jti)
        .outerjoin(
            RequestFile,
            (RequestFile.request_id == RequestEvent.request_id) & (RequestFile.n == RequestEvent.n),
        )
        .where(RequestEvent.request_id == row.id)
        .order_by(RequestEvent.n)
    )
    return tuple(_event(work, row, *found) for found in work.session.execute(asked))


def _event(
    work: Work,
    of: TraceRequestRow,
    row: RequestEvent,
    posted: str | None,
    means: str | None,
    file: str | None,
) -> EventView:
    details = orjson.loads(row.details) if row.details else {}
    if "answer" in details:
        details["answer"] = answer_queries.seen(work, of, details["answer"])
    return EventView(
        row.n,
        row.at,
        row.what,
        row.by,
        row.by >= 0 and not details.get("entered"),
        row.words or details.get("answer", {}).get("words", ""),
        details,
        row.jti,
        None if posted is None or (means and posted != "delivered") else posted == "delivered",
        bool(means),
        file or "",
    )


def last_event(work: Work, request_id: int) -> int:
    """How many steps were written down."""
    asked = select(func.max(RequestEvent.n)).where(RequestEvent.request_id == request_id)
    return work.session.scalar(asked) or 0


def consents(work: Work, request_id: int) -> tuple[ConsentView, ...]:
    """Consents to onward use that were asked."""
    asked = select(OnwardConsent).where(OnwardConsent.request_id == request_id)
    return tuple(
        ConsentView(c.n, c.recipient, c.purpose, c.state, c.words, c.asked_at, c.answered_at)
        for c in work.session.scalars(asked.order_by(OnwardConsent.n))
    )


def consent_row(work: Work, request_id: int, n: int) -> OnwardConsent:
    """One of them, locked; raises NotFound."""
    row = work.session.get(OnwardConsent, (request_id, n), with_for_update=True)
    if row is None:
        raise NotFound(said("No consent was asked under that number"))
    return row


def consent_asked_by(work: Work, request_id: int, jti: str) -> OnwardConsent | None:
    """The consent that a message of ours asked."""
    asked = select(OnwardConsent).where(OnwardConsent.request_id == request_id, OnwardConsent.jti == jti)
    return work.session.scalar(asked)


def requests(work: Work, asked: RequestsAsked) -> Page[RequestRow]:
    """Requests, one's own or, for authority and auditor, all."""
    query: AnySelect = select(TraceRequestRow)
    if is_own(work.actor, May.REQUEST_READ):
        query = query.where(TraceRequestRow.made_by == work.actor.user_id)
    if asked.direction:
        query = query.where(TraceRequestRow.direction == asked.direction.value)
    if asked.state:
        query = query.where(TraceRequestRow.state == asked.state.value)
    if asked.peer:
        query = query.where(TraceRequestRow.peer == asked.peer)
    if asked.case_number:
        query = query.where(TraceRequestRow.case_number == asked.case_number)
    found = page(work.session, query, asked, {"number": TraceRequestRow.id}, TraceRequestRow.id)
    return Page(tuple(_row(work, row.TraceRequestRow) for row in found.items), found.next)


def queue(work: Work) -> tuple[RequestRow, ...]:
    """Requests of other States that wait for us, what is due first on top."""
    asked = (
        select(TraceRequestRow)
        .where(
            TraceRequestRow.direction == Direction.IN.value,
            TraceRequestRow.state.in_([state.value for state in life.RUNS]),
            TraceRequestRow.due_at.is_not(None),
        )
        .order_by(TraceRequestRow.due_at, TraceRequestRow.id)
        .limit(MOST_QUEUED)
    )
    return tuple(_row(work, row) for row in work.session.scalars(asked))


def told_of(work: Work) -> tuple[tuple[str, str, date], ...]:
    """Numbers of requests of which another State has told us a disclosure that nobody has read, with that
    State and the day.
    """
    return tuple(
        (request_number(row.id), row.peer, told.planned_on) for row, told in disclosure_queries.unseen(work)
    )


def _row(work: Work, row: TraceRequestRow) -> RequestRow:
    asked: dict[str, Any] = orjson.loads(row.asked)
    return RequestRow(
        request_number(row.id),
        row.direction,
        row.peer,
        row.state,
        row.urgency,
        asked["mark"],
        row.case_number,
        row.made_at,
        row.due_at,
        clock.is_late(row.due_at, work.now),
        row.escalated_at is not None,
    )


def rule_row(work: Work, state: str) -> PeerRule | None:
    """What goes by itself with a State, if anything was set."""
    return work.session.get(PeerRule, state)


def lets_go(work: Work, state: str) -> bool:
    """Whether exact matches may go to a State without an officer."""
    return any(release for (release,) in work.sees(RELEASE, state=state))


def peer_rules(work: Work) -> tuple[PeerRuleView, ...]:
    """For every State we exchange messages with: what goes by itself."""
    rows = {row.state: row for row in work.session.scalars(select(PeerRule))}
    states = sorted({*exchange.trusted_states(work), *rows})
    return tuple(rule_view(state, rows.get(state)) for state in states)


def rule_view(state: str, row: PeerRule | None) -> PeerRuleView:
    """What goes by itself with a State; nothing before somebody allowed it."""
    if row is None:
        never = ForOthers.NEVER.value
        return PeerRuleView(state, False, False, never, never, "", None, 0)
    return PeerRuleView(
        state, row.release, row.ask, row.onward, row.behalf, row.reason, row.set_at, row.version
    )
