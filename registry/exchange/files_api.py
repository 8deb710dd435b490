"""Routes of the API for signed messages that were brought as files."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from registry.core.web import api
from registry.core.web.context import actor, registry
from registry.exchange import carrying
from schemas.exchange_files import BroughtSchema, SignedFile, SignedFileSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("exchange_files", "Signed messages of other States that come as files")


@blueprint.route("/exchange-files", methods=["POST"])
@api.takes(blueprint, May.EXCHANGE_CARRY, takes=SignedFileSchema, gives=BroughtSchema, keyed=False)
def bring(new: SignedFile) -> Response:
    """Take in a signed message, or the receipt of one of ours; the same file again has no second effect."""
    kinds = current_app.extensions["exchange_kinds"]
    found = carrying.bring(registry().office, kinds, new.content.encode(), actor())
    return api.respond(BroughtSchema, found, 201)
