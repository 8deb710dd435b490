"""Reading what has to be disclosed, and what the source knows of it."""

from __future__ import annotations

from sqlalchemy import func, select

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import evidence
from registry.requests.tables import Disclosure, TraceRequestRow
from registry.requests.views import DisclosureView
from schemas.words import said

MOST_UNSEEN = 100


def row(work: Work, request_id: int, n: int) -> Disclosure:
    """One of them, locked; raises NotFound."""
    found = work.session.get(Disclosure, (request_id, n), with_for_update=True)
    if found is None:
        raise NotFound(said("No disclosure was told under that number"))
    return found


def last(work: Work, request_id: int) -> int:
    """How many were told."""
    asked = select(func.max(Disclosure.n)).where(Disclosure.request_id == request_id)
    return work.session.scalar(asked) or 0


def of_request(work: Work, request_id: int) -> tuple[DisclosureView, ...]:
    """All of a request, the first one first."""
    asked = select(Disclosure).where(Disclosure.request_id == request_id).order_by(Disclosure.n)
    rows = work.session.scalars(asked).all()
    receipted = evidence.delivered(work, [told.jti for told in rows if told.by_us])
    return tuple(_view(told, is_receipted=not told.by_us or told.jti in receipted) for told in rows)


def _view(told: Disclosure, *, is_receipted: bool) -> DisclosureView:
    return DisclosureView(
        told.n,
        told.by_us,
        told.recipient,
        told.legal_basis,
        told.planned_on,
        told.words,
        told.told_at,
        told.jti,
        is_receipted,
        told.seen_at,
        told.disclosed_on,
    )


def in_thread(work: Work, peer: str, thread: str) -> TraceRequestRow:
    """The request that a notice is about, ours or theirs, locked; raises NotFound."""
    asked = select(TraceRequestRow).where(TraceRequestRow.peer == peer, TraceRequestRow.thread == thread)
    found = work.session.scalar(asked.with_for_update())
    if found is None:
        raise NotFound(said("No request with %(state)s has this thread", state=peer))
    return found


def unseen(work: Work) -> list[tuple[TraceRequestRow, Disclosure]]:
    """What other States told us that nobody has read, the day that comes first on top."""
    asked = (
        select(TraceRequestRow, Disclosure)
        .join(Disclosure, Disclosure.request_id == TraceRequestRow.id)
        .where(Disclosure.by_us.is_(False), Disclosure.seen_at.is_(None))
        .order_by(Disclosure.planned_on, TraceRequestRow.id, Disclosure.n)
    )
    return [(found, told) for found, told in work.session.execute(asked.limit(MOST_UNSEEN))]
