"""Pages for files that go with requests and answers, or came with them."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.exchange import scans
from registry.requests import attached, attaching, queries
from registry.requests.letters_pages import MOST_BYTES
from registry.requests.pages import Answer, blueprint, take_step
from schemas.exchange import LONGEST_ATTACHMENT
from schemas.vocabulary import May


@blueprint.post("/requests/<number>/attachments")
@guard.may(May.REQUEST_WRITE, most_bytes=MOST_BYTES)
def attach(number: str) -> Answer:
    """Let a file go with the next step."""
    sent = request.files.get("file")
    name, content = (sent.filename or "", sent.read(LONGEST_ATTACHMENT + 1)) if sent else ("", b"")
    return take_step(
        number,
        lambda work, key, version: attaching.attach(
            work, key, scans.looked_at(name, content, "file"), version
        ),
        "attach",
    )


@blueprint.post("/requests/<number>/attachments/<digest>/withdrawal")
@guard.may(May.REQUEST_WRITE)
def detach(number: str, digest: str) -> Answer:
    """Take back a file that was not sent yet."""
    return take_step(number, lambda work, key, version: attaching.detach(work, key, digest, version))


@blueprint.get("/requests/<number>/attachments/<digest>")
@guard.may(May.REQUEST_READ)
def attachment(number: str, digest: str) -> Response:
    """A file of a request, to be saved."""
    with context.look() as work:
        row = queries.request_row(work, find_registry_number("RQ", number))
        found, content = attached.file(work, row, digest)
    return files.saved(content, f"{number}-{digest[:8]}.{scans.ENDINGS[found.media]}", found.media)
