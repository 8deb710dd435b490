"""The routes at which other States' messages arrive and files are fetched; nothing here is for people."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from registry.core.web import guard
from registry.core.web.context import asked, registry
from registry.exchange import inbox, ordering
from registry.exchange.rules import LARGEST_BODY, LARGEST_ORDER

MEDIA_TYPE = "application/jose"
OPEN = "other States have no accounts: the signature within says who writes"
blueprint: Any = Blueprint(
    "api_exchange", __name__, url_prefix="/exchange/v1", description="Messages between States"
)
_TOKEN = {MEDIA_TYPE: {"schema": {"type": "string"}}}
_RECEIPT = {"description": "It is kept with its effect: a signed receipt, the same for a repetition."}
_PROBLEM = {"description": "It is not taken: a signed problem, or nothing without a key to sign with."}

_FILE = {"description": "The file: a JWE (ECDH-ES, A256GCM) of its bytes for whoever asked."}
_NOT_GIVEN = {"description": "It is not given: a signed problem, or nothing without a key to sign with."}


@blueprint.route("/messages", methods=["POST"])
@blueprint.doc(
    security=[],
    requestBody={"required": True, "content": _TOKEN},
    responses={"202": _RECEIPT | {"content": _TOKEN}}
    | {status: _PROBLEM | {"content": _TOKEN} for status in ("413", "422", "429", "503")},
)
@guard.public(OPEN)
def messages() -> Response:
    """Take a message: a JWS (Ed25519) of the sender within a JWE (ECDH-ES, A256GCM) for us."""
    kinds = current_app.extensions["exchange_kinds"]
    answer = inbox.receive(registry().office, kinds, _body(LARGEST_BODY), request.remote_addr or "")
    return Response(answer.body, answer.status, mimetype=MEDIA_TYPE)


def _body(most: int) -> bytes:
    """What arrived; where it is longer than that, something too long in its place."""
    too_large = (request.content_length or 0) > most
    return b"." * (most + 1) if too_large else asked().body()


@blueprint.route("/attachments", methods=["POST"])
@blueprint.doc(
    security=[],
    requestBody={"required": True, "content": _TOKEN},
    responses={"200": _FILE | {"content": _TOKEN}}
    | {status: _NOT_GIVEN | {"content": _TOKEN} for status in ("410", "413", "422", "429", "503")},
)
@guard.public(OPEN)
def attachments() -> Response:
    """Give a file that a message of ours names, to the State that it went to: an order, signed and sealed."""
    answer = ordering.give(registry().office, _body(LARGEST_ORDER), request.remote_addr or "")
    return Response(answer.body, answer.status, mimetype=MEDIA_TYPE)
