"""What every step in a request does: its place in the life, clock, message, line in its course."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from registry.calendars.queries import CALENDAR
from registry.core.errors import Refused, refuse_if
from registry.core.prepared import Prepared, Statement, inserting
from registry.core.work import Work
from registry.exchange import carrying, outbox
from registry.requests import attached, clock, life, queries
from registry.requests.tables import OnwardConsent, TraceRequestRow
from registry.tracing import acts as tracing
from schemas.exchange import LONGEST_LIFE, Handling, Message, Reference, Sender, Use
from schemas.requests import RequestNew
from schemas.requests_vocabulary import (
    Delegation,
    Direction,
    NoticeKind,
    RequestAct,
    RequestState,
    Side,
)
from schemas.words import said

MACHINE = 0


@dataclass(frozen=True)
class ForAnother:
    """That a question is asked on behalf of another State. record: the signed question it goes on from.

    path: States so far, ours last; use, handling: of that question, as they were said.
    """

    record: str
    path: tuple[str, ...]
    use: Use
    handling: Handling


_BODY = (
    "mark", "urgency", "mark_place", "other_marks", "photographs", "maker", "model", "calibre", "type",
    "country", "year", "ground", "circumstances", "confidentiality", "left_on", "document_kind",
    "document_number", "fields_wanted",
)  # fmt: skip


_NOTE = Prepared(
    "INSERT INTO trace_request_event (request_id, n, at, what, by, words, details, jti)"
    " SELECT :request, coalesce(max(n), 0) + 1, :at, :what, :by, :words, :details, :jti"
    " FROM trace_request_event WHERE request_id = :request"
)
_DONE_AT_ONCE = (
    "state", "answer", "handling", "trace_id", "acknowledged_at", "due_at", "answered_at", "holder",
    "version",
)  # fmt: skip
_TAKEN_IN = (
    "id", "direction", "peer", "urgency", "case_number", "asked", "thread", "jti", "sha256", "their_number",
    "made_at", "made_by", "sent_at", "outcome", "means", "keep_until", *_DONE_AT_ONCE,
)  # fmt: skip
_TAKE_IN = inserting("trace_request", _TAKEN_IN)
_SET = ", ".join(f"{name} = :{name}" for name in _DONE_AT_ONCE)
_WRITE = Prepared(f"UPDATE trace_request SET {_SET} WHERE id = :id")  # noqa: S608 - names of our own
_IN_THREAD = Prepared("SELECT 1 FROM trace_request WHERE peer = :peer AND thread = :thread")
_NUMBER = Prepared("SELECT {fresh[trace_request]}")


def note(
    work: Work,
    row: TraceRequestRow,
    what: RequestAct | NoticeKind,
    words: str = "",
    details: dict[str, Any] | None = None,
    jti: str = "",
    by: int | None = None,
) -> None:
    """Write a step into the course of a request. by: whoever acts, unless told."""
    work.later(
        _NOTE,
        request=row.id,
        at=work.now,
        what=what.value,
        by=work.actor.user_id if by is None else by,
        words=str(words)[:2000],
        details=orjson.dumps(details, default=_plain).decode() if details else "",
        jti=jti,
    )


def move(work: Work, row: TraceRequestRow, act: RequestAct) -> None:
    """Our side's step: the state it leads to and the clock; raises Refused where it is not possible now."""
    refuse_if(life.unmet_to_do(act, RequestState(row.state), queries.side_of(row)))
    settle(work, row, life.MOVES[act].after)


def settle(work: Work, row: TraceRequestRow, after: RequestState | None) -> None:
    """Set the state, if it changes; the clock starts anew where the other side is at work again."""
    row.version += 1
    if after is None:
        return
    before, row.state = RequestState(row.state), after.value
    if after not in life.RUNS:
        row.due_at = None
    elif before not in life.RUNS:
        row.due_at, row.escalated_at = queries.due_at(work, row), None


def tell(
    work: Work,
    row: TraceRequestRow,
    type_: str,
    body: dict[str, Any],
    handling: Handling | None = None,
    use: Use | None = None,
    with_files: bool = False,
    sender: Sender | None = None,
    path: tuple[str, ...] = (),
    until: date | None = None,
) -> outbox.Posted:
    """Send the other State a message of this request; ours as the asked one names what it answers.

    with_files: what was attached since the last such step goes with it. sender: whoever acts, unless told.
    path: States so far of a question that may be asked on. until: the last day on which it is sent.
    """
    files = attached.waiting(work, row.id) if with_files else ()
    answers = queries.side_of(row) is Side.ASKED
    who = str(work.actor.user_id) if work.actor.user_id > 0 else "machine"
    message = outbox.Outgoing(
        row.peer,
        type_,
        {name: _plain(value) for name, value in body.items() if value not in (None, "", ())},
        row.thread,
        Reference(row.jti, row.sha256) if answers and row.jti else None,
        sender or Sender(user=who),
        use or Use(),
        handling or Handling(),
        (Delegation.ALLOWED if path else Delegation.NONE).value,
        path,
        attachments=attached.named(files),
        life=_life(work, until),
    )
    posted = carry(work, row, message) if row.means else outbox.post(work, message)
    for file in files:
        file.sent_at, file.jti = work.now, posted.jti
    return posted


def _life(work: Work, until: date | None) -> timedelta:
    longest = timedelta(seconds=LONGEST_LIFE)
    return min(longest, clock.end_of(until, work.zone) - work.now) if until else longest


