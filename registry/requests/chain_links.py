"""Reading the links of a chain: which requests led to one, what followed, where it goes on or ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from registry.core.work import Work
from registry.requests import chain, hop_queries, kept_files
from registry.requests.chain import Link
from registry.requests.queries import answer_of, asked_of, handling_of, request_number, request_row
from registry.requests.tables import TraceRequestRow
from schemas.requests_vocabulary import Direction, RequestState


def upstream(work: Work, row: TraceRequestRow) -> list[TraceRequestRow]:
    """The requests that led to this one, the first one first, and it itself at the end."""
    found = [row]
    while (before := found[0].follows_id) is not None and len(found) < 64:
        found.insert(0, work.session.get_one(TraceRequestRow, before))
    return found


def whole_chain(work: Work, row: TraceRequestRow) -> list[TraceRequestRow]:
    """The chain a request belongs to: what led to it, and what followed from it."""
    found = upstream(work, row)
    while len(found) < 64:
        after = select(TraceRequestRow).where(TraceRequestRow.follows_id == found[-1].id)
        following = work.session.scalar(after.order_by(TraceRequestRow.id.desc()).limit(1))
        if following is None:
            break
        found.append(following)
    return found


def chain_views(work: Work, request_id: int) -> list[dict[str, Any]]:
    """The chain a request belongs to as a picture shows it, the first State first; empty for one request."""
    row = request_row(work, request_id)
    rows = whole_chain(work, row) if row.direction == Direction.OUT else []
    found = [
        view
        for one in rows
        for view in (chain_view(work, one, one.id == request_id), *hop_queries.chain_views(work, one))
    ]
    return found if len(found) > 1 else []


def chain_view(work: Work, row: TraceRequestRow, current: bool) -> dict[str, Any]:
    """A State of a chain as a picture shows it."""
    answer = answer_of(row)
    waited = row.answered_at - row.sent_at if row.answered_at and row.sent_at else None
    return {
        "number": request_number(row.id),
        "peer": row.peer,
        "state": row.state,
        "sent_at": row.sent_at,
        "answered_at": row.answered_at,
        "seconds": round(waited.total_seconds()) if waited is not None else None,
        "outcome": answer.get("outcome", ""),
        "next_state": answer.get("next_state") or {},
        "current": current,
        "means": row.means,
        "entered_by": kept_files.person(work, row.entered_by),
        "asked_by": "",
    }


def chain_ending(work: Work, request_id: int) -> str:
    """Why the chain of a request ends where it stands, "" where another State can be asked or is."""
    return ending(work, request_row(work, request_id))


def ending(work: Work, row: TraceRequestRow) -> str:
    """The same, of a row."""
    if row.direction != Direction.OUT or not row.answer or follower(work, row.id) is not None:
        return ""
    if hop_queries.is_awaited(work, row):
        return ""
    return chain.ending(links(work, row), work.home)


def links(work: Work, row: TraceRequestRow) -> list[Link]:
    """The chain up to a request, with what others asked on our behalf, as far as it was followed."""
    found: list[Link] = []
    rows = upstream(work, row)
    for one, following in zip(rows, [*rows[1:], None], strict=True):
        told = [link(one), *hop_queries.links(work, one)]
        if following is not None:  # it was asked by what one of these told: the others told it later
            led = next((n for n, each in enumerate(told) if each.to == following.peer), len(told) - 1)
            told = told[: led + 1]
        found += told
    return found


def told_last(work: Work, row: TraceRequestRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last answer on the way of a request, its own or that of whom others asked, and what binds us."""
    hops = hop_queries.answered(work, row)
    if hops:
        return hop_queries.told_in(hops[-1]), hop_queries.bound_in(hops[-1])
    return answer_of(row), handling_of(row)


def follower(work: Work, request_id: int) -> int | None:
    """The request that went on from this one's answer, if one did and was not withdrawn."""
    asked = select(TraceRequestRow.id).where(
        TraceRequestRow.follows_id == request_id, TraceRequestRow.state != RequestState.WITHDRAWN.value
    )
    return work.session.scalar(asked.order_by(TraceRequestRow.id.desc()).limit(1))


def link(row: TraceRequestRow) -> Link:
    """A request as a link of its chain."""
    answer = answer_of(row)
    left = answer.get("next_state") or {}
    paper = " ".join(filter(None, (left.get("document_kind"), left.get("document_number"))))
    return Link(
        row.peer,
        RequestState(row.state),
        answer.get("outcome", ""),
        left.get("code", ""),
        left.get("date", ""),
        paper,
        asked_of(row).fields_wanted,
    )
