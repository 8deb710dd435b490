"""Routes of the API for scenes."""

from __future__ import annotations

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.tracing import scenes
from registry.tracing.api import blueprint
from registry.tracing.sealing import sealed_scene
from schemas import scenes as shapes
from schemas.paging import Page
from schemas.vocabulary import May


@blueprint.route("/scenes", methods=["GET"])
@api.reads(blueprint, May.TRACE_READ, gives=shapes.SceneSchema, query=shapes.ScenesAskedSchema, paged=True)
def all_scenes(work: Work, asked: shapes.ScenesAsked) -> Page[scenes.SceneView]:
    """Scenes recorded before."""
    return scenes.scenes(work, asked)


@blueprint.route("/scenes", methods=["POST"])
@api.writes(blueprint, May.TRACE_ASK, takes=shapes.SceneNewSchema, gives=shapes.SceneSchema)
def record_scene(work: Work, new: shapes.SceneNew) -> scenes.SceneView:
    """Record the cartridges of a scene and trace them together."""
    return scenes.record(work, new)


@blueprint.route("/scenes/<number>", methods=["GET"])
@api.reads(blueprint, May.TRACE_READ, gives=shapes.SceneSchema)
def one_scene(work: Work, number: str) -> scenes.SceneView:
    """A scene with the answer given."""
    return scenes.scene(work, find_registry_number("Z", number))


@blueprint.route("/scenes/<number>/report.pdf", methods=["GET"])
@api.prints(blueprint, May.TRACE_READ)
def report_of_scene(number: str) -> bytes:
    """The report of one scene."""
    with look() as work:
        found = scenes.scene(work, find_registry_number("Z", number))
    return sealed_scene(found)
