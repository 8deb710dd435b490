"""Reading what was asked on our behalf: each State of that way, and what it told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import jose, strict_json
from registry.exchange import queries as exchange
from registry.requests import answer_queries, clock, redaction
from registry.requests.chain import Link
from registry.requests.tables import AskedOnward, Behalf, Hop, TraceRequestRow
from registry.requests.views import BehalfView, HopView
from schemas.request_messages import MOST_HOPS
from schemas.requests_vocabulary import Direction, FieldWanted, ForOthers, RequestState

ANSWERED = frozenset({RequestState.ANSWERED, RequestState.ANSWERED_IN_PART})
OPEN = frozenset(
    {
        RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.MORE_ASKED, RequestState.DELAYED,
        RequestState.CLARIFYING,
    }
)  # fmt: skip
_ASKS = frozenset({ForOthers.OFFICER.value, ForOthers.MACHINE.value})


def of(work: Work, row: TraceRequestRow) -> Sequence[Hop]:
    """The hops of a request of ours, the next State first."""
    asked = select(Hop).where(Hop.request_id == row.id).order_by(Hop.n)
    return work.session.scalars(asked).all() if row.direction == Direction.OUT else ()


def told_in(hop: Hop) -> dict[str, Any]:
    """What the State of a hop told, nothing before."""
    found: dict[str, Any] = orjson.loads(hop.answer) if hop.answer else {}
    return found


def bound_in(hop: Hop) -> dict[str, Any]:
    """What binds whoever has that."""
    found: dict[str, Any] = orjson.loads(hop.handling) if hop.handling else {}
    return found


def answered(work: Work, row: TraceRequestRow) -> list[Hop]:
    """The hops whose States have answered, as far as no question is open."""
    found = []
    for hop in of(work, row):
        if not hop.answer or RequestState(hop.stands) in OPEN:
            break
        found.append(hop)
    return found


def is_proven(work: Work, row: TraceRequestRow) -> bool:
    """Whether whatever was told on our behalf is known to be the word of the State that it names."""
    return all(hop.proven for hop in answered(work, row))


def is_open(work: Work, row: TraceRequestRow) -> bool:
    """Whether a State is asked on our behalf and has not answered."""
    return any(RequestState(hop.stands) in OPEN for hop in of(work, row))


def is_awaited(work: Work, row: TraceRequestRow) -> bool:
    """Whether a word of what others ask on for us is awaited, and the time for it is not over."""
    return row.onward_due_at is not None and not clock.is_late(row.onward_due_at, work.now)


def is_asked_on(work: Work, row: TraceRequestRow, told: dict[str, Any]) -> bool:
    """Whether another State asks on for us, or is to decide that. told: the answer to our own question."""
    hops = of(work, row)
    if not hops:
        return told.get("asks_onward") in _ASKS
    last = hops[-1]
    return RequestState(last.stands) in OPEN or told_in(last).get("asks_onward") in _ASKS


def links(work: Work, row: TraceRequestRow) -> list[Link]:
    """What was told on our behalf, as links of the chain of our question."""
    return [_link(hop) for hop in answered(work, row)]


def _link(hop: Hop) -> Link:
    told = told_in(hop)
    left = told.get("next_state") or {}
    paper = " ".join(filter(None, (left.get("document_kind"), left.get("document_number"))))
    wanted = tuple(FieldWanted(one["field"]) for one in told.get("wanted", ()))
    stands = RequestState(hop.stands)
    return Link(
        hop.state,
        stands if stands in ANSWERED else RequestState.ANSWERED,
        told.get("outcome", ""),
        left.get("code", ""),
        left.get("date", ""),
        paper,
        wanted,
    )


def views(work: Work, row: TraceRequestRow) -> tuple[HopView, ...]:
    """The hops of a request as whoever reads them may see them."""
    return tuple(_view(work, row, hop) for hop in of(work, row))


def _view(work: Work, row: TraceRequestRow, hop: Hop) -> HopView:
    told, over = told_in(hop), _over_since(work, row, hop)
    if told and over:
        told = redaction.bare(told, str(over))
    return HopView(
        n=hop.n,
        asked_by=hop.asked_by,
        state=hop.state,
        stands=hop.stands,
        late=hop.late,
        ground=hop.ground,
        words="" if over else hop.words,
        asked_at=hop.asked_at,
        answered_at=hop.answered_at,
        answer=told or None,
        handling=bound_in(hop) or None,
        proven=hop.proven,
        confirmed=exchange.is_trusted(work, hop.state),
        message=hop.jti,
    )


def chain_views(work: Work, row: TraceRequestRow) -> list[dict[str, Any]]:
    """The hops of a request as the picture of its chain shows them."""
    return [_summary(hop) for hop in views(work, row)]


def _summary(hop: HopView) -> dict[str, Any]:
    waited = hop.answered_at - hop.asked_at if hop.answered_at else None
    told = hop.answer or {}
    return {
        "number": "",
        "peer": hop.state,
        "state": hop.stands,
        "sent_at": hop.asked_at,
        "answered_at": hop.answered_at,
        "seconds": round(waited.total_seconds()) if waited is not None else None,
        "outcome": told.get("outcome", ""),
        "next_state": told.get("next_state") or {},
        "current": False,
        "means": "",
        "entered_by": "",
        "asked_by": hop.asked_by,
        "proven": hop.proven,
        "confirmed": hop.confirmed,
        "late": hop.late,
        "ground": hop.ground,
        "words": hop.words,
    }


def behalf(work: Work, row: TraceRequestRow) -> BehalfView | None:
    """On whose behalf a request of another State is; None where it asks for itself."""
    found = work.session.get(Behalf, row.id) if row.direction == Direction.IN else None
    return BehalfView(found.origin, tuple(found.path.split(",")), found.jti) if found else None


def _over_since(work: Work, row: TraceRequestRow, hop: Hop) -> date | None:
    """Until when what a hop told was to be kept, once that is over; no longer than the answer of the State
    that tells of it.
    """
    if answer_queries.is_over(work, row):
        return row.keep_until
    return hop.keep_until if hop.keep_until is not None and hop.keep_until < work.today else None


def over(work: Work, row: TraceRequestRow) -> list[Hop]:
    """The hops of which the time is over that their State set, while our own question's answer may stay."""
    return [hop for hop in of(work, row) if hop.keep_until is not None and hop.keep_until < work.today]


def told_on_over(work: Work, row: TraceRequestRow) -> dict[int, date]:
    """The hops that were told in a request's thread of which the time is over, and until when it was."""
    if row.direction == Direction.OUT:
        return {hop.n: hop.keep_until for hop in over(work, row) if hop.keep_until}
    going_on = gone_on(work, row)
    asked = work.session.get(TraceRequestRow, going_on) if going_on else None
    if asked is None:
        return {}
    if asked.keep_until is not None and answer_queries.time_is_over(asked, work.today):
        return dict.fromkeys(range(1, MOST_HOPS + 1), asked.keep_until)
    return {n + 1: day for n, day in told_on_over(work, asked).items()}


def hop_in(record: str) -> int:
    """Of which hop a message tells, counted from whom it is for."""
    found: int = strict_json.loads(jose.parse(record).payload)["body"]["hop"]
    return found


def gone_on(work: Work, row: TraceRequestRow) -> int | None:
    """The request of ours that goes on from this one of another State, or the one that this goes on from."""
    ours, theirs = AskedOnward.request_id, AskedOnward.for_id
    asked = select(theirs).where(ours == row.id)
    if row.direction == Direction.IN:
        asked = select(ours).where(theirs == row.id)
    return work.session.scalar(asked)
