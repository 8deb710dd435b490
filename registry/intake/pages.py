"""Pages of registers that are brought in: hand in, settle, start, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.access import approval_queries
from registry.access.approval_queries import ProposalView
from registry.core.errors import Invalid, NotFound, RegistryError
from registry.core.web import context, guard, sheets
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown, spoken
from registry.core.work import Work
from registry.intake import acts, entering, mapping_queries, queries, undoing, workbooks
from registry.intake.columns import placed
from registry.intake.kinds import KINDS
from registry.intake.queries import run_key
from schemas import intake as shapes
from schemas.intake_vocabulary import IntakeKind, IntakePolicy, IntakeState
from schemas.vocabulary import ApprovalKind, May

blueprint = Blueprint("intake", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Bring in", "intake.list", May.INTAKE_RUN, 65),)
Answer = Any
S = IntakeState
TONES = {
    S.CHECKING: "information",
    S.CHECKED: "information",
    S.RUNNING: "information",
    S.PAUSED: "warning",
    S.DONE: "good",
    S.CANCELLED: "neutral",
    S.FAILED: "alarm",
    S.UNDOING: "warning",
    S.UNDONE: "neutral",
}
SETTLING = (S.CHECKING, S.CHECKED, S.FAILED)
"""Where it may be said which column is which."""
HEADS = ("line", "field", "column", "value", "reason", "suggestion")


def render(template: str, **given: Any) -> str:
    """A page of this subject."""
    return render_template(f"intake/{template}.html", label=label, tones=TONES, **given)


@blueprint.get("/intakes", endpoint="list")
@guard.may(May.INTAKE_RUN)
def intakes() -> str:
    """Files that were handed in."""
    given = {name: value for name, value in request.args.items() if value}
    asked = load_form(shapes.IntakesAskedSchema(), {"sort": "-number", **given})
    with context.look() as work:
        page = queries.runs(work, asked)
    return render("list", page=page, asked=asked)


@blueprint.route("/intakes/new", methods=["GET", "POST"])
@guard.may(May.INTAKE_RUN, most_bytes=shapes.LARGEST_FILE + 100_000)
def new() -> Answer:
    """Hand a file in."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                made = _handed_in(work)
            flash(_("The file is read; its rows are being judged."), "good")
            return redirect(url_for("intake.show", number=made.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    given = {"policies": options(IntakePolicy), "kinds": options(IntakeKind)}
    return render("new", errors=errors, typed=request.form or request.args, **given), status


def _handed_in(work: Work) -> queries.RunView:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid.at("file", _("Choose a file."))
    content = sent.stream.read(shapes.LARGEST_FILE + 1)
    most = shapes.LARGEST_WORKBOOK if workbooks.is_workbook(content) else shapes.LARGEST_FILE
    if len(content) > most:
        raise Invalid.at("file", _("It is too large to be sent: read it at the command line."))
    policy = request.form.get("policy", "")
    if policy not in list(IntakePolicy):
        raise Invalid.at("policy", _("Choose one."))
    kind = request.form.get("kind", IntakeKind.FIREARMS)
    if kind not in list(IntakeKind):
        raise Invalid.at("kind", _("Choose one."))
    received = request.form.get("received", "").strip().upper() or None
    sheet = request.form.get("sheet", "").strip()[: shapes.LONGEST_SHEET]
    name = sent.filename.rpartition("/")[2][-200:]
    told = acts.FileTold(name, IntakePolicy(policy), received, sheet, IntakeKind(kind))
    return acts.hand_in(work, BytesIO(content), told)


@blueprint.get("/intakes/<number>")
@guard.may(May.INTAKE_RUN)
def show(number: str) -> str:
    """One of them: how far it came, what its columns are, and what is wrong."""
    return page_of(number)


def page_of(number: str, errors: Any = ()) -> str:
    """The page of one, with what was wrong with a form of it."""
    with context.look() as work:
        found = queries.run(work, run_key(number))
        told = KINDS[IntakeKind(found.kind)].columns
        common = queries.common_faults(work, run_key(number), told.settled)
        first = queries.faults(work, run_key(number), shapes.FaultsAsked(limit=20))
        offered = mapping_queries.offered(work, run_key(number)) if found.state in SETTLING else []
        waiting = approval_queries.waiting_on(work, ApprovalKind.UNDO_INTAKE, number)
        asked = approval_queries.waiting_on(work, ApprovalKind.ENTER_INTAKE, number)
    return render(
        "show",
        found=found,
        common=common,
        faults=first,
        waiting=waiting,
        asked=asked,
        offered=[one for one in offered if placed(one.mapping, found.columns) != found.mapping],
        sees_proposals=May.APPROVAL_READ in context.actor().may,
        errors=errors,
        typed=request.form,
        fields=[(name, label(name)) for name in told.names],
        headings=[(column, column) for column in found.columns if column],
        missing=[name for name in told.needed if name not in {**found.mapping, **found.constants}],
        settled=told.settled,
        policies=options(IntakePolicy),
    )


def changed(number: str, act: Callable[[Work, int, int], Any], done: str) -> Answer:
    """One is changed by an act, whose refusal its page shows."""
    try:
        with context.begin() as work:
            act(work, run_key(number), version_seen())
    except NotFound:
        raise
    except RegistryError as error:
        return page_of(number, shown(error)), error.status
    flash(done, "good")
    return redirect(url_for("intake.show", number=number), 303)


@blueprint.post("/intakes/<number>/settings")
@guard.may(May.INTAKE_RUN)
def settle(number: str) -> Answer:
    """Say which column is which, and what stands for every row."""

    def change(work: Work, key: int, version: int) -> None:
        given = {name: value for name, value in request.form.items() if name != "version"}
        acts.settle(work, key, load_form(shapes.IntakeSettingSchema(), given), version)

    return changed(number, change, _("It is judged anew."))


@blueprint.post("/intakes/<number>/words")
@guard.may(May.INTAKE_RUN)
def confirm(number: str) -> Answer:
    """Say what a word stands for, and judge the file anew."""

    def change(work: Work, key: int, version: int) -> None:
        given = {name: request.form.get(name, "") for name in ("field", "text", "value")}
        acts.confirm(work, load_form(shapes.AliasNewSchema(), given))
        acts.judge_anew(work, key, version)

    return changed(number, change, _("It is remembered, and the file is judged anew."))


@blueprint.post("/intakes/<number>/start")
@guard.may(May.INTAKE_RUN)
def start(number: str) -> Answer:
    """Enter its rows."""
    return changed(number, acts.start, _("Its rows are being entered."))


@blueprint.post("/intakes/<number>/pause")
@guard.may(May.INTAKE_RUN)
def pause(number: str) -> Answer:
    """Stop for now."""
    return changed(number, acts.pause, _("It stops after the rows that are being entered."))


@blueprint.post("/intakes/<number>/cancel")
@guard.may(May.INTAKE_RUN)
def cancel(number: str) -> Answer:
    """Enter no more of it."""
    return changed(number, acts.cancel, _("No more of it is entered."))


@blueprint.post("/intakes/<number>/undo")
@guard.may(May.INTAKE_RUN)
def undo(number: str) -> Answer:
    """Propose that all it entered is taken back."""

    def propose(work: Work) -> ProposalView:
        taken = load_form(shapes.UndoNewSchema(), {"reason": request.form.get("reason", "")})
        return undoing.propose(work, run_key(number), taken, version_seen())

    return _proposed(number, propose)


def _proposed(number: str, propose: Callable[[Work], ProposalView]) -> Answer:
    try:
        with context.begin() as work:
            proposed = propose(work)
    except NotFound:
        raise
    except RegistryError as error:
        return page_of(number, shown(error)), error.status
    flash(_("This is proposed. It is done when somebody else has approved it."), "good")
    return redirect(url_for("access.proposal", proposal_id=proposed.id), 303)


@blueprint.post("/intakes/<number>/entering")
@guard.may(May.INTAKE_RUN)
def propose_entering(number: str) -> Answer:
    """Propose that its rows are entered, some of which take more than one person."""

    def propose(work: Work) -> ProposalView:
        taken = load_form(shapes.EnteringNewSchema(), {"reason": request.form.get("reason", "")})
        return entering.propose(work, run_key(number), taken, version_seen())

    return _proposed(number, propose)


@blueprint.get("/intakes/<number>/faults.csv")
@guard.may(May.INTAKE_RUN)
def faults(number: str) -> Response:
    """Everything that is wrong, as a file."""
    with context.look() as work:
        queries.run_row(work, run_key(number))
        found = [
            (one.line, label(one.field), one.column, one.value, spoken(one.reason), one.suggestion)
            for one in queries.all_faults(work, run_key(number))
        ]
    return sheets.answer(f"faults-{number}.csv", map(label, HEADS), found)
