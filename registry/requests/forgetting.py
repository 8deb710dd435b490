"""Requests of which another State's part goes: at the end of the time that it set, or since it withdrew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, select

from registry.core.work import Work
from registry.exchange import attachments, forgetting
from registry.exchange.tables import ExchangeAttachment, ExchangeIn, ExchangeOut
from registry.requests import (
    answer_queries,
    attached,
    doing,
    hop_queries,
    life,
    onward,
    queries,
    redaction,
)
from registry.requests.answering import dumped
from registry.requests.tables import AskedOnward, Hop, RequestEvent, RequestFile, TraceRequestRow
from schemas.requests_vocabulary import Direction, HolderState, NoticeKind, RequestAct, RequestState
from schemas.words import said

MOST = 50
SPOKEN = frozenset(
    {
        "trace.request", "trace.more", "trace.question", "trace.cancel", "trace.status", "trace.feedback",
        "trace.response", "trace.clarify", "trace.delay", "trace.refuse", "trace.onward",
    }
)  # fmt: skip
"""Messages that go with their request: an acknowledgement, and what was said of onward use, stay."""
WITHDRAWN = "its request was withdrawn"


def over(work: Work, among: ColumnElement[bool]) -> list[TraceRequestRow]:
    """Requests with something that another State let us keep until a day that is over, that day first."""
    row, rows = TraceRequestRow, select(TraceRequestRow)
    of_hops = rows.join(Hop, Hop.request_id == row.id).where(Hop.keep_until < work.today, among)
    of_rows = rows.where(row.keep_until < work.today, among)
    found = {
        one.id: (ended(work, one)[0][1], one)
        for asked in (
            of_rows.order_by(row.keep_until, row.id),
            of_hops.order_by(Hop.keep_until, row.id),
        )
        for one in work.session.scalars(asked.limit(MOST))
    }
    return [found[key][1] for key in sorted(found, key=lambda key: (found[key][0], key))][:MOST]


def ended(work: Work, row: TraceRequestRow) -> list[tuple[str, date]]:
    """Whose word in a request was to be kept until a day that is over, and until when, that day first."""
    told = [(hop.state, hop.keep_until) for hop in hop_queries.of(work, row)]
    each = ((state, day) for state, day in ((row.peer, row.keep_until), *told) if day is not None)
    return sorted((one for one in each if one[1] < work.today), key=lambda one: one[1])


def with_files(work: Work, free: ColumnElement[bool], released: ColumnElement[bool]) -> list[int]:
    """Those of which files are here still that go, by number: their time is over, or they were withdrawn
    while a hold that is lifted since kept them. free: not held; released: held once.
    """
    withdrawn = and_(
        TraceRequestRow.direction == Direction.IN.value,
        TraceRequestRow.state == RequestState.WITHDRAWN.value,
        released,
    )
    found = {
        key
        for which in (TraceRequestRow.keep_until < work.today, withdrawn)
        for key in _with_files(work, which, free)
    }
    return sorted(found)[:MOST]


def _with_files(work: Work, *which: ColumnElement[bool]) -> list[int]:
    asked = (
        select(TraceRequestRow.id)
        .join(
            ExchangeIn,
            (ExchangeIn.iss == TraceRequestRow.peer) & (ExchangeIn.thread == TraceRequestRow.thread),
        )
        .join(
            ExchangeAttachment,
            (ExchangeAttachment.iss == ExchangeIn.iss) & (ExchangeAttachment.jti == ExchangeIn.jti),
        )
        .where(*which, ExchangeAttachment.state != "refused")
    )
    return list(work.session.scalars(asked.distinct().order_by(TraceRequestRow.id).limit(MOST)))


def is_held(work: Work, row: TraceRequestRow) -> bool:
    """Whether an order keeps what belongs to its case, as higher floors know; none is placed meanwhile."""
    return any(tells(work, row.case_number) for tells in work.offers.get("case_is_held", {}).values())


def files_withdrawn(work: Work, row: TraceRequestRow) -> None:
    """Files of a request that another State has withdrawn are not wanted; those that came are not kept, but
    where a hold keeps them. The caller holds the lock of holds.
    """
    states = ("wanted",) if is_held(work, row) else ("wanted", "kept")
    _files(work, row, WITHDRAWN, states)


def forget_files(work: Work, row: TraceRequestRow) -> list[Any]:
    """Files that came with what was to be kept until a day that is over, or was withdrawn; the rows that
    change.
    """
    until = f"it was to be kept until {row.keep_until}"
    return _files(
        work, row, until if answer_queries.time_is_over(row, work.today) else WITHDRAWN, ("wanted", "kept")
    )


def _files(work: Work, row: TraceRequestRow, problem: str, states: Collection[str]) -> list[Any]:
    thread = row.thread or ""
    return [*forgetting.files(work, row.peer, thread, problem, partial(attached.is_ours, work), states)]


def _told_on(work: Work, row: TraceRequestRow) -> list[ExchangeOut]:
    """Records of ours that carry the other State's word on: to the one on whose behalf it was asked, or to
    the one that was asked on its behalf.
    """
    link = work.session.get(AskedOnward, row.id)
    if link is not None:
        return _ours(work, link.for_id, "trace.onward")
    going_on = hop_queries.gone_on(work, row)
    return _ours(work, going_on, "trace.request") if going_on else []


def _blank_asked_on(work: Work, row: TraceRequestRow, until: date) -> list[Any]:
    """What we asked for another State says what it asked: that goes too."""
    going_on = hop_queries.gone_on(work, row) if row.direction == Direction.IN else None
    if going_on:
        asked = work.session.get_one(TraceRequestRow, going_on)
        asked.asked = queries.kept(replace(queries.asked_of(asked), **_BLANK))
        return [asked, *_bare_steps(_sent(work, asked), until)]
    return []


def _ours(work: Work, request_id: int, type_: str) -> list[ExchangeOut]:
    other = work.session.get_one(TraceRequestRow, request_id)
    return forgetting.ours(work, other.peer, other.thread or "", (type_,))


def forget(work: Work, row: TraceRequestRow) -> list[Any]:
    """Take out what another State let us keep until a day that is over; the rows that change.

    Where that is the word of States that others asked on our behalf, it alone goes. The course, the outcome,
    each message's digest and our receipts stay; so does, for the term of traces, the search that we made in
    our own records.
    """
    told = hop_queries.over(work, row)
    if told and not answer_queries.time_is_over(row, work.today):
        return _forget_told(work, row, told)
    until = row.keep_until or work.today
    files = forget_files(work, row)
    for file in files:
        file.name = "–"
    letters = _letters(work, row) if row.means else []
    messages = forgetting.messages(work, row.peer, row.thread or "", SPOKEN)
    told_on = _told_on(work, row)
    asked_on = _blank_asked_on(work, row, until)
    forgetting.forget(work, [*messages, *told_on])
    hops = list(hop_queries.of(work, row))
    _bare_hops(hops, until)
    ours = row.direction == Direction.OUT
    if ours and row.answer:
        row.answer = dumped(redaction.bare(queries.answer_of(row), str(until)))
    elif not ours:
        row.asked = queries.kept(replace(queries.asked_of(row), **_BLANK))
        if row.state not in life.RUNS and row.holder != HolderState.ASKED:
            row.trace_id = None  # nothing more rests on the search: it goes as any other of ours
    events = _bare_steps(_told(work, row), until)
    row.keep_until, row.version = None, row.version + 1
    doing.note(work, row, NoticeKind.ERASED, said("Kept until %(day)s", day=until), by=doing.MACHINE)
    work.session.flush()
    return [row, *events, *hops, *messages, *told_on, *asked_on, *files, *letters]


def _forget_told(work: Work, row: TraceRequestRow, hops: Sequence[Hop]) -> list[Any]:
    """The word of States that were asked on our behalf goes, with the messages that told it here and on."""
    until = min(hop.keep_until or work.today for hop in hops)
    numbers = {hop.n for hop in hops}
    thread = forgetting.messages(work, row.peer, row.thread or "", (onward.TOLD,))
    messages = [one for one in thread if hop_queries.hop_in(one.jws) in numbers]
    told_on = [one for one in _told_on(work, row) if hop_queries.hop_in(one.jws) - 1 in numbers]
    told_in = [one.jti for one in messages]
    steps = select(RequestEvent).where(RequestEvent.request_id == row.id, RequestEvent.jti.in_(told_in))
    events = _bare_steps(work.session.scalars(steps.order_by(RequestEvent.n)).all(), until)
    forgetting.forget(work, [*messages, *told_on])
    _bare_hops(hops, until)
    row.version += 1
    doing.note(work, row, NoticeKind.ERASED, said("Kept until %(day)s", day=until), by=doing.MACHINE)
    work.session.flush()
    return [row, *events, *hops, *messages, *told_on]


def _bare_hops(hops: Sequence[Hop], until: date) -> None:
    for hop in hops:
        told, day = hop_queries.told_in(hop), min(until, hop.keep_until or until)
        hop.answer = dumped(redaction.bare(told, str(day))) if told else ""
        hop.words, hop.keep_until = "", None


_BLANK: Mapping[str, Any] = dict.fromkeys(
    (
        "mark", "mark_place", "other_marks", "maker", "model", "circumstances", "legal_basis",
        "intended_use", "document_kind", "document_number",
    ),
    "",
) | {"left_on": None}  # fmt: skip
_STAYS = frozenset(
    {
        "crossed", "ground", "until", "outcome", "number", "due_at", "handling", "entered", "means",
        "sent_on", "received_on", "trace",
    }
)  # fmt: skip
"""What of a step is no word of the other State: its kind, its days, what bound us."""
_OF_ONWARD_USE = frozenset(
    {
        NoticeKind.CONSENT_ASKED, NoticeKind.CONSENT_GIVEN, NoticeKind.CONSENT_REFUSED,
        NoticeKind.DISCLOSURE_TOLD, NoticeKind.DISCLOSURE_SEEN,
    }
)  # fmt: skip
_OF_SEARCH = frozenset({NoticeKind.TRACED, NoticeKind.NOT_TRACED})


def _told(work: Work, row: TraceRequestRow) -> list[RequestEvent]:
    """Steps that the other State took, and what our search said of what it asked."""
    asked = select(RequestEvent).where(RequestEvent.request_id == row.id).order_by(RequestEvent.n)
    theirs = row.direction == Direction.IN
    return [
        event
        for event in work.session.scalars(asked)
        if event.what not in _OF_ONWARD_USE
        and (event.by < 0 or '"entered"' in event.details or (theirs and event.what in _OF_SEARCH))
    ]


def _sent(work: Work, row: TraceRequestRow) -> list[RequestEvent]:
    """The steps that say what we asked."""
    asked = select(RequestEvent).where(
        RequestEvent.request_id == row.id,
        RequestEvent.what.in_((RequestAct.SEND.value, RequestAct.GIVE_MORE.value)),
    )
    return list(work.session.scalars(asked.order_by(RequestEvent.n)))


def _bare_steps(events: Sequence[RequestEvent], until: date) -> list[RequestEvent]:
    for event in events:
        _bare(event, until)
    return list(events)


def _bare(event: RequestEvent, until: date) -> None:
    """A step without what was said in it."""
    details = orjson.loads(event.details) if event.details else {}
    left = {name: value for name, value in details.items() if name in _STAYS}
    if "answer" in details:
        left["answer"] = redaction.bare(details["answer"], str(until))
    event.words = ""
    event.details = dumped(left | {"erased": until.isoformat()})


def _letters(work: Work, row: TraceRequestRow) -> list[RequestFile]:
    """Scans of letters that told it go too; their digests stay."""
    files = list(work.session.scalars(select(RequestFile).where(RequestFile.request_id == row.id)))
    for file in files:
        digest, file.name = file.digest, "–"
        attachments.alone(work, digest)
        if not attached.is_ours(work, digest, beside=row.id):
            attachments.erase(work, digest)
    return files
