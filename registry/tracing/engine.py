"""The trace engine: a question in, an answer out. Reads only; keeping the search is an act."""

from __future__ import annotations

from registry.core.errors import Invalid
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory import countries
from registry.directory.calibres import BY_CODE
from registry.directory.queries import calibre_of, check_country
from registry.firearms.queries import firearm_number
from registry.marks import patterns
from registry.marks.reading import is_placeholder, normal_form
from registry.tracing import cartridges, queries, rules
from schemas.tracing import Answer, Candidate, NextState, Question
from schemas.vocabulary import MatchKind, Outcome, TraceKind

SHOWN = 50


def answer(work: Work, question: Question) -> Answer:
    """What the records say. Raises Invalid naming the field that cannot be searched for."""
    check_country(work, question.country, "country", historic_ok=True)
    if question.recovered_on is not None and question.recovered_on > work.today:
        raise Invalid.at("recovered_on", "This day has not come yet.")
    calibre = calibre_of(question.calibre, "calibre") if question.calibre else None
    if question.kind is TraceKind.FIREARM:
        return _firearm(work, question, calibre)
    return cartridges.answer(work, question, calibre)


def _firearm(work: Work, question: Question, calibre: str | None) -> Answer:
    found, pattern = _search(work, question)
    more = len(found) > queries.MOST
    judged = [(_facts(item, pattern, question, calibre), item) for item in found[: queries.MOST]]
    if len(judged) > 1:
        judged.sort(key=lambda pair: (-pair[0].score, pair[1].superseded_by is not None, pair[1].id))
        judged = judged[:SHOWN]
    candidates = tuple(_candidate(facts, item, rank) for rank, (facts, item) in enumerate(judged, 1))
    first = judged[0][1] if judged else None
    outcome = rules.outcome_of(candidates, bool(first and first.in_conflict))
    stands_out = first is not None and (outcome is not Outcome.CANDIDATES or len(candidates) == 1)
    findings = rules.findings_of(_history(first), candidates[0], question.recovered_on) if first else []
    if len(candidates) > 1 and outcome is Outcome.CANDIDATES:
        findings = [f for f in findings if f.kind in _OF_ANY]
    return Answer(
        outcome=outcome,
        certainty=rules.certainty_of(outcome, candidates, question, more),
        candidates=candidates,
        steps=first.steps if first and stands_out else (),
        last_holder=_last_holder(first) if first and stands_out else None,
        next_state=_next_state(first, outcome, question),
        findings=(*findings, *((rules.more_than_shown(queries.MOST),) if more else ())),
    )


_OF_ANY = frozenset({"identity_conflict", "matched_by_look_alike"})


def _search(work: Work, question: Question) -> tuple[list[queries.FirearmFound], patterns.Pattern | None]:
    """Records with a mark that fits; a registry number finds its record whatever its marks."""
    number = key_of("F", question.mark)
    if number is not None:
        return queries.by_number(work, number), None
    pattern = patterns.parse(question.mark)
    if pattern.is_exact and is_placeholder(question.mark):
        raise Invalid.at(
            "mark", f"{question.mark} stands for a missing serial; it is none. Use ? and * instead."
        )
    if pattern.is_exact:
        return queries.by_mark(work, pattern.folded), pattern
    return queries.by_pattern(work, pattern.like(), pattern.prefix), pattern


def _facts(
    item: queries.FirearmFound, pattern: patterns.Pattern | None, question: Question, calibre: str | None
) -> rules.Facts:
    if pattern is None or (pattern.is_exact and item.matched_key == pattern.key):
        match = MatchKind.EXACT
    else:
        match = MatchKind.FOLDED if pattern.is_exact else MatchKind.PARTIAL
    return rules.weigh(
        match,
        maker=queries.fits_name(question.maker, item.maker, item.maker_short) if question.maker else None,
        calibre=None if calibre is None else item.calibre == calibre,
        type=None if question.type is None or item.type == "unknown" else item.type == question.type,
        country=None if question.country is None else item.country == question.country,
        model=_same_text(question.model, item.model),
        year=None if question.year is None or item.year is None else item.year == question.year,
    )


def _same_text(told: str, known: str) -> bool | None:
    if not told or not known:
        return None
    return normal_form(told) == normal_form(known)


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


def _history(item: queries.FirearmFound) -> rules.History:
    return rules.History(
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
            "It was exported there.",
            left.date,
            left.document_kind,
            left.document_number,
        )
    if outcome is Outcome.NOT_IN_RECORDS and question.country:
        name = countries.country_name(question.country)
        return NextState(question.country, name, "It is said to have been made there.")
    return None
