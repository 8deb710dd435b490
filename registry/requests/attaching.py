"""What people do with files that go with a request or an answer: add one, take one back before it is sent."""

from __future__ import annotations

from registry.core.errors import Conflict, NotFound, Stale, refuse_if
from registry.core.work import Work, act, allow
from registry.exchange import attachments, jose
from registry.exchange.scans import Scan
from registry.requests import attached, queries, rules
from registry.requests.tables import TraceRequestRow
from registry.requests.views import RequestView
from schemas.exchange import Attachment
from schemas.requests_vocabulary import RequestState, Side
from schemas.vocabulary import May
from schemas.words import said


@act(May.REQUEST_WRITE)
def attach(work: Work, request_id: int, scan: Scan, version: int) -> RequestView:
    """Let a file go with the next step: with a request, with more that was asked for, with an answer.

    Raises NotFound, Stale, Forbidden for an answer that is for others to give, Refused, Conflict.
    """
    row = _current(work, request_id, version)
    waiting = attached.waiting(work, row.id)
    refuse_if(rules.unmet_to_attach(RequestState(row.state), queries.side_of(row), len(waiting)))
    if scan.digest in {one.digest for one in waiting}:
        raise Conflict(said("This file goes with the next step already"))
    attachments.keep(work, scan.digest, scan.content)
    named = Attachment(jose.encoded(scan.digest), len(scan.content), scan.media, scan.name)
    attached.add(work, row.id, named, work.actor.user_id)
    row.version += 1
    return queries.request(work, row.id)


@act(May.REQUEST_WRITE)
def detach(work: Work, request_id: int, digest: str, version: int) -> RequestView:
    """Take back a file that was not sent yet; digest: hexadecimal. Raises NotFound, Stale, Forbidden."""
    row = _current(work, request_id, version)
    for one in attached.waiting(work, row.id):
        if one.digest.hex() == digest:
            attached.take_back(work, one)
            row.version += 1
            work.session.flush()
            return queries.request(work, row.id)
    raise NotFound(said("No such file waits for the next step"))


def _current(work: Work, request_id: int, version: int) -> TraceRequestRow:
    row = queries.request_row(work, request_id, locked=True)
    if queries.side_of(row) is Side.ASKED:
        allow(work.actor, May.REQUEST_ANSWER)
    if row.version != version:
        raise Stale
    return row
