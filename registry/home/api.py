"""The API's route of the one box."""

from __future__ import annotations

from typing import Any

from flask import url_for

from registry.core.web import api
from registry.core.work import Work
from registry.home import finding
from schemas.lookups import LookupAsked, LookupAskedSchema, LookupSchema

blueprint: Any = api.blueprint("lookups", "What a scanned or typed text leads to")


@blueprint.route("/lookups", methods=["GET"])
@api.reads(blueprint, None, gives=LookupSchema, query=LookupAskedSchema)
def lookup(work: Work, asked: LookupAsked) -> dict[str, Any]:
    """What a text leads to, the likeliest first; only what the token's holder may see."""
    found = finding.find(work, asked.text)
    return {
        "sure": found.sure,
        "candidates": [
            {"kind": one.kind, "text": one.text, "why": one.why, "page": url_for(one.endpoint, **one.values)}
            for one in found.candidates
        ],
    }
