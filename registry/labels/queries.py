"""Reading formats, printers, jobs, and which label was printed when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from registry.access.tables import Account
from registry.core.errors import Invalid, NotFound
from registry.core.numbers import find_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.printing.media import MEDIA, Medium
from registry.core.printing.sheets import Printer
from registry.core.work import Work, limited_to
from registry.labels.tables import LabelItem, LabelJob, LabelMedium, LabelPrinter, LabelPrinting, LabelRun
from schemas.label_vocabulary import MediumKind
from schemas.labels import JobsAsked
from schemas.paging import Page
from schemas.vocabulary import May
from schemas.words import said, word

PREFIX = "LJ"
OVER_ALL = May.LABEL_SET
"""Whoever keeps the formats answers for all that is printed on them."""
CHUNK = 500


@dataclass(frozen=True)
class MediumView:
    name: str
    kind: str
    width: float
    height: float
    page_width: float
    page_height: float
    columns: int
    rows: int
    left: float
    top: float
    across: float
    down: float
    own: bool


@dataclass(frozen=True)
class PrinterView:
    name: str
    language: str
    resolution: int
    right: float
    down: float
    version: int


@dataclass(frozen=True)
class RunView:
    n: int
    kind: str
    first: int
    last: int
    reason: str
    sent_by: str
    sent_at: datetime


@dataclass(frozen=True)
class JobRow:
    number: str
    design: str
    medium: str
    printer: str | None
    output: str
    resolution: int
    language: str
    source: str
    labels: int
    sent: int
    state: str
    created_at: datetime


@dataclass(frozen=True)
class JobView(JobRow):
    version: int
    created_by: str
    runs: tuple[RunView, ...]


@dataclass(frozen=True)
class PrintingView:
    number: str
    design: str
    issue: int
    latest: bool
    job: str
    n: int
    kind: str
    reason: str
    printed_by: str
    printed_at: datetime


def media(work: Work) -> list[MediumView]:
    """Formats by name: the authority's own first."""
    own = work.session.scalars(select(LabelMedium).order_by(LabelMedium.name))
    listed = [_medium_view(row.name, _medium(row), own=True) for row in own]
    return [*listed, *(_medium_view(name, one, own=False) for name, one in MEDIA.items())]


def _medium_view(name: str, one: Medium, *, own: bool) -> MediumView:
    width, height = one.page
    grid = (one.columns, one.rows, one.left, one.top, one.across, one.down)
    return MediumView(name, one.kind.value, one.width, one.height, width, height, *grid, own)


def medium_view(work: Work, name: str) -> MediumView:
    """One of them; raises Invalid."""
    return _medium_view(name, medium(work, name), own=name not in MEDIA)


def medium(work: Work, name: str) -> Medium:
    """A format by its name; raises Invalid."""
    if name in MEDIA:
        return MEDIA[name]
    row = work.session.get(LabelMedium, name)
    if row is None:
        raise Invalid.at("medium", said("There is no format of this name."))
    return _medium(row)


def _medium(row: LabelMedium) -> Medium:
    page_size = (row.page_width / 1000, row.page_height / 1000)
    lengths = (row.left / 1000, row.top / 1000, row.across / 1000, row.down / 1000)
    kind = MediumKind(row.kind)
    return Medium(kind, row.width / 1000, row.height / 1000, page_size, row.columns, row.rows, *lengths)


def printers(work: Work) -> list[PrinterView]:
    """Printers by name."""
    return [_printer(row) for row in work.session.scalars(select(LabelPrinter).order_by(LabelPrinter.name))]


def _printer(row: LabelPrinter) -> PrinterView:
    right, down = row.right / 1000, row.down / 1000
    return PrinterView(row.name, row.language, row.resolution, right, down, row.version)


def printer_row(work: Work, name: str) -> LabelPrinter:
    """One of them; raises NotFound."""
    row = work.session.get(LabelPrinter, name)
    if row is None:
        raise NotFound(said("There is no printer of this name."))
    return row


def printer(work: Work, name: str) -> PrinterView:
    """One of them; raises NotFound."""
    return _printer(printer_row(work, name))


def printing_on(work: Work, job: JobRow) -> Printer:
    """With what resolution and offset a job is printed: the printer's as they are now."""
    if job.printer is None:
        return Printer(job.resolution)
    row = printer_row(work, job.printer)
    return Printer(job.resolution, row.right / 1000, row.down / 1000)


def job_number(job_id: int) -> str:
    """The number people see: LJ-…."""
    return registry_number(PREFIX, job_id)


def job_key(text: str) -> int:
    """The key behind a number in an address; raises NotFound."""
    return find_registry_number(PREFIX, text)


def _scope(work: Work) -> list[ColumnElement[bool]]:
    """The authority sees every job, a trader their party's, others what they made."""
    if OVER_ALL in work.actor.may:
        return []
    party = limited_to(work.actor, May.LABEL_PRINT)
    return [LabelJob.created_by == work.actor.user_id if party is None else LabelJob.party_id == party]


