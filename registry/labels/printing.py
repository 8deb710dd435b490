"""How labels come from a request to the printer: an edge, shared by API and pages.

What labels say is read and set before anything is kept, so that nothing that does not fit is half-printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from flask import Response

from registry.core.errors import Invalid
from registry.core.printing.composing import Label
from registry.core.printing.sheets import Printer
from registry.core.web.context import actor, begin, look, registry
from registry.core.web.words import language
from registry.core.work import Actor, Office
from registry.labels import acts, documents, queries, rules, sources
from registry.labels.acts import Sent
from registry.labels.queries import JobView, job_key
from schemas.label_vocabulary import LabelDesign, MediumKind, PrinterLanguage, RunKind
from schemas.labels import JobNew, RunNew
from schemas.words import Language, said

CHUNK = 500


def prepared(new: JobNew) -> tuple[JobNew, list[Label]]:
    """What a job prints, set once; raises NotFound, Invalid naming what does not fit."""
    say = language(new.language)
    with look() as work:
        if new.printer is not None:
            found = queries.printer(work, new.printer)
            new = replace(new, output=PrinterLanguage(found.language), resolution=found.resolution)
        medium = queries.medium(work, new.medium)
        source = sources.source_of(work, new.design)
        numbers = sources.chosen(work, new.design, new.numbers, new.source)
        labels = _by_authority(source.contents(work, numbers, say))
    if new.output is PrinterLanguage.ZPL and medium.kind is not MediumKind.ROLL:
        raise Invalid.at("medium", said("A thermal printer prints on a roll: choose a roll."))
    documents.check(labels, medium, Printer(new.resolution), new.output, say)
    return new, labels


def _by_authority(labels: Sequence[Label]) -> list[Label]:
    authority = registry().settings.authority
    return [replace(label, authority=label.authority or authority) for label in labels]


def made(new: JobNew) -> JobView:
    """Keep a job; raises NotFound, Invalid."""
    settled, labels = prepared(new)
    with begin() as work:
        return acts.make_job(work, settled, labels)


def sent(number: str, new: RunNew) -> Response:
    """Send labels of a job: the file for the printer. Raises NotFound, Stale, Conflict, Invalid."""
    key = job_key(number)
    fresh = _fresh(key, new)
    with begin() as work:
        done = acts.send(work, key, new, fresh)
        printer = queries.printing_on(work, done.job)
        medium = queries.medium(work, done.job.medium)
        issues = queries.issues_of_run(work, key, done.run)
    say = language(done.job.language)
    told = {issue: documents.issue_words(say, issue) for issue in set(issues.values())}
    words = {n: told[issue] for n, issue in issues.items()}
    output, code = done.job.output, done.job.language
    pieces = documents.file(
        _labels(key, done, registry().office, actor(), words), medium, printer, output, done.free, code
    )
    name = f"{done.job.number}-{done.run}.{output}"
    kind = "application/pdf" if output == PrinterLanguage.PDF else "application/octet-stream"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'"{done.job.version}"'}
    return Response(pieces, mimetype=kind, headers=headers)


def _fresh(key: int, new: RunNew) -> list[Label]:
    """What labels that are printed once more, with a reason, say now."""
    with look() as work:
        job = queries.job(work, key)
        span = rules.span(job.labels, job.sent, rules.Asked(new.first, new.last, new.jammed, new.reason))
        if span.kind is not RunKind.REPRINT:
            return []
        say = language(job.language)
        numbers = [number for _, number, _ in queries.contents(work, key, span.first, span.last)]
        source = sources.source_of(work, LabelDesign(job.design))
        labels = _by_authority(source.contents(work, numbers, say))
        medium, printer = queries.medium(work, job.medium), queries.printing_on(work, job)
    documents.check(labels, medium, printer, job.output, say)
    return labels


def _labels(key: int, done: Sent, office: Office, who: Actor, words: Mapping[int, str]) -> Iterator[Label]:
    """The labels of a run, some hundred at a time; words: of each one's issue, by its place in the job."""
    for first in range(done.first, done.last + 1, CHUNK):
        with office.look(who) as work:
            some = queries.contents(work, key, first, min(first + CHUNK - 1, done.last))
        for n, _, content in some:
            yield replace(sources.again(content), issue=words[n])


def picture(number: str, n: int) -> str:
    """How a label of a job looks, as SVG; raises NotFound."""
    key = job_key(number)
    with look() as work:
        job = queries.job(work, key)
        medium = queries.medium(work, job.medium)
        found = queries.contents(work, key, n, n)
        before = queries.latest_issues(work, job.design, [number for _, number, _ in found])
    if not found:
        raise Invalid.at("n", said("The job has labels 1 to %(labels)s.", labels=job.labels))
    words = documents.issue_words(language(job.language), max([1, *before.values()]))
    label = replace(sources.again(found[0][2]), issue=words)
    return documents.picture(label, medium, job.resolution, job.output == PrinterLanguage.ZPL)


def calibration(name: str, say: Language) -> bytes:
    """The page by which a printer is set straight; raises NotFound."""
    with look() as work:
        found = queries.printer(work, name)
    return documents.calibration(name, Printer(found.resolution, found.right, found.down), say)
