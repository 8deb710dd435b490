"""What people do with labels: keep formats and printers, make a job, send it to the printer, give it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update

from registry.core.errors import Conflict, Invalid, Stale
from registry.core.printing.composing import Label
from registry.core.printing.media import MEDIA, Medium, Places, places, unmet_for_medium
from registry.core.work import Work, act
from registry.labels import queries, rules, sources
from registry.labels.queries import JobView, MediumView, PrinterView
from registry.labels.tables import LabelItem, LabelJob, LabelMedium, LabelPrinter, LabelPrinting, LabelRun
from schemas.label_vocabulary import JobState, MediumKind, RunKind
from schemas.labels import JobNew, MediumNew, PrinterNew, RunNew
from schemas.vocabulary import May
from schemas.words import said

_LENGTHS = ("width", "height", "page_width", "page_height", "left", "top", "across", "down")


@dataclass(frozen=True)
class Sent:
    """What goes to the printer: labels first to last of a job, on these places."""

    job: JobView
    run: int
    first: int
    last: int
    free: Places


def as_medium(new: MediumNew) -> Medium:
    """The format as the printing understands it."""
    page = (new.page_width, new.page_height)
    grid = (new.columns, new.rows, new.left, new.top, new.across, new.down)
    if new.kind is MediumKind.ROLL:
        return Medium(new.kind, new.width, new.height)
    return Medium(new.kind, new.width, new.height, page, *grid)


@act(May.LABEL_SET)
def add_medium(work: Work, new: MediumNew) -> MediumView:
    """Keep a format. Raises Invalid naming the length that cannot be, Conflict for a name that is taken."""
    medium = as_medium(new)
    if unmet := unmet_for_medium(medium):
        raise Invalid(unmet=unmet)
    work.lock(f"label_medium:{new.name}")
    if new.name in MEDIA or work.session.get(LabelMedium, new.name) is not None:
        raise Conflict(said("There is a format of this name."))
    (width, height), (columns, rows) = medium.page, (medium.columns, medium.rows)
    lengths = (
        medium.width,
        medium.height,
        width,
        height,
        medium.left,
        medium.top,
        medium.across,
        medium.down,
    )
    row = LabelMedium(
        name=new.name,
        kind=new.kind.value,
        columns=columns,
        rows=rows,
        created_by=work.actor.user_id,
        created_at=work.now,
        **{name: round(length * 1000) for name, length in zip(_LENGTHS, lengths, strict=True)},
    )
    work.session.add(row)
    work.session.flush()
    return queries.medium_view(work, new.name)


@act(May.PRINTER_SET)
def add_printer(work: Work, new: PrinterNew) -> PrinterView:
    """Keep a printer. Raises Conflict for a name that is taken."""
    work.lock(f"label_printer:{new.name}")
    if work.session.get(LabelPrinter, new.name) is not None:
        raise Conflict(said("There is a printer of this name."))
    row = LabelPrinter(name=new.name, version=1)
    work.session.add(row)
    return _set(work, row, new)


@act(May.PRINTER_SET)
def set_printer(work: Work, name: str, new: PrinterNew, version: int) -> PrinterView:
    """Say how far off a printer prints, and what it is. Raises NotFound, Stale, Invalid."""
    row = queries.printer_row(work, name)
    work.session.refresh(row, with_for_update=True)
    if row.version != version:
        raise Stale
    if new.name != name:
        raise Invalid.at("name", said("A printer keeps its name."))
    row.version += 1
    return _set(work, row, new)


def _set(work: Work, row: LabelPrinter, new: PrinterNew) -> PrinterView:
    row.language, row.resolution = new.language.value, new.resolution
    row.right, row.down = round(new.right * 1000), round(new.down * 1000)
    row.changed_by, row.changed_at = work.actor.user_id, work.now
    work.session.flush()
    return queries.printer(work, new.name)


@act(May.LABEL_PRINT)
def make_job(work: Work, new: JobNew, labels: Sequence[Label]) -> JobView:
    """Keep what is to be printed; labels: what they say, which fit the format. Raises Invalid."""
    queries.medium(work, new.medium)
    row = LabelJob(
        design=new.design.value,
        medium=new.medium,
        printer=new.printer,
        output=new.output.value,
        resolution=new.resolution,
        language=new.language,
        source=new.source,
        labels=len(labels),
        sent=0,
        runs=0,
        state=JobState.OPEN.value,
        party_id=work.actor.party_id,
        created_by=work.actor.user_id,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    rows = [
        {"job_id": row.id, "n": n, "number": one.number, "content": sources.kept(one)}
        for n, one in enumerate(labels, 1)
    ]
    work.session.execute(insert(LabelItem), rows)
    return queries.job(work, row.id)


@act(May.LABEL_PRINT)
def send(work: Work, job_id: int, new: RunNew, fresh: Sequence[Label] = ()) -> Sent:
    """Send labels to the printer; each gets an issue that no label of its number had.

    fresh: what labels that are printed once more say now. Raises NotFound, Stale, Conflict, Invalid.
    """
    row = queries.job_row(work, job_id, locked=True)
    if row.version != new.version:
        raise Stale
    if row.state == JobState.CANCELLED:
        raise Conflict(said("This job was given up."))
    medium = queries.medium(work, row.medium)
    free = Places(new.start, frozenset(new.used))
    if medium.kind is MediumKind.SHEET:
        places(medium, free)
    asked = rules.Asked(new.first, new.last, new.jammed, new.reason)
    span = rules.span(row.labels, row.sent, asked)
    row.runs += 1
    row.version += 1
    row.sent = max(row.sent, span.last)
    row.state = (JobState.DONE if row.sent == row.labels else JobState.OPEN).value
    work.session.add(
        LabelRun(
            job_id=job_id,
            n=row.runs,
            kind=span.kind.value,
            first=span.first,
            last=span.last,
            reason=new.reason.strip() if span.kind is RunKind.REPRINT else "",
            sent_by=work.actor.user_id,
            sent_at=work.now,
        )
    )
    work.session.flush()
    _say_anew(work, job_id, span.first, fresh)
    _issue(work, row, span.first, span.last)
    return Sent(queries.job(work, job_id), row.runs, span.first, span.last, free)


def _say_anew(work: Work, job_id: int, first: int, fresh: Sequence[Label]) -> None:
    """Labels that are printed once more say what the records say now."""
    for n, label in enumerate(fresh, first):
        work.session.execute(
            update(LabelItem)
            .where(LabelItem.job_id == job_id, LabelItem.n == n, LabelItem.number == label.number)
            .values(content=sources.kept(label))
        )


def _issue(work: Work, row: LabelJob, first: int, last: int) -> None:
    items = [(n, number) for n, number, _ in queries.contents(work, row.id, first, last)]
    work.lock(f"label_printing:{row.design}")
    before = queries.latest_issues(work, row.design, [number for _, number in items])
    common = {"design": row.design, "job_id": row.id, "run_n": row.runs}
    rows = [
        {"number": number, "issue": before.get(number, 0) + 1, "item_n": n, **common} for n, number in items
    ]
    work.session.execute(insert(LabelPrinting), rows)


@act(May.LABEL_PRINT)
def cancel(work: Work, job_id: int, version: int) -> JobView:
    """Give up what was not sent. Raises NotFound, Stale, Conflict."""
    row = queries.job_row(work, job_id, locked=True)
    if row.version != version:
        raise Stale
    if row.state != JobState.OPEN:
        raise Conflict(said("Nothing of this job waits to be printed."))
    row.state = JobState.CANCELLED.value
    row.version += 1
    work.session.flush()
    return queries.job(work, job_id)
