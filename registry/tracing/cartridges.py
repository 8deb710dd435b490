"""Cartridges in the trace engine: from a code to its lot, and from a number to its last holder."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from registry.ammunition.queries import lot_number
from registry.core.errors import Invalid
from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from registry.directory.countries import country_name
from registry.directory.queries import fits_name, party_number
from registry.marks import patterns
from registry.tracing import alarms, anonymity, cartridge_queries, diversion, headstamps, queries, rules
from schemas.tracing import Answer, Candidate, NextState, Question, Share, StepFound
from schemas.vocabulary import MarkingScheme, MatchKind, Outcome
from schemas.words import amount, said

SHOWN = 50
"""Lots with one headstamp that are told; beyond them the answer says that more fit."""


def answer(work: Work, question: Question, calibre: str | None) -> Answer:
    """What the records say of a cartridge. Raises Invalid naming the field."""
    words = headstamps.read(question.headstamp) if question.headstamp else ()
    if not question.code:
        return _by_headstamp(work, question, words, calibre)
    pattern = patterns.parse(question.code, "code")
    lots = cartridge_queries.lots_by_code(work, pattern)
    exact = [lot for lot in lots if pattern.is_exact and lot.code_key == pattern.key]
    stamped = cartridge_queries.headstamps(work, [lot.id for lot in lots]) if words else {}
    judged = [
        (lot, _lot_facts(lot, pattern, question, calibre, _bears(lot, words, stamped)))
        for lot in exact or lots
    ]
    fitting = [(lot, facts) for lot, facts in judged if not facts.differs]
    others = [_other(lot) for lot, facts in judged if facts.differs]
    if len(fitting) == 1:
        return _one_lot(work, question, *fitting[0], others)
    return _several_lots(work, question, fitting or judged)


def _bears(
    lot: queries.LotFound, words: tuple[patterns.Pattern, ...], stamped: dict[int, tuple[str, str]]
) -> bool | None:
    return headstamps.bears(words, stamped[lot.id][1]) if lot.id in stamped else None


def _by_headstamp(
    work: Work, question: Question, words: tuple[patterns.Pattern, ...], calibre: str | None
) -> Answer:
    """Lots on record with a headstamp: without the code nothing leads to one of them."""
    if question.position is not None:
        raise Invalid.at("code", "The number of a cartridge counts within the lot that its code names.")
    day = question.recovered_on or work.today
    found = cartridge_queries.lots_by_headstamp(work, words, calibre or "", question.country or "", day)
    more = len(found) > queries.MOST
    fitting = [
        (lot, text)
        for lot, text in found[: queries.MOST]
        if not question.maker or fits_name(question.maker, lot.maker, lot.maker_short)
    ]
    told = ["headstamp"] + [name for name in ("maker", "calibre", "country") if getattr(question, name)]
    facts = rules.Facts(MatchKind.PARTIAL, tuple(told), (), 0)
    candidates = tuple(
        replace(_plain(lot, facts, rank), headstamp=text)
        for rank, (lot, text) in enumerate(fitting[:SHOWN], 1)
    )
    outcome = Outcome.CANDIDATES if candidates else Outcome.NOT_IN_RECORDS
    return Answer(
        outcome=outcome,
        certainty=headstamps.certainty(question.headstamp, len(fitting), more)
        if candidates
        else rules.certainty_of(outcome, (), question, more=False),
        candidates=candidates,
        next_state=_maker_state(outcome, question),
        findings=(alarms.more_than_shown(SHOWN),) if len(fitting) > SHOWN or more else (),
    )


def _lot_facts(
    lot: queries.LotFound,
    pattern: patterns.Pattern,
    question: Question,
    calibre: str | None,
    stamped: bool | None,
) -> rules.Facts:
    worn = MatchKind.FOLDED if pattern.is_exact else MatchKind.PARTIAL
    return rules.weigh(
        MatchKind.EXACT if lot.code_key == pattern.key else worn,
        maker=fits_name(question.maker, lot.maker, lot.maker_short) if question.maker else None,
        calibre=None if calibre is None else lot.calibre == calibre,
        country=None if question.country is None else lot.maker_country == question.country,
        headstamp=stamped,
    )


def _other(lot: queries.LotFound) -> str:
    calibre = BY_CODE[lot.calibre].name if lot.calibre in BY_CODE else lot.calibre
    return f"{lot_number(lot.id)} ({lot.maker}, {calibre})"


def _plain(lot: queries.LotFound, facts: rules.Facts, rank: int) -> Candidate:
    """A lot as such: nothing of who bought or has its cartridges."""
    return Candidate(
        number=lot_number(lot.id),
        rank=rank,
        match=facts.match,
        mark=lot.code,
        maker=lot.maker,
        model=lot.product,
        calibre=BY_CODE[lot.calibre].name if lot.calibre in BY_CODE else lot.calibre,
        country=lot.maker_country,
        agrees=facts.agrees,
        differs=facts.differs,
        quantity=lot.quantity,
    )


def _lot_candidate(
    work: Work, question: Question, lot: queries.LotFound, facts: rules.Facts, rank: int
) -> Candidate:
    return replace(
        _plain(lot, facts, rank),
        headstamp=_headstamp(work, question, lot),
        buyers=tuple(
            Share(
                party_number(s.buyer_id),
                s.buyer,
                s.quantity,
                "sold",
                s.sold_on.isoformat(),
                s.invoice,
                s.authorization,
            )
            for s in queries.sales(work, lot.id)
        ),
        holders=_shares(work, question, lot.id),
    )


def _headstamp(work: Work, question: Question, lot: queries.LotFound) -> str:
    """As recorded, where the question names one."""
    if not question.headstamp:
        return ""
    return cartridge_queries.headstamps(work, [lot.id]).get(lot.id, ("", ""))[0]


def _shares(work: Work, question: Question, lot_id: int) -> tuple[Share, ...]:
    """The cartridges of a lot by holder and unit, when the cartridge was found: which it may be."""
    then = queries.holders(work, lot_id, question.recovered_on)
    later = queries.holders(work, lot_id) if question.recovered_on else ()
    places = queries.places_of(work, [share.number for share in then]) if question.recovered_place else {}
    return anonymity.judged(then, later, question.state, question.recovered_place, places)


def _several_lots(
    work: Work, question: Question, judged: Sequence[tuple[queries.LotFound, rules.Facts]]
) -> Answer:
    ordered = sorted(judged, key=lambda pair: -pair[1].score)
    limits = {lot_number(lot.id): _limit(work, lot) for lot, _ in ordered}
    candidates = tuple(
        _lot_candidate(work, question, lot, facts, n) for n, (lot, facts) in enumerate(ordered, 1)
    )
    outcome = Outcome.CANDIDATES if candidates else Outcome.NOT_IN_RECORDS
    findings = [f for c in candidates for f in alarms.of_lot(c.quantity or 0, limits[c.number], (), ())]
    if len(candidates) > 1:
        findings += alarms.of_lot(0, None, (), [_other(lot) for lot, _ in ordered[1:]])
    return Answer(
        outcome=outcome,
        certainty=rules.certainty_of(outcome, candidates, question, more=False),
        candidates=candidates,
        next_state=_maker_state(outcome, question),
        findings=tuple(findings),
    )


def _one_lot(
    work: Work, question: Question, lot: queries.LotFound, facts: rules.Facts, others: list[str]
) -> Answer:
    if question.position is not None:
        return _one_cartridge(work, question.position, lot, facts, others)
    candidate = _lot_candidate(work, question, lot, facts, 1)
    buyers = list(dict.fromkeys(share.name for share in candidate.buyers))
    findings = (
        *alarms.of_lot(lot.quantity, _limit(work, lot), buyers, others),
        *anonymity.findings(question.state, facts.match, lot.code),
        *diversion.of_lots(work, [lot.id], question.recovered_on, None),
    )
    from_maker = {share.name for share in candidate.buyers}
    return Answer(
        outcome=Outcome.LOT_IDENTIFIED,
        certainty=anonymity.certainty(
            candidate, question, len(from_maker) == 1, others, facts.match is MatchKind.EXACT
        ),
        candidates=(candidate,),
        steps=tuple(_moved(s) for s in queries.moved(work, lot.id)),
        last_holder=None,
        findings=findings,
    )


def _numbered(work: Work, lot: queries.LotFound, facts: rules.Facts, position: int) -> Candidate:
    return replace(_plain(lot, facts, 1), packages=cartridge_queries.boxes(work, lot.id, position))


def _one_cartridge(
    work: Work,
    position: int,
    lot: queries.LotFound,
    facts: rules.Facts,
    others: list[str],
) -> Answer:
    """Every holder of one cartridge, where each bears its own number; who bought the others is no matter."""
    if lot.scheme != MarkingScheme.SERIALISED:
        raise Invalid.at(
            "position", said("Cartridges of lot %(lot)s bear no number of their own.", lot=lot.code)
        )
    if position > lot.quantity:
        raise Invalid.at(
            "position",
            said("Lot %(lot)s has %(count)s cartridges.", lot=lot.code, count=amount(lot.quantity)),
        )
    moved = cartridge_queries.chain(work, lot.id, position - 1)
    candidate = _numbered(work, lot, facts, position - 1)
    last = moved[-1] if moved else None
    exported = last is not None and last.kind == "exported"
    return Answer(
        outcome=Outcome.LEFT_THE_COUNTRY if exported else Outcome.IDENTIFIED,
        certainty=rules.cartridge_certainty(candidate, position),
        candidates=(replace(candidate, status=last.kind if last else ""),),
        steps=moved,
        last_holder=(last.to_name or last.from_name) if last else None,
        findings=tuple(alarms.of_lot(lot.quantity, _limit(work, lot), (), others)),
    )


def _moved(s: queries.SpanMoved) -> StepFound:
    return StepFound(
        date=s.on.isoformat(),
        kind=s.kind,
        from_number=party_number(s.from_id) if s.from_id else None,
        from_name=s.from_name,
        to_number=party_number(s.to_id) if s.to_id else None,
        to_name=s.to_name,
        place=s.place,
        country=None,
        document_kind="invoice" if s.kind == "sold" else "",
        document_number=s.document,
        quantity=s.quantity,
    )


def _limit(work: Work, lot: queries.LotFound) -> int | None:
    return cartridge_queries.lot_limit(work, lot.calibre, lot.produced_on)


def _maker_state(outcome: Outcome, question: Question) -> NextState | None:
    if outcome is not Outcome.NOT_IN_RECORDS or not question.country:
        return None
    return NextState(
        question.country, country_name(question.country), said("It is said to have been made there.")
    )
