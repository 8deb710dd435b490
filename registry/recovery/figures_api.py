"""Routes of the API for figures and established origins."""

from __future__ import annotations

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.recovery import figures_queries, origin_acts, views
from registry.recovery.api import blueprint
from registry.recovery.figures import Figures, period
from schemas import figures as shapes
from schemas.recovery import RecoveredItemSchema
from schemas.vocabulary import May


@blueprint.route("/figures/recoveries", methods=["GET"])
@api.reads(blueprint, May.RECOVERY_READ, gives=shapes.FiguresSchema, query=shapes.FiguresAskedSchema)
def figures(work: Work, asked: shapes.FiguresAsked) -> Figures:
    """SDG indicator 16.4.2 of this year, or of at most a year, and what was destroyed."""
    return figures_queries.figures_of(work, period(asked, work.today))


@blueprint.route("/evidence/<number>/origin", methods=["POST"])
@api.writes(
    blueprint,
    May.RECOVERY_RECORD,
    takes=shapes.OriginNewSchema,
    gives=RecoveredItemSchema,
    status=200,
    versioned=True,
)
def establish(work: Work, new: shapes.OriginNew, number: str, version: int) -> views.ItemView:
    """Record what a competent authority established of a firearm's origin, where no trace did."""
    return origin_acts.establish(work, find_registry_number("EV", number), new, version)
