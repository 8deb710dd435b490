"""Routes of the API for what lots bear beside their codes."""

from __future__ import annotations

from registry.ammunition import marking_acts, views
from registry.ammunition.api import blueprint
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from schemas.ammunition import LotSchema
from schemas.ammunition_markings import MarkingNew, MarkingNewSchema
from schemas.vocabulary import May


@blueprint.route("/lots/<number>/marking", methods=["PUT"])
@api.writes(blueprint, May.LOT_REGISTER, takes=MarkingNewSchema, gives=LotSchema, status=200, versioned=True)
def record_marking(work: Work, new: MarkingNew, number: str, version: int) -> views.LotView:
    """Record headstamp, control mark and what packages bear; a correction gives its reason."""
    return marking_acts.record_marking(work, find_registry_number("L", number), new, version)
