"""Routes of the API for labels: formats, printers, print jobs, and which label was printed."""

from __future__ import annotations

from typing import Any

from flask import Response

from registry.core.web import api
from registry.core.web.context import begin
from registry.core.web.words import language_of_visitor
from registry.core.work import Work
from registry.labels import acts, printing, queries
from registry.labels.queries import job_key
from schemas import labels as shapes
from schemas.access import NothingSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("labels", "Labels: formats, printers and print jobs (FP art. 8)")
FILE = {"type": "string", "format": "binary"}


@blueprint.route("/label-media", methods=["GET"])
@api.reads(blueprint, May.LABEL_PRINT, gives=shapes.MediumSchema, paged=True)
def media(work: Work) -> Page[queries.MediumView]:
    """Formats of labels: the authority's own and those that are sold everywhere."""
    return Page(tuple(queries.media(work)), "")


@blueprint.route("/label-media", methods=["POST"])
@api.writes(blueprint, May.LABEL_SET, takes=shapes.MediumNewSchema, gives=shapes.MediumSchema)
def add_medium(work: Work, new: shapes.MediumNew) -> queries.MediumView:
    """Keep a format in millimetres."""
    return acts.add_medium(work, new)


@blueprint.route("/label-printers", methods=["GET"])
@api.reads(blueprint, May.LABEL_PRINT, gives=shapes.PrinterSchema, paged=True)
def printers(work: Work) -> Page[queries.PrinterView]:
    """Printers with their offsets."""
    return Page(tuple(queries.printers(work)), "")


@blueprint.route("/label-printers", methods=["POST"])
@api.writes(
    blueprint,
    May.PRINTER_SET,
    takes=shapes.PrinterNewSchema,
    gives=shapes.PrinterSchema,
    at="/label-printers/{name}",
)
def add_printer(work: Work, new: shapes.PrinterNew) -> queries.PrinterView:
    """Keep a printer."""
    return acts.add_printer(work, new)


@blueprint.route("/label-printers/<name>", methods=["GET"])
@api.reads(blueprint, May.LABEL_PRINT, gives=shapes.PrinterSchema)
def printer(work: Work, name: str) -> queries.PrinterView:
    """One printer."""
    return queries.printer(work, name)


@blueprint.route("/label-printers/<name>", methods=["PUT"])
@api.writes(
    blueprint,
    May.PRINTER_SET,
    takes=shapes.PrinterNewSchema,
    gives=shapes.PrinterSchema,
    status=200,
    versioned=True,
)
def set_printer(work: Work, new: shapes.PrinterNew, name: str, version: int) -> queries.PrinterView:
    """Say how far off it prints."""
    return acts.set_printer(work, name, new, version)


@blueprint.route("/label-jobs", methods=["GET"])
@api.reads(blueprint, May.LABEL_PRINT, gives=shapes.JobRowSchema, query=shapes.JobsAskedSchema, paged=True)
def jobs(work: Work, asked: shapes.JobsAsked) -> Page[queries.JobRow]:
    """Print jobs: one's own, of the authority all."""
    return queries.jobs(work, asked)


@blueprint.route("/label-jobs", methods=["POST"])
@api.takes(blueprint, May.LABEL_PRINT, takes=shapes.JobNewSchema, gives=shapes.JobSchema)
def make_job(new: shapes.JobNew) -> Response:
    """Choose what is labelled, on what; nothing is printed yet."""
    settled, labels = printing.prepared(printing.here(), new)

    def made(work: Work) -> Response:
        return api.respond(shapes.JobSchema, acts.make_job(work, settled, labels), 201)

    with begin() as work:
        return api.once(work, lambda: made(work))


@blueprint.route("/label-jobs/<number>", methods=["GET"])
@api.reads(blueprint, May.LABEL_PRINT, gives=shapes.JobSchema)
def job(work: Work, number: str) -> queries.JobView:
    """One job, how far it came, and when it went to the printer."""
    return queries.job(work, job_key(number))


@blueprint.route("/label-jobs/<number>/picture.svg", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT, query=shapes.PreviewAskedSchema, media="image/svg+xml")
def picture(asked: shapes.PreviewAsked, number: str) -> str:
    """How one of its labels looks."""
    return printing.picture(number, asked.n)


@blueprint.route("/label-jobs/<number>/runs", methods=["POST"])
@api.takes(
    blueprint,
    May.LABEL_PRINT,
    takes=shapes.RunNewSchema,
    gives=FILE,
    status=200,
    keyed=False,
    media="application/octet-stream",
)
def run(new: shapes.RunNew, number: str) -> Response:
    """Send labels to the printer: the file, PDF, ZPL or an archive of SVG drawings, as the job says.

    Every label has an issue of its own.
    """
    answer = printing.answered(printing.sent(printing.here(), number, new))
    answer.mimetype = "application/octet-stream"
    return answer


@blueprint.route("/label-jobs/<number>/cancel", methods=["POST"])
@api.writes(
    blueprint, May.LABEL_PRINT, takes=NothingSchema, gives=shapes.JobSchema, status=200, versioned=True
)
def cancel(work: Work, nothing: object, number: str, version: int) -> queries.JobView:
    """Give up what was not sent."""
    return acts.cancel(work, job_key(number), version)


@blueprint.route("/label-printings", methods=["GET"])
@api.reads(
    blueprint, May.LABEL_PRINT, gives=shapes.PrintingSchema, query=shapes.PrintingsAskedSchema, paged=True
)
def printings(work: Work, asked: shapes.PrintingsAsked) -> Page[queries.PrintingView]:
    """Which labels of a number were printed, when and by whom: so that a duplicate is recognised."""
    return Page(tuple(queries.printings(work, asked.number.strip().upper())), "")


@blueprint.route("/label-printers/<name>/calibration.pdf", methods=["GET"])
@api.prints(blueprint, May.LABEL_PRINT)
def calibration(name: str) -> bytes:
    """The page by which a printer is set straight."""
    return printing.calibration(name, language_of_visitor())
