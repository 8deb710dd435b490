"""The page of the licence on paper."""

from __future__ import annotations

from werkzeug.wrappers import Response

from registry.core.web import files, guard
from registry.licensing.pages import blueprint
from registry.licensing.queries import licence_key
from registry.licensing.sealing import sealed_licence
from schemas.vocabulary import May


@blueprint.get("/licences/<number>/licence.pdf")
@guard.may(May.LICENCE_READ)
def paper(number: str) -> Response:
    """An issued licence on paper."""
    return files.shown(sealed_licence(licence_key(number)), f"{number}.pdf")
