"""Requests of which another State's part goes: at the end of the time that it set, or since it withdrew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
from sqlalchemy import or_, select

from registry.core.work import Work
from registry.exchange import attachments, forgetting
from registry.exchange.tables import ExchangeAttachment
from registry.requests import doing, queries, redaction
from registry.requests.answering import dumped
from registry.requests.tables import RequestAttachment, RequestEvent, RequestFile, TraceRequestRow
from schemas.requests_vocabulary import Direction, NoticeKind
from schemas.words import said

MOST = 50


def over(work: Work) -> list[TraceRequestRow]:
    """Requests with something that another State let us keep until a day that is over, that day first."""
    asked = select(TraceRequestRow).where(TraceRequestRow.keep_until < work.today)
    in_order = asked.order_by(TraceRequestRow.keep_until, TraceRequestRow.id)
    return list(work.session.scalars(in_order.limit(MOST)))


def with_files(work: Work) -> list[int]:
    """Those of which files are here still, by number."""
    asked = (
        select(TraceRequestRow.id)
        .join(ExchangeAttachment, ExchangeAttachment.iss == TraceRequestRow.peer)
        .join(RequestEvent, RequestEvent.jti == ExchangeAttachment.jti)
        .where(
            TraceRequestRow.keep_until < work.today,
            RequestEvent.request_id == TraceRequestRow.id,
            ExchangeAttachment.state != "refused",
        )
    )
    return list(work.session.scalars(asked.distinct().limit(MOST)))


def is_ours(work: Work, digest: bytes) -> bool:
    """Whether a file goes with a request or answer of ours, or is the scan of a letter."""
    ours = select(RequestAttachment.n).where(RequestAttachment.digest == digest)
    letter = select(RequestFile.n).where(RequestFile.digest == digest)
    return bool(work.session.scalar(select(or_(ours.exists(), letter.exists()))))


def files_withdrawn(work: Work, row: TraceRequestRow) -> None:
    """Files of a request that another State has withdrawn are not wanted; those that came are not kept."""
    jtis = forgetting.of_thread(work, row.peer, row.thread or "")
    problem = "its request was withdrawn"
    forgetting.files(work, row.peer, jtis, problem, lambda digest: is_ours(work, digest))


def forget_files(work: Work, row: TraceRequestRow) -> list[Any]:
    """Files that came with what was to be kept until a day that is over; the rows that change."""
    ended = forgetting.messages(work, row.peer, row.thread or "", work.today)
    problem = f"it was to be kept until {row.keep_until}"
    jtis = [one.jti for one in ended]
    return list(forgetting.files(work, row.peer, jtis, problem, lambda digest: is_ours(work, digest)))


def forget(work: Work, row: TraceRequestRow) -> list[Any]:
    """Take out what another State let us keep until a day that is over; the rows that change.

    The course, the outcome, each message's digest and our receipts stay.
    """
    until = row.keep_until or work.today
    ended = forgetting.messages(work, row.peer, row.thread or "", work.today)
    files = forget_files(work, row)
    for file in files:
        file.name = "–"
    letters = _letters(work, row) if row.means else []
    forgetting.forget(work, ended)
    ours = row.direction == Direction.OUT
    if ours:
        row.answer = dumped(redaction.bare(queries.answer_of(row), str(until)))
    else:
        blank: dict[str, Any] = dict.fromkeys(_TEXTS, "")
        row.asked = queries.kept(replace(queries.asked_of(row), **blank))
    events = _events(work, row, until, "answer" if ours else "body")
    row.keep_until, row.version = None, row.version + 1
    doing.note(work, row, NoticeKind.ERASED, said("Kept until %(day)s", day=until), by=doing.MACHINE)
    work.session.flush()
    return [row, *events, *ended, *files, *letters]


_TEXTS = (
    "mark", "mark_place", "other_marks", "maker", "model", "circumstances", "legal_basis", "intended_use",
)  # fmt: skip


def _events(work: Work, row: TraceRequestRow, until: date, part: str) -> list[RequestEvent]:
    asked = select(RequestEvent).where(RequestEvent.request_id == row.id, RequestEvent.details != "")
    changed = []
    for event in work.session.scalars(asked.order_by(RequestEvent.n)):
        details = orjson.loads(event.details)
        if (event.by < 0 or details.get("entered")) and part in details:
            kept = (
                redaction.bare(details[part], str(until))
                if part == "answer"
                else {"erased": until.isoformat()}
            )
            event.details = dumped(details | {part: kept})
            changed.append(event)
    return changed


def _letters(work: Work, row: TraceRequestRow) -> list[RequestFile]:
    """Scans of letters that told it go too; their digests stay."""
    files = list(work.session.scalars(select(RequestFile).where(RequestFile.request_id == row.id)))
    for file in files:
        digest, file.name = file.digest, "–"
        attachments.alone(work, digest)
        others = select(RequestFile.n).where(RequestFile.digest == digest, RequestFile.request_id != row.id)
        with_ours = select(RequestAttachment.n).where(RequestAttachment.digest == digest)
        if not work.session.scalar(select(or_(others.exists(), with_ours.exists()))):
            attachments.erase(work, digest)
    return files
