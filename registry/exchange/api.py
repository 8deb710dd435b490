"""The route at which other States' messages arrive; nothing here is for people."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from registry.core.web import guard
from registry.core.web.context import asked, registry
from registry.exchange import inbox
from registry.exchange.rules import LARGEST_BODY

MEDIA_TYPE = "application/jose"
OPEN = "other States have no accounts: the signature within says who writes"
blueprint: Any = Blueprint(
    "api_exchange", __name__, url_prefix="/exchange/v1", description="Messages between States"
)
_TOKEN = {MEDIA_TYPE: {"schema": {"type": "string"}}}
_RECEIPT = {"description": "It is kept with its effect: a signed receipt, the same for a repetition."}
_PROBLEM = {"description": "It is not taken: a signed problem, or nothing without a key to sign with."}


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
    too_large = (request.content_length or 0) > LARGEST_BODY
    body = b"." * (LARGEST_BODY + 1) if too_large else asked().body()
    kinds = current_app.extensions["exchange_kinds"]
    answer = inbox.receive(registry().office, kinds, body, request.remote_addr or "")
    return Response(answer.body, answer.status, mimetype=MEDIA_TYPE)
