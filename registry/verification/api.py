"""The API's route for the verification of documents; open to everyone."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request

from registry.core.web import api, guard
from registry.core.web.context import registry
from registry.verification import checking
from schemas.verification import VerifiedSchema

blueprint: Any = api.blueprint("verification", "Whether a document is genuine and current (FP art. 10(5))")


@blueprint.route("/verifications/<code>", methods=["GET"])
@blueprint.doc(security=[])
@blueprint.response(200, VerifiedSchema)
@blueprint.alt_response(404, "PROBLEM_404")
@blueprint.alt_response(429, "PROBLEM_429")
@guard.public("whoever holds a document may ask whether it is genuine")
def verification(code: str) -> Response:
    """Whether a document is genuine and current; unknown codes are answered alike, and counted."""
    found = checking.verify(
        registry().office, code, request.remote_addr or "", current_app.extensions["verifiable"]
    )
    facts = [{"name": name, "value": value} for name, value in found.facts]
    return api.respond(VerifiedSchema, {**vars(found), "facts": facts}, 200)
