"""Reading what goes by other means: scans of letters, and signed messages that leave as files."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import attachments
from registry.requests.kept_files import files
from registry.requests.queries import request_number, request_row
from registry.requests.tables import RequestEvent
from registry.requests.views import FileView
from schemas.words import said


def scan(work: Work, request_id: int, n: int) -> tuple[FileView, bytes]:
    """A scan with its bytes, for whoever may see the request; raises NotFound."""
    row = request_row(work, request_id)
    found = next((file for file in files(work, row.id) if file.n == n), None)
    content = attachments.content(work, bytes.fromhex(found.digest)) if found else None
    if found is None or content is None:
        raise NotFound(said("%(number)s has no scan %(n)s", number=request_number(request_id), n=n))
    work.saw("trace_request", [row.id])  # a letter may name people
    return found, content


def carried(work: Work, request_id: int, jti: str) -> str:
    """The signed message of a request that leaves as a file, by its name; raises NotFound."""
    row = request_row(work, request_id)
    asked = select(RequestEvent.n).where(RequestEvent.request_id == row.id, RequestEvent.jti == jti)
    if not jti or work.session.scalar(asked.limit(1)) is None:
        raise NotFound(said("%(number)s has no such message", number=request_number(request_id)))
    return jti
