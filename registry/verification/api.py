"""The API's route for the verification of documents; open to everyone."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request

from registry.core.web import api, guard
from registry.core.web.context import registry
from registry.exchange import jose
from registry.verification import checking, key_queries
from registry.verification.tables import PaperKey
from schemas.verification import PaperKeysSchema, VerifiedSchema

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


@blueprint.route("/paper-keys", methods=["GET"])
@blueprint.doc(security=[])
@blueprint.response(200, PaperKeysSchema)
@guard.public("whoever holds a paper may check it, also without a network")
def paper_keys() -> Response:
    """Public keys by which the squares of papers are checked, with the time each serves."""
    parts = registry()
    with parts.office.look(checking.ANYONE) as work:
        keys = [_told(row) for row in key_queries.keys(work)]
        return api.respond(PaperKeysSchema, {"state": work.home, "now": work.now, "keys": keys}, 200)


def _told(row: PaperKey) -> dict[str, Any]:
    intervals = {name: getattr(row, name) for name in ("valid_from", "valid_until", "withdrawn_at")}
    return {"kid": row.kid, "x": jose.encoded(row.public), **intervals}


@blueprint.route("/paper-endings", methods=["GET"])
@blueprint.doc(security=[])
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/cose")
@blueprint.alt_response(404, "PROBLEM_404")
@guard.public("whoever holds a paper may check it, also without a network")
def paper_endings() -> Response:
    """Papers that are suspended, revoked, replaced or ended, signed with its time: docs/offline-papers.md."""
    with registry().office.look(checking.ANYONE) as work:
        raw = key_queries.signed_endings(work, current_app.extensions["endings"])
    return Response(raw, mimetype="application/cose")