def job_row(work: Work, job_id: int, *, locked: bool = False) -> LabelJob:
    """The row, if whoever asks may see it; raises NotFound."""
    query = select(LabelJob).where(LabelJob.id == job_id, *_scope(work))
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = work.session.scalar(query)
    if row is None:
        raise NotFound(said("No print job has the number %(number)s.", number=job_number(job_id)))
    return row


def job(work: Work, job_id: int) -> JobView:
    """One job with its runs; raises NotFound."""
    row = job_row(work, job_id)
    query = select(LabelRun).where(LabelRun.job_id == job_id).order_by(LabelRun.n)
    runs = work.session.scalars(query).all()
    known = _names(work, [row.created_by, *(run.sent_by for run in runs)])
    told = tuple(
        RunView(run.n, run.kind, run.first, run.last, run.reason, known[run.sent_by], run.sent_at)
        for run in runs
    )
    return JobView(**_row(row), version=row.version, created_by=known[row.created_by], runs=told)


def _row(row: LabelJob) -> dict[str, Any]:
    names = (
        "design", "medium", "printer", "output", "resolution", "language", "source", "labels", "sent",
        "state", "created_at",
    )  # fmt: skip
    return {"number": job_number(row.id), **{name: getattr(row, name) for name in names}}


def _names(work: Work, accounts: Iterable[int]) -> dict[int, str]:
    wanted = set(accounts)
    query = select(Account.id, Account.full_name).where(Account.id.in_(wanted - {0}))
    found = {row.id: row.full_name for row in work.session.execute(query)}
    return {key: found.get(key, word("operator") if key == 0 else f"account {key}") for key in wanted}


def jobs(work: Work, asked: JobsAsked) -> Page[JobRow]:
    """Jobs that fit."""
    query: AnySelect = select(LabelJob).where(*_scope(work))
    if asked.state is not None:
        query = query.where(LabelJob.state == asked.state.value)
    found = page(work.session, query, asked, {"number": LabelJob.id}, LabelJob.id)
    return Page(tuple(JobRow(**_row(one.LabelJob)) for one in found.items), found.next)


def contents(work: Work, job_id: int, first: int, last: int) -> list[tuple[int, str, str]]:
    """(place, number, content) of labels of a job."""
    query = (
        select(LabelItem.n, LabelItem.number, LabelItem.content)
        .where(LabelItem.job_id == job_id, LabelItem.n.between(first, last))
        .order_by(LabelItem.n)
    )
    return [(row.n, row.number, row.content) for row in work.session.execute(query)]


def issues_of_run(work: Work, job_id: int, run_n: int) -> dict[int, int]:
    """Place in the job to issue, of the labels of a run."""
    query = select(LabelPrinting.item_n, LabelPrinting.issue).where(
        LabelPrinting.job_id == job_id, LabelPrinting.run_n == run_n
    )
    return {row.item_n: row.issue for row in work.session.execute(query)}


def latest_issues(work: Work, design: str, numbers: Sequence[str]) -> dict[str, int]:
    """The highest issue of each of these numbers that was printed."""
    found: dict[str, int] = {}
    for at in range(0, len(numbers), CHUNK):
        query = (
            select(LabelPrinting.number, func.max(LabelPrinting.issue).label("issue"))
            .where(LabelPrinting.design == design, LabelPrinting.number.in_(numbers[at : at + CHUNK]))
            .group_by(LabelPrinting.number)
        )
        found |= {row.number: row.issue for row in work.session.execute(query)}
    return found


def printings(work: Work, number: str) -> list[PrintingView]:
    """Each label of a number that was printed, the latest first. Traders see their party's jobs alone.

    Others are told that it was printed and when, and of jobs that they may see also who did it and why.
    """
    own = limited_to(work.actor, May.LABEL_PRINT)
    query = (
        select(LabelPrinting, LabelRun, LabelJob)
        .join(LabelRun, (LabelRun.job_id == LabelPrinting.job_id) & (LabelRun.n == LabelPrinting.run_n))
        .join(LabelJob, LabelJob.id == LabelPrinting.job_id)
        .where(LabelPrinting.number == number, *(() if own is None else (LabelJob.party_id == own,)))
        .order_by(LabelPrinting.design, LabelPrinting.issue.desc())
        .limit(200)
    )
    rows = work.session.execute(query).all()
    known = _names(work, [run.sent_by for _, run, _ in rows])
    highest = dict(reversed([(one.design, one.issue) for one, _, _ in rows]))
    return [_printing(work, p, run, job, known, highest[p.design] == p.issue) for p, run, job in rows]


def _printing(
    work: Work, one: LabelPrinting, run: LabelRun, job: LabelJob, known: dict[int, str], latest: bool
) -> PrintingView:
    seen = OVER_ALL in work.actor.may or job.created_by == work.actor.user_id
    seen = seen or (work.actor.party_id is not None and job.party_id == work.actor.party_id)
    told = (job_number(job.id), one.item_n, run.kind, run.reason, known[run.sent_by])
    hidden = ("", 0, run.kind, "", "")
    by = told if seen else hidden
    return PrintingView(one.number, one.design, one.issue, latest, *by, run.sent_at)
