"""The trace engine: a question in, an answer out. Reads only; keeping the search is an act."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from registry.core.errors import Invalid
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory import countries
from registry.directory.calibres import BY_CODE
from registry.directory.queries import calibre_of, check_country
from registry.firearms.queries import firearm_number
from registry.marks import patterns, readings, symbols
from registry.marks.reading import is_placeholder_key
from registry.tracing import alarms, cartridges, crossings, damaged, queries, rules
from registry.tracing.weighing import facts_of
from schemas.tracing import Answer, Candidate, NextState, Question
from schemas.vocabulary import MatchKind, Outcome, TraceKind
from schemas.words import said

SHOWN = 50


def answer(work: Work, question: Question) -> Answer:
    """What the records say. Raises Invalid naming the field that cannot be searched for."""
    check_country(work, question.country, "country", historic_ok=True)
    if question.recovered_on is not None and question.recovered_on > work.today:
        raise Invalid.at("recovered_on", "This day has not come yet.")
    calibre = calibre_of(question.calibre, "calibre") if question.calibre else None
    if question.kind is TraceKind.FIREARM:
        return crossings.told(work, question, _firearm(work, question, calibre))
    return crossings.told(work, question, cartridges.answer(work, question, calibre))


def _firearm(work: Work, question: Question, calibre: str | None) -> Answer:
    if "(" in question.mark or not question.mark.isascii():
        text, signs = symbols.told_in(question.mark)
        question = replace(question, mark=text, symbols=tuple(dict.fromkeys((*question.symbols, *signs))))
    pattern = _pattern(question)
    if pattern is not None and not pattern.is_exact:
        return _damaged(work, question, damaged.fitting(work, pattern, question, calibre))
    judged, more = _judged(work, question, pattern, calibre)
    bare = readings.without_label(pattern) if pattern is not None and _all_differ(judged) else None
    if bare is not None:
        pattern, (judged, more) = bare, _judged(work, question, bare, calibre)
    if pattern is not None and _all_differ(judged):
        fit = damaged.near(work, pattern, question, calibre)
        if fit.fits:
            return _damaged(work, question, fit, judged)
    candidates = tuple([_candidate(facts, item, rank) for rank, (facts, item) in enumerate(judged, 1)])
    first = judged[0][1] if judged else None
    return _answer(question, candidates, first, more, None)


_Judged = list[tuple[rules.Facts, queries.FirearmFound]]


def _judged(
    work: Work, question: Question, pattern: patterns.Pattern | None, calibre: str | None
) -> tuple[_Judged, bool]:
    """(records of a legible mark with how they fit, the best first; whether there are more)."""
    found = _found(work, question, pattern)
    judged = [(_facts(item, pattern, question, calibre), item) for item in found[: queries.MOST]]
    if len(judged) > 1:
        judged.sort(key=lambda pair: (-pair[0].score, pair[1].superseded_by is not None, pair[1].id))
        judged = judged[:SHOWN]
    return judged, len(found) > queries.MOST


def _all_differ(judged: _Judged) -> bool:
    return all(facts.differs for facts, _ in judged)


def _answer(
    question: Question,
    candidates: tuple[Candidate, ...],
    first: queries.FirearmFound | None,
    more: bool,
    fit: rules.Fitted | None,
) -> Answer:
    """What follows from the candidates. first: the record of the first one."""
    outcome = rules.outcome_of(candidates, bool(first and first.in_conflict))
    stands_out = first is not None and (outcome is not Outcome.CANDIDATES or len(candidates) == 1)
    findings = alarms.of_firearm(_history(first), candidates[0], question.recovered_on) if first else []
    if len(candidates) > 1 and outcome is Outcome.CANDIDATES:
        findings = [f for f in findings if f.kind in _OF_ANY]
    return Answer(
        outcome=outcome,
        certainty=rules.certainty_of(outcome, candidates, question, more, fit),
        candidates=candidates,
        steps=first.steps if first and stands_out else (),
        last_holder=_last_holder(first) if first and stands_out else None,
        next_state=_next_state(first, outcome, question),
        findings=(
            *findings,
            *((alarms.more_than_shown(fit.total if fit else queries.MOST),) if more else ()),
        ),
        narrowing=fit.narrowing if fit else (),
    )


_OF_ANY = frozenset({"identity_conflict", "matched_by_look_alike", "matched_by_misreading"})


def _damaged(
    work: Work,
    question: Question,
    fit: damaged.Fitting,
    differing: Sequence[tuple[rules.Facts, queries.FirearmFound]] = (),
) -> Answer:
    """The answer for a mark read in part or wrongly, before records that fit it but differ otherwise."""
    likely = damaged.candidates(fit)
    known = {candidate.number for candidate in likely}
    others = [pair for pair in differing if firearm_number(pair[1].id) not in known]
    rest = [_candidate(facts, item, rank) for rank, (facts, item) in enumerate(others, len(likely) + 1)]
    first = queries.by_number(work, fit.fits[0].mark.id)[0] if fit.fits else None
    fitted = rules.Fitted(
        fit.total + len(rest), fit.more, damaged.narrowed_by(fit, question) if fit.fits else ()
    )
    return _answer(question, (*likely, *rest), first, fit.more, fitted)


def _pattern(question: Question) -> patterns.Pattern | None:
    """The mark as it is searched for; None for a registry number, which finds its record."""
    if key_of("F", question.mark) is not None:
        return None
    pattern = patterns.parse(question.mark)
    if not pattern.is_exact:
        return readings.without_label(pattern) or pattern
    if is_placeholder_key(pattern.key):
        raise Invalid.at(
            "mark",
            said(
                "%(mark)s stands for a missing serial; it is none. Use ? and * instead.", mark=question.mark
            ),
        )
    return pattern


def _found(work: Work, question: Question, pattern: patterns.Pattern | None) -> list[queries.FirearmFound]:
    if pattern is not None:
        return queries.by_mark(work, pattern.folded)
    return queries.by_number(work, key_of("F", question.mark) or 0)


def _facts(
    item: queries.FirearmFound, pattern: patterns.Pattern | None, question: Question, calibre: str | None
) -> rules.Facts:
    exact = pattern is None or item.matched_key == pattern.key
    return facts_of(MatchKind.EXACT if exact else MatchKind.FOLDED, item, question, calibre)


def _candidate(facts: rules.Facts, item: queries.FirearmFound, rank: int) -> Candidate:
    return Candidate(
        number=firearm_number(item.id),
        rank=rank,
        match=facts.match,
        mark=item.matched_text,
        maker=item.maker,
        model=item.model,
        calibre=BY_CODE[item.calibre].name if item.calibre in BY_CODE else item.calibre,
        country=item.country,
        type=item.type,
        year=item.year,
        agrees=facts.agrees,
        differs=facts.differs,
        status=item.status,
    )


def _history(item: queries.FirearmFound) -> alarms.History:
    return alarms.History(
        steps=tuple([(step.date, step.kind) for step in item.steps]),
        marks=tuple([(mark.kind, mark.text, mark.condition, mark.country) for mark in item.marks]),
        in_conflict=item.in_conflict,
        superseded_by=firearm_number(item.superseded_by) if item.superseded_by else None,
        out_of_scope=item.out_of_scope,
    )


def _last_holder(item: queries.FirearmFound) -> str | None:
    """Whoever held it last: of a stolen or exported firearm, from whom it went."""
    for step in reversed(item.steps):
        if step.to_name or step.from_name:
            return step.to_name or step.from_name
    return None


def _next_state(item: queries.FirearmFound | None, outcome: Outcome, question: Question) -> NextState | None:
    if outcome is Outcome.LEFT_THE_COUNTRY and item is not None:
        left = next(step for step in reversed(item.steps) if step.kind == "exported")
        code = left.country or ""
        return NextState(
            code,
            countries.country_name(code),
            said("It was exported there."),
            left.date,
            left.document_kind,
            left.document_number,
        )
    if outcome is Outcome.NOT_IN_RECORDS and question.country:
        name = countries.country_name(question.country)
        return NextState(question.country, name, said("It is said to have been made there."))
    return None
