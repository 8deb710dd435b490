"""Marks that were read in part, or wrongly: every record that fits, the likeliest first.

What the position index finds is looked at again, mark by mark. A mark that fits nothing is looked for as
one that was misread: some characters wrong, two that changed places, a part that is missing or too much,
words that are no part of it, the letters of another script (`misread`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from msgspec import Struct

from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from registry.firearms.queries import firearm_number
from registry.marks import index, misread, readings, shapes
from registry.marks.likelihood import LOOK_ALIKE, OTHER, cost_of, differences
from registry.marks.packing import Block
from registry.marks.patterns import STAR, Cells, Pattern
from registry.tracing import mark_queries, narrowing, rules
from registry.tracing.mark_queries import MarkFound
from registry.tracing.weighing import Weighing
from schemas.tracing import Candidate, Narrowing, Question
from schemas.vocabulary import MatchKind

JUDGED = 1_000
"""Records that are looked at one by one; of more, first those that agree with what was told."""
JUDGED_NEAR = 400
JUDGED_UNTOLD = 300
"""As JUDGED, where nothing else was told that could tell them apart: a sample of all that fit."""
SHOWN = 50
REREAD = 6
"""The cost of another reading of the whole text."""
EACH_COST = 4
"""What a unit of cost takes from the score."""


class Fit(Struct, frozen=True, gc=False):
    """A record that fits, by which of its marks, and how well.

    order: the best first: nothing that differs, the highest score, a record that still counts. cells: as
    which it was read; why: the reason where that is another reading than what was typed.
    """

    mark: MarkFound
    facts: rules.Facts
    cost: int
    score: int
    order: tuple[bool, int, bool, int]
    cells: Cells
    why: str = ""


_ORDER = attrgetter("order")


def _fit(mark: MarkFound, facts: rules.Facts, cost: int, cells: Cells, why: str = "") -> Fit:
    score = facts.score - EACH_COST * cost
    order = (bool(facts.differs), -score, mark.superseded_by is not None, mark.id)
    return Fit(mark, facts, cost, score, order, cells, why)


class Fitting(Struct, frozen=True):
    """Records that fit, the best first; total: how many, more: whether counting stopped there."""

    fits: list[Fit]
    total: int
    more: bool


def fitting(work: Work, pattern: Pattern, question: Question, calibre: str | None) -> Fitting:
    """Records with a mark that fits a damaged reading, or else that comes near it."""
    weighing = Weighing(question, calibre)
    found = shapes.search(_blocks(work), pattern.cells)
    chosen = _chosen(work, found.firearms, weighing, JUDGED)
    fits = _best(_fits(pattern, mark, weighing) for mark in mark_queries.marks_of(work, chosen))
    if all(fit.facts.differs for fit in fits):
        fits = _best([*fits, *near(work, pattern, question, calibre).fits])
    seen_all = len(chosen) == len(found.firearms)
    return Fitting(fits, len(fits) if seen_all else len(found.firearms), found.more)


def near(work: Work, pattern: Pattern, question: Question, calibre: str | None) -> Fitting:
    """Records with a mark that may have been misread so, and nothing that differs from what was told."""
    weighing = Weighing(question, calibre)
    much_told = _told(question) >= 2
    blocks = _blocks(work)
    fits = _near_fits(work, misread.firearms(blocks, pattern.cells, much_told), pattern.cells, weighing)
    for other in readings.others(pattern):
        fits += _reread(work, other, weighing)
    if not fits and much_told:
        fits = _near_fits(work, misread.worse(blocks, pattern.cells), pattern.cells, weighing)
    best = _best(fits)
    return Fitting(best, len(best), more=False)


def _near_fits(work: Work, firearms: Any, cells: Cells, weighing: Weighing) -> list[Fit]:
    chosen = _chosen(work, firearms, weighing, JUDGED_NEAR)
    found = (_near_fit(cells, mark, weighing) for mark in mark_queries.marks_of(work, chosen))
    return [fit for fit in found if fit is not None]


def _reread(work: Work, other: readings.Other, weighing: Weighing) -> list[Fit]:
    """Records that fit another reading of the text, and nothing that differs."""
    found = shapes.search(_blocks(work), other.pattern.cells).firearms
    chosen = _chosen(work, found, weighing, JUDGED_NEAR)
    fits = []
    for mark in mark_queries.marks_of(work, chosen):
        facts = weighing.facts(MatchKind.NEAR, mark)
        if not facts.differs and other.pattern.matches(mark.folded):
            cost = REREAD + cost_of(other.pattern.cells, mark.key)
            fits.append(_fit(mark, facts, cost, other.pattern.cells, other.why))
    return fits


def _blocks(work: Work) -> list[Block]:
    return index.copy_of(work.database).blocks()


def _told(question: Question) -> int:
    """How many things beside the mark were told."""
    told = (question.maker, question.calibre, question.type, question.country, question.model)
    return sum(bool(one) for one in told)


def _chosen(work: Work, firearms: Any, weighing: Weighing, most: int) -> list[int]:
    """Of too many, those that agree with what was told, then others."""
    keys: list[int] = firearms.tolist()
    most = min(most, JUDGED_UNTOLD) if weighing.nothing_told else most
    if len(keys) <= most:
        return keys
    if weighing.nothing_told:
        return keys[:: -(-len(keys) // most)]
    agreeing: list[tuple[int, int]] = []
    differing: list[tuple[int, int]] = []
    for record in mark_queries.records_of(work, keys):
        facts = weighing.facts(MatchKind.PARTIAL, record)
        (differing if facts.differs else agreeing).append((-facts.score, record.id))
    ordered = [*sorted(agreeing), *sorted(differing)]
    return [key for _, key in ordered[:most]]


def _fits(pattern: Pattern, mark: MarkFound, weighing: Weighing) -> Fit | None:
    """How a damaged reading fits a mark; None if it does not."""
    if pattern.is_sure and pattern.matches_exactly(mark.key):
        cost = 0
    elif not pattern.matches(mark.folded):
        return None
    elif STAR in pattern.cells:
        cost = 0 if pattern.matches_exactly(mark.key) else LOOK_ALIKE
    else:
        cost = cost_of(pattern.cells, mark.key)
    return _fit(mark, weighing.facts(MatchKind.PARTIAL, mark), cost, pattern.cells)


def _best(fits: Iterable[Fit | None]) -> list[Fit]:
    """Each firearm once, by the mark that fits best, in order."""
    best: dict[int, Fit] = {}
    for fit in fits:
        if fit is None:
            continue
        known = best.get(fit.mark.id)
        if known is None or _speaks(fit) > _speaks(known):
            best[fit.mark.id] = fit
    return sorted(best.values(), key=_ORDER)


def _speaks(fit: Fit) -> tuple[int, bool]:
    return fit.score, fit.mark.kind == "manufacture"


def _near_fit(cells: Cells, mark: MarkFound, weighing: Weighing) -> Fit | None:
    """How a reading fits a mark if it was misread: two slips only where what was told agrees."""
    cost = cost_of(cells, mark.key)
    facts = weighing.facts(MatchKind.NEAR, mark)
    most = 2 * OTHER if len(facts.agrees) >= 2 else OTHER
    return None if facts.differs or cost > most else _fit(mark, facts, cost, cells)


def candidates(fitting: Fitting) -> tuple[Candidate, ...]:
    """The best records as the answer shows them."""
    standing = [fit.order[:2] for fit in fitting.fits]
    left_out = fitting.total - len(fitting.fits)
    return tuple(
        _candidate(fit, rank, bisect_right(standing, fit.order[:2]) - 1 + left_out)
        for rank, fit in enumerate(fitting.fits[:SHOWN], 1)
    )


def _candidate(fit: Fit, rank: int, as_well: int) -> Candidate:
    mark = fit.mark
    slips = differences(fit.cells, mark.key) if fit.cost else ()
    reread = (fit.why,) if fit.why else ()
    return Candidate(
        number=firearm_number(mark.id),
        rank=rank,
        match=fit.facts.match,
        mark=mark.text,
        maker=mark.maker,
        model=mark.model,
        calibre=BY_CODE[mark.calibre].name if mark.calibre in BY_CODE else mark.calibre,
        country=mark.country,
        type=mark.type,
        year=mark.year,
        agrees=fit.facts.agrees,
        differs=fit.facts.differs,
        status=mark.status,
        misread=(*reread, *(slip.told for slip in slips)),
        as_well=as_well,
    )


def narrowed_by(fitting: Fitting, question: Question) -> tuple[Narrowing, ...]:
    """Which further observations would leave fewest of the records that fit."""
    marks = [fit.mark for fit in fitting.fits if not fit.facts.differs]
    total = fitting.total - len(fitting.fits) + len(marks)
    return narrowing.narrowing(marks, total, fitting.fits[0].cells, question)
