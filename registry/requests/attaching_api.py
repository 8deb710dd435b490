"""Routes of the API for files that go with requests and answers, or came with them."""

from __future__ import annotations

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.requests import attached, attaching, queries
from registry.requests.api import blueprint
from registry.requests.letters_api import MOST_BYTES, decoded_scan
from registry.requests.views import RequestView
from schemas import requests as shapes
from schemas.access import NothingSchema
from schemas.vocabulary import May


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.route("/requests/<number>/attachments", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_WRITE,
    takes=shapes.AttachmentNewSchema,
    gives=shapes.RequestSchema,
    versioned=True,
    most_bytes=MOST_BYTES,
    at="/requests/{number}",
)
def attach(work: Work, new: shapes.AttachmentNew, number: str, version: int) -> RequestView:
    """Let a file go with the next step, as a photograph of the mark or a paper: PDF, JPEG or PNG."""
    return attaching.attach(work, _key(number), decoded_scan(new.name, new.content, "content"), version)


@blueprint.route("/requests/<number>/attachments/<digest>/withdrawal", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_WRITE,
    takes=NothingSchema,
    gives=shapes.RequestSchema,
    status=200,
    versioned=True,
)
def detach(work: Work, nothing: object, number: str, digest: str, version: int) -> RequestView:
    """Take back a file that was not sent yet."""
    return attaching.detach(work, _key(number), digest, version)


@blueprint.route("/requests/<number>/attachments/<digest>", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ, media="application/octet-stream")
def attachment(number: str, digest: str) -> bytes:
    """A file of a request, byte for byte; digest: its SHA-256, hexadecimal."""
    with look() as work:
        return attached.file(work, queries.request_row(work, _key(number)), digest)[1]
