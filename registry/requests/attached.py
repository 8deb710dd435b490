"""Reading files that go with requests and answers, or came with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import attachments, jose
from registry.exchange.attachments import Theirs
from registry.requests import answer_queries, kept_files
from registry.requests.tables import RequestAttachment, RequestEvent, RequestFile, TraceRequestRow
from registry.requests.views import AttachmentView
from schemas.exchange import MOST_ATTACHMENTS, Attachment
from schemas.requests_vocabulary import AttachmentState, RequestState
from schemas.words import said

_STATES = {
    "wanted": AttachmentState.AWAITED,
    "kept": AttachmentState.KEPT,
    "refused": AttachmentState.NOT_TAKEN,
}


def of_request(work: Work, row: TraceRequestRow) -> tuple[AttachmentView, ...]:
    """Ours and theirs, in the order of time."""
    ours = select(RequestAttachment).where(RequestAttachment.request_id == row.id)
    told = select(RequestEvent.jti).where(RequestEvent.request_id == row.id, RequestEvent.jti != "")
    found = [_ours(work, one) for one in work.session.scalars(ours.order_by(RequestAttachment.n))]
    theirs = attachments.of_messages(work, row.peer, list(work.session.scalars(told))) if row.thread else ()
    return tuple(sorted([*found, *map(_theirs, theirs)], key=lambda one: one.at))


def _ours(work: Work, row: RequestAttachment) -> AttachmentView:
    state = AttachmentState.SENT if row.sent_at else AttachmentState.GOES_NEXT
    by = kept_files.person(work, row.added_by)
    return AttachmentView(
        row.digest.hex(), row.name, row.media, row.size, True, row.added_at, by, state, row.jti, ""
    )


def _theirs(file: Theirs) -> AttachmentView:
    state = _STATES[file.state]
    return AttachmentView(
        file.digest.hex(),
        file.name,
        file.media,
        file.size,
        False,
        file.announced_at,
        "",
        state,
        file.jti,
        file.problem,
    )


def file(work: Work, row: TraceRequestRow, digest: str) -> tuple[AttachmentView, bytes]:
    """A file of a request with its bytes, for whoever may see the request; raises NotFound, also for what
    came with an answer that was to be kept until a day that is over.
    """
    not_here = (AttachmentState.AWAITED, AttachmentState.NOT_TAKEN)
    named = [one for one in of_request(work, row) if one.digest == digest and one.state not in not_here]
    readable = [one for one in named if one.by_us or not answer_queries.is_over(work, row)]
    content = attachments.content(work, bytes.fromhex(digest)) if readable else None
    if content is None:
        raise NotFound(said("This request has no such file here"))
    work.saw("trace_request", [row.id])  # a photograph may show people
    return readable[0], content


def waiting(work: Work, request_id: int) -> Sequence[RequestAttachment]:
    """Files of ours that go with the next step, the first one first."""
    asked = select(RequestAttachment).where(
        RequestAttachment.request_id == request_id, RequestAttachment.sent_at.is_(None)
    )
    return work.session.scalars(asked.order_by(RequestAttachment.n)).all()


def named(files: Sequence[RequestAttachment]) -> tuple[Attachment, ...]:
    """As a message names them."""
    return tuple(Attachment(jose.encoded(one.digest), one.size, one.media, one.name) for one in files)


def add(work: Work, request_id: int, file: Attachment, by: int) -> None:
    """Put a file beside those that go with the next step. by: whoever chose it."""
    last = select(func.max(RequestAttachment.n)).where(RequestAttachment.request_id == request_id)
    work.session.add(
        RequestAttachment(
            request_id=request_id,
            n=(work.session.scalar(last) or 0) + 1,
            digest=jose.decoded(file.sha256),
            name=file.name,
            media=file.media,
            size=file.size,
            added_at=work.now,
            added_by=by,
        )
    )
    work.session.flush()


def take_back(work: Work, file: RequestAttachment) -> None:
    """A file goes with no step; its bytes are erased where no step, letter or message names them any more."""
    digest = file.digest
    attachments.alone(work, digest)
    work.session.delete(file)
    work.session.flush()
    if not is_ours(work, digest):
        attachments.erase(work, digest)


def is_ours(work: Work, digest: bytes, beside: int | None = None) -> bool:
    """Whether a file goes with a request or answer of ours, or is the scan of a letter.

    beside: a request whose own letters do not count.
    """
    ours = select(RequestAttachment.n).where(RequestAttachment.digest == digest)
    letter = select(RequestFile.n).where(RequestFile.digest == digest)
    if beside is not None:
        letter = letter.where(RequestFile.request_id != beside)
    return bool(work.session.scalar(select(or_(ours.exists(), letter.exists()))))


def take_along(work: Work, row: TraceRequestRow, following: TraceRequestRow) -> None:
    """What went with a request goes with the one that asks the next State the same, five files at most."""
    sent = select(RequestAttachment).where(
        RequestAttachment.request_id == row.id, RequestAttachment.sent_at.is_not(None)
    )
    once = {one.digest: one for one in work.session.scalars(sent.order_by(RequestAttachment.n.desc()))}
    for one in list(once.values())[-MOST_ATTACHMENTS:]:
        add(work, following.id, named([one])[0], one.added_by)


def stands(work: Work, jti: str) -> bool:
    """Whether files of a message of ours are still given: not once its request is withdrawn."""
    withdrawn = (
        select(TraceRequestRow.id)
        .join(RequestAttachment)
        .where(RequestAttachment.jti == jti, TraceRequestRow.state == RequestState.WITHDRAWN.value)
    )
    return work.session.scalar(withdrawn.limit(1)) is None


MESSAGES = {"requests": stands}
"""For the exchange: which messages of requests count still."""
