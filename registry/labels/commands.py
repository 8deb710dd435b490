"""`flask --app wsgi labels …`: print from a list or file, go on after a jam, print once more, look up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.errors import Invalid, RegistryError
from registry.core.web.context import Registry
from registry.core.web.forms import load_form
from registry.core.work import OPERATOR
from registry.labels import acts, printing, queries, sources
from registry.labels.printing import Desk, File
from registry.labels.queries import JobView, job_key
from schemas import labels as shapes
from schemas.label_vocabulary import JobState, LabelDesign, LabelOutput
from schemas.paging import MOST

labels = AppGroup("labels", help="Labels: print jobs, and which label was printed.")
TARGET = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
ENDINGS = {".pdf": LabelOutput.PDF, ".zpl": LabelOutput.ZPL, ".zip": LabelOutput.SVG}


def _parts() -> Registry:
    parts: Registry = current_app.extensions["registry"]
    return parts


def _desk() -> Desk:
    return printing.desk_of(_parts().office, OPERATOR, _parts().settings.authority)


@contextmanager
def _or_exit() -> Iterator[None]:
    """A refusal in words, and 2."""
    try:
        yield
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"{error.filename or 'file'}: {error.strerror}", err=True)
        sys.exit(2)


def _places(command: Callable[..., None]) -> Callable[..., None]:
    """Which places of the first sheet are free."""
    used = click.option("--used", default="", help="Places after it that are used: 3,5.")
    return click.option("--start", default="1", help="First free place of the first sheet.")(used(command))


@labels.command("media")
def media() -> None:
    """Formats of labels, by name."""
    with _parts().office.look(OPERATOR) as work:
        for one in queries.media(work):
            grid = f"  {one.columns} × {one.rows} to a sheet" if one.kind == "sheet" else ""
            click.echo(f"{one.name:<16} {one.width:g} × {one.height:g} mm{grid}")


@labels.command("print")
@click.argument("file", type=TARGET)
@click.argument("numbers", nargs=-1)
@click.option("--design", type=click.Choice([one.value for one in LabelDesign]), required=True)
@click.option("--medium", required=True, help="A format's name: see `labels media`.")
@click.option("--of", "source", default="", help="All of a shipment, recovery, disposal or lot.")
@click.option(
    "--numbers", "listed", type=click.File("r"), help="A file, numbers in its first column; - for a scanner."
)
@click.option("--language", type=click.Choice(shapes.LANGUAGES), default="en")
@click.option("--printer", default="", help="Its language, resolution and offset count.")
@click.option("--resolution", type=click.Choice([str(one) for one in shapes.RESOLUTIONS]), default="300")
@click.option("--output", default="", help="pdf, zpl or svg; else the ending of FILE says it.")
@_places
def print_(
    file: Path, numbers: tuple[str, ...], listed: TextIO | None, start: str, used: str, **told: str
) -> None:
    """Print labels into FILE: .pdf, .zpl, .zip (a drawing each), or - for standard output."""
    with _or_exit(), _target(file) as out:
        asked = [*numbers, *(sources.listed(listed.read()) if listed else ())]
        told["output"] = told["output"] or _output(file, told["printer"])
        form = {**told, **{f"numbers-{n}": number for n, number in enumerate(asked)}}
        new = load_form(shapes.JobNewSchema(), form)
        job = printing.made(_desk(), new)
        try:
            done = _write(out, job, {"start": start}, used)
        except RegistryError:
            with _desk().begin() as work:
                acts.cancel(work, job_key(job.number), job.version)
            raise
    _tell(file, done)


def _output(file: Path, printer: str) -> str:
    if printer:
        return ""
    if file.suffix not in ENDINGS:
        raise Invalid.at("file", "Name a .pdf, .zpl or .zip file, or say --output.")
    return ENDINGS[file.suffix].value


@labels.command("list")
@click.option("--state", type=click.Choice([one.value for one in JobState]), default=None)
@click.option("--most", type=click.IntRange(1, MOST), default=20, help="How many, the newest first.")
def list_(state: str | None, most: int) -> None:
    """Print jobs and how far they came."""
    asked = shapes.JobsAsked(limit=most, sort="-number", state=JobState(state) if state else None)
    with _parts().office.look(OPERATOR) as work:
        found = queries.jobs(work, asked).items
    for one in found:
        far = f"{one.state:<9}  {one.sent:>5} of {one.labels:<5}"
        what = f"{one.design} on {one.medium}, {one.output}" + (f", of {one.source}" if one.source else "")
        click.echo(f"{one.number}  {one.created_at:%Y-%m-%d %H:%M}  {far}  {what}")


@labels.command("show")
@click.argument("number")
def show(number: str) -> None:
    """One job, with each time that it went to the printer."""
    with _or_exit():
        found = _job(number)
        click.echo(f"{found.number}: {found.design} on {found.medium}, {found.sent} of {found.labels} sent")
        for run in found.runs:
            why = f": {run.reason}" if run.reason else ""
            by = f"{run.sent_at:%Y-%m-%d %H:%M} UTC by {run.sent_by}"
            click.echo(f"{run.n:>3}  {run.first} to {run.last}  {run.kind}{why}  {by}")


@labels.command("resume")
@click.argument("number")
@click.argument("file", type=TARGET)
@click.option("--from", "first", default="", help="After a jam: the first label that is missing.")
@_places
def resume(number: str, file: Path, first: str, start: str, used: str) -> None:
    """Go on with job NUMBER; labels that may exist already say that they are a later issue."""
    with _or_exit(), _target(file) as out:
        told = {"first": first, "jammed": "1"} if first else {}
        done = _write(out, _job(number), {**told, "start": start}, used)
    _tell(file, done)


@labels.command("reprint")
@click.argument("number")
@click.argument("file", type=TARGET)
@click.option("--first", required=True, help="Label of the job, from 1.")
@click.option("--last", default="", help="The same without it.")
@click.option("--reason", required=True)
@_places
def reprint(number: str, file: Path, first: str, last: str, reason: str, start: str, used: str) -> None:
    """Print some labels of job NUMBER once more; each says that it is a later issue."""
    with _or_exit(), _target(file) as out:
        told = {"first": first, "last": last or first, "reason": reason, "start": start}
        done = _write(out, _job(number), told, used)
    _tell(file, done)


@labels.command("lookup")
@click.argument("number")
def lookup(number: str) -> None:
    """Every label of NUMBER that was printed, the one in force first. Ends with 1 where there is none."""
    with _parts().office.look(OPERATOR) as work:
        found = queries.printings(work, number.strip().upper())
    for one in found:
        state = "in force" if one.latest else "replaced"
        why = f": {one.reason}" if one.reason else ""
        click.echo(
            f"{one.design}  issue {one.issue}  {state}  {one.printed_at:%Y-%m-%d %H:%M} UTC by"
            f" {one.printed_by}, label {one.n} of {one.job}, {one.kind}{why}"
        )
    sys.exit(0 if found else 1)


def _job(number: str) -> JobView:
    with _parts().office.look(OPERATOR) as work:
        return queries.job(work, job_key(number))


@contextmanager
def _target(file: Path) -> Iterator[BinaryIO]:
    """Where labels are written: opened before any counts as printed, under its name once all are in it."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    begun = file.with_name(f"{file.name}.part")
    try:
        with begun.open("wb") as out:
            yield out
        begun.replace(file)
    finally:
        begun.unlink(missing_ok=True)


def _write(out: BinaryIO, job: JobView, told: Mapping[str, str], used: str) -> File:
    places = {f"used-{n}": place for n, place in enumerate(used.replace(",", " ").split())}
    new = load_form(shapes.RunNewSchema(), {"version": str(job.version), **told, **places})
    done = printing.sent(_desk(), job.number, new)
    out.writelines(done.pieces)
    return done


def _tell(file: Path, done: File) -> None:
    job = done.job
    click.echo(f"{file}: {done.labels} labels, {job.sent} of {job.labels} of {job.number}", err=True)
