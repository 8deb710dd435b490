"""Disclosure that the law compels: the State whose information it is learns of it before (FP 12(5))."""

from __future__ import annotations

from dataclasses import asdict

from registry.core.errors import Conflict, Stale, refuse_if
from registry.core.work import Work, act
from registry.exchange import evidence
from registry.exchange.kinds import Kind, Kinds, Received
from registry.requests import disclosure_queries, doing, queries, rules
from registry.requests.tables import Disclosure, TraceRequestRow
from registry.requests.views import RequestView
from schemas.disclosures import DisclosureDone, DisclosureNew, DisclosureNewSchema
from schemas.requests_vocabulary import Direction, NoticeKind
from schemas.vocabulary import May
from schemas.words import said

NOTICE = "disclosure.notice"


@act(May.REQUEST_SEND)
def tell(work: Work, request_id: int, new: DisclosureNew, version: int) -> RequestView:
    """Tell the source that what it told us will have to be disclosed. Raises NotFound, Stale, Refused."""
    row = _current(work, request_id, version)
    received = row.direction == Direction.IN or bool(row.answer)
    refuse_if(rules.unmet_to_tell_disclosure(received, new.planned_on, work.today))
    posted = doing.tell(work, row, NOTICE, asdict(new))
    _keep(work, row, new, posted.jti, by_us=True)
    return queries.request(work, row.id)


@act(May.REQUEST_SEND)
def disclose(work: Work, request_id: int, n: int, done: DisclosureDone, version: int) -> RequestView:
    """Write down that it was disclosed: only once the source has the notice, and not before its day.

    Raises NotFound, Stale, Refused.
    """
    row = _current(work, request_id, version)
    told = disclosure_queries.row(work, row.id, n)
    if not told.by_us or told.disclosed_on is not None:
        raise Conflict(said("That is not ours to disclose, or was disclosed already."))
    known = bool(row.means) or evidence.delivered_at(work, told.jti) is not None
    refuse_if(rules.unmet_to_disclose(known, told.planned_on, done.disclosed_on, work.today))
    told.disclosed_on, told.disclosed_by = done.disclosed_on, work.actor.user_id
    row.version += 1
    details = {"recipient": told.recipient, "disclosed_on": done.disclosed_on.isoformat()}
    doing.note(work, row, NoticeKind.DISCLOSED, told.words, details)
    return queries.request(work, row.id)


@act(May.REQUEST_ANSWER)
def see(work: Work, request_id: int, n: int, version: int) -> RequestView:
    """As the source, say that somebody has read it. Raises NotFound, Stale, Conflict."""
    row = _current(work, request_id, version)
    told = disclosure_queries.row(work, row.id, n)
    if told.by_us or told.seen_at is not None:
        raise Conflict(said("That was not told to us, or was read already."))
    told.seen_at, told.seen_by = work.now, work.actor.user_id
    row.version += 1
    doing.note(work, row, NoticeKind.DISCLOSURE_SEEN, "", {"recipient": told.recipient})
    return queries.request(work, row.id)


def _current(work: Work, request_id: int, version: int) -> TraceRequestRow:
    row = queries.request_row(work, request_id, locked=True)
    if row.version != version:
        raise Stale
    return row


def _keep(work: Work, row: TraceRequestRow, new: DisclosureNew, jti: str, *, by_us: bool) -> None:
    n = disclosure_queries.last(work, row.id) + 1
    work.session.add(
        Disclosure(
            request_id=row.id,
            n=n,
            by_us=by_us,
            recipient=new.recipient,
            legal_basis=new.legal_basis,
            planned_on=new.planned_on,
            words=new.words,
            told_at=work.now,
            told_by=work.actor.user_id,
            jti=jti,
        )
    )
    row.version += 1
    details = {
        "recipient": new.recipient,
        "legal_basis": new.legal_basis,
        "planned_on": new.planned_on.isoformat(),
    }
    doing.note(work, row, NoticeKind.DISCLOSURE_TOLD, new.words, details, jti)


def take_notice(work: Work, received: Received) -> None:
    """FP 12(5): another State cannot keep what we told it from somebody, and says so before."""
    message = received.message
    row = disclosure_queries.in_thread(work, message.iss, message.thread)
    _keep(work, row, received.body, message.jti, by_us=False)


KINDS: Kinds = {NOTICE: Kind(NOTICE, DisclosureNewSchema, take_notice)}
