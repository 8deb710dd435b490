"""Pages of scenes: a grid for many cartridges, with paste from a spreadsheet, and the answer."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.policy import purposes
from registry.core.web import context, files, guard
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown, spoken
from registry.tracing import scene_lines, scenes
from registry.tracing.pages import Answer, blueprint
from registry.tracing.sealing import sealed_scene
from schemas import scenes as shapes
from schemas.vocabulary import May

ROWS = 24


@blueprint.get("/scenes", endpoint="scenes")
@guard.may(May.TRACE_READ)
def listing() -> str:
    """Scenes recorded before."""
    asked = load_form(shapes.ScenesAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        found = scenes.scenes(work, asked)
        may_ask = May.TRACE_ASK in work.actor.may
    return render_template("tracing/scenes.html", page=found, asked=asked, may_ask=may_ask, label=label)


@blueprint.route("/scenes/new", methods=["GET", "POST"], endpoint="new_scene")
@guard.may(May.TRACE_ASK)
def new() -> Answer:
    """Type or paste what was found."""
    typed, errors, status = dict(request.form), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            asked = load_form(shapes.SceneNewSchema(), _with_pasted(typed))
            with context.begin(asked.purpose, asked.case_number) as work:
                found = scenes.record(work, asked)
            return redirect(url_for("tracing.scene", number=found.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    page = render_template(
        "tracing/scene_new.html",
        typed=typed,
        errors=errors,
        rows=range(ROWS),
        columns=scene_lines.COLUMNS,
        states=[(state.value, spoken(words)) for state, words in scene_lines.FOUND_AS.items()],
        purposes=options(purposes(context.actor().role, May.TRACE_ASK)),
    )
    return page, status


def _with_pasted(typed: dict[str, str]) -> dict[str, str]:
    """The form with the pasted rows behind those of the grid; a state counts only beside what was read."""
    form = {name: value for name, value in typed.items() if name != "paste"}
    for n in range(ROWS):
        if not any(form.get(f"lines-{n}-{name}", "").strip() for name in ("code", "headstamp")):
            form.pop(f"lines-{n}-state", None)
    for n, row in enumerate(scene_lines.rows(typed.get("paste", "")), ROWS):
        form |= {f"lines-{n}-{name}": cell for name, cell in row.items()}
    return form


@blueprint.get("/scenes/<number>", endpoint="scene")
@guard.may(May.TRACE_READ)
def show(number: str) -> str:
    """The answer as it was given."""
    with context.look() as work:
        found = scenes.scene(work, find_registry_number("Z", number))
        may_read_lots = May.LOT_READ in work.actor.may
    findings = [{**finding, "title": label(finding["kind"])} for finding in found.answer["findings"]]
    return render_template(
        "tracing/scene.html", scene=found, answer=found.answer, findings=findings, label=label,
        may_read_lots=may_read_lots,
    )  # fmt: skip


@blueprint.get("/scenes/<number>/report.pdf", endpoint="scene_report")
@guard.may(May.TRACE_READ)
def report(number: str) -> Response:
    """The answer as PDF, for the file of the case."""
    with context.look() as work:
        found = scenes.scene(work, find_registry_number("Z", number))
    return files.shown(sealed_scene(found), f"scene-{found.number}.pdf")