def carry(work: Work, row: TraceRequestRow, message: outbox.Outgoing) -> outbox.Posted:
    """Make the signed file that goes by other means; without keys of ours there is only the paper."""
    if carrying.can_sign(work):
        return outbox.carry(work, message, row.means)
    return outbox.Posted("", row.thread or outbox.new_identifier(work.now), 0, "")


def reply_to_consent(
    work: Work, row: TraceRequestRow, consent: OnwardConsent, body: dict[str, Any]
) -> outbox.Posted:
    """Answer the very message that asked for a consent."""
    asked = Reference(consent.jti, consent.sha256) if consent.jti else None
    message = outbox.Outgoing(row.peer, "consent.reply", body, row.thread, asked)
    return carry(work, row, message) if row.means else outbox.post(work, message)


def message_of(asked: RequestNew) -> tuple[dict[str, Any], Use]:
    """What is asked as a message says it: its body, and why (ITI 18(a) and (c))."""
    body = {name: _plain(getattr(asked, name)) for name in _BODY}
    use = Use(asked.purpose.value, asked.case_number, asked.legal_basis, asked.intended_use)
    return {name: value for name, value in body.items() if value not in (None, "")}, use


def send(
    work: Work,
    row: TraceRequestRow,
    words: str = "",
    details: dict[str, Any] | None = None,
    behalf: ForAnother | None = None,
) -> None:
    """Send a draft; the caller has made sure that it is complete. words, details: of how it leaves."""
    asked = queries.asked_of(row)
    body, use = message_of(asked)
    refuse_if(life.unmet_to_do(RequestAct.SEND, RequestState(row.state), queries.side_of(row)))
    kind, path, handling = life.MOVES[RequestAct.SEND].message, _path(work, row), Handling()
    shown = body
    if behalf is not None:
        shown = body | {"behalf": behalf.record}
        use, path, handling = behalf.use, behalf.path, behalf.handling
    posted = tell(work, row, kind, shown, handling, use, with_files=True, path=path)
    row.thread, row.jti, row.sha256, row.sent_at = posted.thread, posted.jti, posted.sha256, work.now
    move(work, row, RequestAct.SEND)
    told = body | {"purpose": asdict(use), "path": path} | (details or {})
    note(work, row, RequestAct.SEND, words, told, posted.jti)


def _path(work: Work, row: TraceRequestRow) -> tuple[str, ...]:
    """Ours alone where others may be asked for us, by the exchange; none where nobody may."""
    allowed = queries.asked_of(row).delegation is Delegation.ALLOWED and not row.means
    return (work.home,) if allowed else ()


def opened(
    work: Work,
    direction: Direction,
    asked: RequestNew,
    peer: str,
    made_by: int,
    trace_id: int | None = None,
    follows_id: int | None = None,
    **given: Any,
) -> TraceRequestRow:
    """A new request; ours begin as drafts."""
    row = TraceRequestRow(
        direction=direction.value,
        peer=peer,
        state=RequestState.SENT.value if given else RequestState.DRAFT.value,
        urgency=asked.urgency.value,
        case_number=asked.case_number,
        asked=queries.kept(asked),
        trace_id=trace_id,
        follows_id=follows_id,
        made_at=work.now,
        made_by=made_by,
        **given,
    )
    work.session.add(row)
    work.session.flush()
    return row


def ahead(_work: Work, message: Message) -> tuple[Statement, ...]:
    """What is asked when a State's request is taken in, acknowledged, traced and answered at once."""
    in_thread = _IN_THREAD, {"peer": message.iss, "thread": message.thread}
    return in_thread, (_NUMBER, {}), (tracing.NUMBER, {})


def of_all(work: Work, message: Message) -> tuple[Statement, ...]:
    """What is asked then, too, that is the same for others of that State."""
    return (
        (CALENDAR, {"state": work.home}),
        (queries.RELEASE, {"state": message.iss}),
        *outbox.ahead(work, message.iss),
    )


def taken_in(work: Work, asked: RequestNew, message: Message, sha256: str) -> TraceRequestRow:
    """A request of another State, put on record; what is done to it at once is written by `write`.

    Raises Refused when its thread has one.
    """
    if work.sees(_IN_THREAD, peer=message.iss, thread=message.thread):
        raise Refused(said("This thread has its request already"))
    ((number,),) = work.sees(_NUMBER)
    row = TraceRequestRow(
        id=number,
        direction=Direction.IN.value,
        peer=message.iss,
        state=RequestState.SENT.value,
        urgency=asked.urgency.value,
        case_number=asked.case_number,
        asked=queries.kept(asked),
        answer="",
        handling="",
        thread=message.thread,
        jti=message.jti,
        sha256=sha256,
        their_number="",
        made_at=work.now,
        made_by=work.actor.user_id,
        sent_at=work.now,
        outcome="",
        means="",
        holder="",
        keep_until=message.handling.retain_until,
        version=1,
    )
    work.later(_TAKE_IN, **{name: getattr(row, name) for name in _TAKEN_IN})
    return row


def write(work: Work, row: TraceRequestRow) -> None:
    """Write what was done to a request since it was taken in: as one row, if that was not written before."""
    done = {name: getattr(row, name) for name in ("id", *_DONE_AT_ONCE)}
    if not work.waiting.amend(_TAKE_IN, ("id",), done):
        work.later(_WRITE, **done)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
