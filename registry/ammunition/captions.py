"""The words on artwork in the language of whoever prints it."""

from __future__ import annotations

from flask_babel import gettext as _

from registry.ammunition.artwork import Captions
from registry.core.web.words import language_of_visitor, options
from schemas.vocabulary import PackageLevel


def captions() -> Captions:
    """In the visitor's language."""
    return Captions(
        lot=_("Lot"),
        quantity=_("Cartridges"),
        buyer=_("Buyer"),
        made=_("Made on"),
        number=_("Package"),
        levels=dict(options(PackageLevel)),
        language=language_of_visitor(),
    )
