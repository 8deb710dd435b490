"""How labels come from what was asked to the printer: an edge, shared by API, pages and commands.

What labels say is read and set before anything is kept, so that nothing that does not fit is half-printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response

from registry.core.errors import Invalid, Stale
from registry.core.printing.composing import Label
from registry.core.printing.sheets import Printer, refuse_offset
from registry.core.web import context, files
from registry.core.web.words import language
from registry.core.work import Actor, Begin, Look, Office
from registry.labels import acts, documents, queries, rules, sources
from registry.labels.acts import Sent
from registry.labels.queries import JobView, job_key
from schemas.label_vocabulary import LabelDesign, LabelOutput, MediumKind, RunKind
from schemas.labels import JobNew, RunNew
from schemas.words import Language, said

CHUNK = 500
KINDS = {
    LabelOutput.PDF: (".pdf", "application/pdf"),
    LabelOutput.ZPL: (".zpl", "application/octet-stream"),
    LabelOutput.SVG: (".svg.zip", "application/zip"),
}
"""What names of files end with, and their type."""


@dataclass(frozen=True)
class Desk:
    """Where labels are made. begin, look: units of work of whoever prints; later: reads of theirs that go on
    while the file is written; authority: its name on labels that name no other.
    """

    begin: Callable[[], Begin]
    look: Callable[[], Look]
    later: Callable[[], Look]
    authority: str


def here() -> Desk:
    """The desk of whoever calls."""
    parts, who = context.registry(), context.actor()
    return Desk(context.begin, context.look, lambda: parts.office.look(who), parts.settings.authority)


def desk_of(office: Office, who: Actor, authority: str) -> Desk:
    """The desk of somebody who sends no request."""
    return Desk(lambda: office.begin(who), lambda: office.look(who), lambda: office.look(who), authority)


@dataclass(frozen=True)
class File:
    """What goes to the printer. job: as it is once the labels are counted as sent."""

    job: JobView
    run: int
    labels: int
    pieces: Iterator[bytes]

    @property
    def name(self) -> str:
        return f"{self.job.number}-{self.run}{KINDS[LabelOutput(self.job.output)][0]}"


def prepared(at: Desk, new: JobNew) -> tuple[JobNew, list[Label]]:
    """What a job prints, set once; raises NotFound, Invalid naming what does not fit."""
    say = language(new.language)
    printer = Printer(new.resolution)
    with at.look() as work:
        if new.printer is not None:
            found = queries.printer(work, new.printer)
            new = replace(new, output=LabelOutput(found.language), resolution=found.resolution)
            printer = Printer(found.resolution, found.right, found.down)
        medium = queries.medium(work, new.medium)
        source = sources.source_of(work, new.design)
        numbers = sources.chosen(work, new.design, new.numbers, new.source)
        labels = _by_authority(source.contents(work, numbers, say), at.authority)
    if new.output is LabelOutput.ZPL and medium.kind is not MediumKind.ROLL:
        raise Invalid.at("medium", said("A thermal printer prints on a roll: choose a roll."))
    documents.check(labels, medium, printer, new.output, say)
    return new, labels


def _by_authority(labels: Sequence[Label], authority: str) -> list[Label]:
    return [replace(label, authority=label.authority or authority) for label in labels]


def made(at: Desk, new: JobNew) -> JobView:
    """Keep a job; raises NotFound, Invalid."""
    settled, labels = prepared(at, new)
    with at.begin() as work:
        return acts.make_job(work, settled, labels)


def sent(at: Desk, number: str, new: RunNew) -> File:
    """Send labels of a job: the file for the printer. Raises NotFound, Stale, Conflict, Invalid."""
    key = job_key(number)
    fresh = _fresh(at, key, new)
    with at.begin() as work:
        done = acts.send(work, key, new, fresh)
        printer = queries.printing_on(work, done.job)
        medium = queries.medium(work, done.job.medium)
        refuse_offset(medium, printer)
        issues = queries.issues_of_run(work, key, done.run)
    say = language(done.job.language)
    told = {issue: documents.issue_words(say, issue) for issue in set(issues.values())}
    words = {n: told[issue] for n, issue in issues.items()}
    labels = _labels(at, key, done, words)
    output, code = done.job.output, done.job.language
    pieces = documents.file(labels, medium, printer, output, done.free, code, done.first)
    return File(done.job, done.run, len(issues), pieces)


def answered(file: File) -> Response:
    """A file as the answer to a request."""
    answer = files.saved(file.pieces, file.name, KINDS[LabelOutput(file.job.output)][1])
    answer.headers["ETag"] = f'"{file.job.version}"'
    return answer


def _fresh(at: Desk, key: int, new: RunNew) -> list[Label]:
    """What labels that are printed once more, with a reason, say now; raises Stale."""
    with at.look() as work:
        job = queries.job(work, key)
        if job.version != new.version:
            raise Stale
        span = rules.span(job.labels, job.sent, rules.Asked(new.first, new.last, new.jammed, new.reason))
        if span.kind is not RunKind.REPRINT:
            return []
        say = language(job.language)
        numbers = [number for _, number, _ in queries.contents(work, key, span.first, span.last)]
        source = sources.source_of(work, LabelDesign(job.design))
        labels = _by_authority(source.contents(work, numbers, say), at.authority)
        medium, printer = queries.medium(work, job.medium), queries.printing_on(work, job)
    documents.check(labels, medium, printer, job.output, say)
    return labels


def _labels(at: Desk, key: int, done: Sent, words: Mapping[int, str]) -> Iterator[Label]:
    """The labels of a run, some hundred at a time; words: of each one's issue, by its place in the job."""
    for first in range(done.first, done.last + 1, CHUNK):
        with at.later() as work:
            some = queries.contents(work, key, first, min(first + CHUNK - 1, done.last))
        for n, _, content in some:
            yield replace(sources.again(content), issue=words[n])


def picture(number: str, n: int) -> str:
    """How a label of a job looks, as SVG; raises NotFound."""
    key = job_key(number)
    with context.look() as work:
        job = queries.job(work, key)
        medium = queries.medium(work, job.medium)
        found = queries.contents(work, key, n, n)
        before = queries.latest_issues(work, job.design, [number for _, number, _ in found])
    if not found:
        raise Invalid.at("n", said("The job has labels 1 to %(labels)s.", labels=job.labels))
    words = documents.issue_words(language(job.language), max([1, *before.values()]))
    label = replace(sources.again(found[0][2]), issue=words)
    return documents.picture(label, medium, job.resolution, job.output == LabelOutput.ZPL)


def calibration(name: str, say: Language) -> bytes:
    """The page by which a printer is set straight; raises NotFound."""
    with context.look() as work:
        found = queries.printer(work, name)
    return documents.calibration(name, Printer(found.resolution, found.right, found.down), say)
