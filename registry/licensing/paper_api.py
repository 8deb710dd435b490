"""The route of the API for the licence on paper."""

from __future__ import annotations

from registry.core.web import api
from registry.licensing.api import blueprint
from registry.licensing.queries import licence_key
from registry.licensing.sealing import sealed_licence
from schemas.vocabulary import May


@blueprint.route("/licences/<number>/licence.pdf", methods=["GET"])
@api.prints(blueprint, May.LICENCE_READ)
def licence_document(number: str) -> bytes:
    """An issued licence on paper, with a code by which everyone can verify it."""
    return sealed_licence(licence_key(number))
