"""Pages of print jobs: choose, look, print, go on after a jam, and recognise a duplicate."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.core.errors import Invalid, NotFound, RegistryError
from registry.core.web import context, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, language_of_visitor, options, shown
from registry.labels import acts, printing, queries, sources
from registry.labels.queries import job_key
from schemas import labels as shapes
from schemas.label_vocabulary import JobState, LabelDesign, LabelOutput
from schemas.vocabulary import May

blueprint = Blueprint("labels", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Labels", "labels.list", May.LABEL_PRINT, 45),)
Answer = Any
TONES = {JobState.OPEN: "information", JobState.DONE: "good", JobState.CANCELLED: "neutral"}
LARGEST_LIST = 1 << 20
LANGUAGES = (("en", "English"), ("pt", "Português"), ("ar", "العربية"))


def render(template: str, **given: Any) -> str:
    """A page of this subject."""
    return render_template(f"labels/{template}.html", label=label, tones=TONES, **given)


@blueprint.get("/labels", endpoint="list")
@guard.may(May.LABEL_PRINT)
def jobs() -> str:
    """Print jobs."""
    given = {name: value for name, value in request.args.items() if value}
    asked = load_form(shapes.JobsAskedSchema(), {"sort": "-number", **given})
    with context.look() as work:
        page = queries.jobs(work, asked)
    return render("list", page=page, asked=asked)


@blueprint.route("/labels/new", methods=["GET", "POST"])
@guard.may(May.LABEL_PRINT, most_bytes=LARGEST_LIST + 100_000)
def new() -> Answer:
    """Choose what is labelled: by list, scanner, file or shipment."""
    errors: Any = ()
    status = 200
    if request.method == "POST":
        try:
            made = printing.made(printing.here(), _asked())
            return redirect(url_for("labels.show", number=made.number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status if error.status < 500 else 422
    with context.look() as work:
        media, printers = queries.media(work), queries.printers(work)
    typed = {"language": language_of_visitor().code, **(request.form or request.args).to_dict()}
    return render(
        "new",
        errors=errors,
        typed=typed,
        designs=options(LabelDesign),
        media=[(one.name, _told(one)) for one in media],
        printers=[
            (one.name, f"{one.name} ({one.language.upper()}, {one.resolution} dpi)") for one in printers
        ],
        outputs=[(one.value, one.value.upper()) for one in LabelOutput],
        languages=LANGUAGES,
        resolutions=[(str(one), f"{one} dpi") for one in shapes.RESOLUTIONS],
    ), status


def _told(one: queries.MediumView) -> str:
    size = f"{one.width:g} × {one.height:g} mm"
    return f"{one.name}: {size}" + (f", {one.columns} × {one.rows}" if one.kind == "sheet" else "")


def _asked() -> shapes.JobNew:
    """The form, its numbers one to a line as a scanner types them, or the first column of a file."""
    form = {name: value for name, value in request.form.items() if name != "numbers"}
    sent = request.files.get("file")
    text = request.form.get("numbers", "")
    if sent is not None and sent.filename:
        try:
            text += "\n" + sent.stream.read(LARGEST_LIST).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid.at("file", _("This is no text: send one number a line.")) from None
    numbers = {f"numbers-{n}": number for n, number in enumerate(sources.listed(text))}
    asked: shapes.JobNew = load_form(shapes.JobNewSchema(), {**form, **numbers})
    return asked


@blueprint.get("/labels/lookup")
@guard.may(May.LABEL_PRINT)
def lookup() -> str:
    """Whether a label is the one in force: every one of its number that was printed."""
    number = request.args.get("number", "").strip().upper()[:60]
    found = []
    if number:
        with context.look() as work:
            found = queries.printings(work, number)
    return render("lookup", number=number, found=found)


@blueprint.get("/labels/<number>")
@guard.may(May.LABEL_PRINT)
def show(number: str) -> str:
    """One job: its labels as pictures, and how far it came."""
    return _shown(number)


def _shown(number: str, errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.job(work, job_key(number))
        medium = queries.medium_view(work, found.medium)
        n = min(max(request.args.get("n", found.sent + 1, int), 1), found.labels)
        at = queries.contents(work, job_key(number), n, n)
    return render(
        "show",
        found=found,
        medium=medium,
        n=n,
        at=at[0][1],
        errors=errors,
        typed=request.form,
        language=dict(LANGUAGES)[found.language],
        may_set=May.PRINTER_SET in context.actor().may,
    )


@blueprint.get("/labels/<number>/picture.svg")
@guard.may(May.LABEL_PRINT)
def picture(number: str) -> Response:
    """How one of its labels looks."""
    drawn = printing.picture(number, request.args.get("n", 1, int))
    return Response(drawn, mimetype="image/svg+xml")


@blueprint.post("/labels/<number>/print")
@guard.may(May.LABEL_PRINT)
def send(number: str) -> Answer:
    """Send labels to the printer; the answer is the file."""
    form = request.form.to_dict()
    used = form.pop("used", "").replace(",", " ").split()
    form |= {f"used-{n}": place for n, place in enumerate(used[:400])}
    try:
        new = load_form(shapes.RunNewSchema(), form)
        return printing.answered(printing.sent(printing.here(), number, new))
    except NotFound:
        raise
    except RegistryError as error:
        return _shown(number, shown(error)), error.status


@blueprint.post("/labels/<number>/cancel")
@guard.may(May.LABEL_PRINT)
def cancel(number: str) -> Answer:
    """Give up what was not sent."""
    try:
        with context.begin() as work:
            acts.cancel(work, job_key(number), version_seen())
    except NotFound:
        raise
    except RegistryError as error:
        return _shown(number, shown(error)), error.status
    flash(_("Nothing more of it is printed."), "good")
    return redirect(url_for("labels.show", number=number), 303)
