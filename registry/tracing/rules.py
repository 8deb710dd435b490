"""Judging what was found: which record fits how well, and how sure the answer is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from schemas.tracing import Candidate, Certainty, Narrowing, Question
from schemas.vocabulary import CertaintyLevel, MatchKind, Outcome, TraceKind
from schemas.words import amount, listed, said, together, word, words_of

_BASE = {MatchKind.EXACT: 100, MatchKind.FOLDED: 60, MatchKind.PARTIAL: 40, MatchKind.NEAR: 40}
_WEIGHT = {
    "maker": 30,
    "calibre": 15,
    "type": 10,
    "country": 10,
    "model": 10,
    "year": 5,
    "symbols": 10,
    "headstamp": 25,
}


class Facts(Struct, frozen=True):
    """How a record fits what was told: by its mark, and by the names of what agrees and what differs.

    score: larger fits better.
    """

    match: MatchKind
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    score: int


def weigh(match: MatchKind, **told: bool | None) -> Facts:
    """Hold a record against what was told: whether each agrees, None where either says nothing."""
    agrees = tuple([name for name, same in told.items() if same])
    differs = tuple([name for name, same in told.items() if same is False])
    score = _BASE[match] + sum([_WEIGHT[name] for name in agrees]) - sum([_WEIGHT[name] for name in differs])
    return Facts(match, agrees, differs, score)


def outcome_of(candidates: Sequence[Candidate], disputed: bool) -> Outcome:
    """identified only when one record fits exactly and everything else is contradicted by what was told.

    A record that fits but for look-alike characters keeps the answer open: 0 and O may have been
    confused. disputed: whether the first candidate is in an undecided identity conflict.
    """
    if not candidates:
        return Outcome.NOT_IN_RECORDS
    first, *others = candidates
    alone = all(other.differs for other in others)
    if not fits_without_doubt(first) or not alone or disputed:
        return Outcome.CANDIDATES
    return Outcome.LEFT_THE_COUNTRY if first.status == "exported" else Outcome.IDENTIFIED


def fits_without_doubt(candidate: Candidate) -> bool:
    """An exact mark and nothing that differs from what was told."""
    return candidate.match is MatchKind.EXACT and not candidate.differs


def certainty_of(
    outcome: Outcome,
    candidates: Sequence[Candidate],
    question: Question,
    more: bool,
    fit: Fitted | None = None,
) -> Certainty:
    """The answer's certainty, worded for whoever must rely on it. fit: what a damaged mark found."""
    if not candidates:
        return _nothing(question)
    first = candidates[0]
    excluded = tuple(
        said(
            "%(number)s bears %(mark)s too, but differs in %(names)s.",
            number=other.number,
            mark=other.mark,
            names=words_of(other.differs),
        )
        for other in candidates[1:6]
        if other.differs
    )
    if outcome is Outcome.CANDIDATES:
        return _open(candidates, question, excluded, fit or Fitted(len(candidates), more))
    return Certainty(
        CertaintyLevel.CERTAIN if first.agrees else CertaintyLevel.PROBABLE,
        _alone(first, question.mark),
        certain=(
            said(
                "The records hold one firearm with the mark %(mark)s: %(number)s.",
                mark=first.mark,
                number=first.number,
            ),
        ),
        possible=(
            said(
                "Another firearm, made or marked elsewhere and not in these records, "
                "could bear the same mark."
            ),
        ),
        excluded=excluded,
    )


def _alone(first: Candidate, mark: str) -> str:
    """The statement on the one record that fits."""
    if first.agrees:
        return said(
            "%(number)s is the only record that fits; its mark agrees character for character with %(mark)s "
            "and agrees in %(names)s.",
            number=first.number,
            mark=mark,
            names=words_of(first.agrees),
        )
    return said(
        "%(number)s is the only record that fits; its mark agrees character for character with %(mark)s. "
        "Maker and calibre were not told; they would make it certain.",
        number=first.number,
        mark=mark,
    )


class Fitted(Struct, frozen=True):
    """How many records fit, whether more do, and what would narrow them."""

    total: int
    more: bool
    narrowing: tuple[Narrowing, ...] = ()


def _open(
    candidates: Sequence[Candidate], question: Question, excluded: tuple[str, ...], fit: Fitted
) -> Certainty:
    first = candidates[0]
    probable = len(candidates) == 1 and not first.differs and bool(first.agrees)
    return Certainty(
        CertaintyLevel.PROBABLE if probable else CertaintyLevel.POSSIBLE,
        together(_count(fit), _hint(candidates, question, fit.narrowing)),
        possible=tuple(
            said("%(number)s: %(how)s.", number=c.number, how=_HOW[c.match])
            for c in candidates[:5]
            if not c.differs
        ),
        excluded=excluded,
    )


def _count(fit: Fitted) -> str:
    if fit.more:
        return said(
            "More than %(count)s records fit what was read; none is identified beyond doubt.",
            count=amount(fit.total),
        )
    if fit.total == 1:
        return said("1 record fits what was read; none is identified beyond doubt.")
    return said(
        "%(count)s records fit what was read; none is identified beyond doubt.", count=amount(fit.total)
    )


def _hint(candidates: Sequence[Candidate], question: Question, narrowing: Sequence[Narrowing]) -> str:
    """What would help most: by count where it was counted, else whatever was not told."""
    if narrowing:
        best = narrowing[0]
        counts = {"left": amount(best.leaves), "all": amount(best.of)}
        if best.place is not None:
            return said(
                "The character at place %(place)s would leave %(left)s of %(all)s.",
                place=best.place,
                **counts,
            )
        return said("The %(name)s would leave %(left)s of %(all)s.", name=_observed(best), **counts)
    helps = [word(name) for name, told in _not_told(question) if not told]
    if not helps or len(candidates) < 2:
        return ""
    return said("Telling the %(names)s would narrow it.", names=listed(helps))


def _observed(one: Narrowing) -> str:
    name = "country of manufacture" if one.observation == "country" else one.observation
    return word(name)


_HOW = {
    MatchKind.EXACT: said("the mark agrees character for character"),
    MatchKind.FOLDED: said("the mark agrees once look-alike characters (0/O, 1/I, 5/S, 8/B …) count as one"),
    MatchKind.PARTIAL: said("the legible characters agree"),
    MatchKind.NEAR: said("the mark agrees only if it was misread"),
}


def _not_told(question: Question) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [("maker", question.maker), ("calibre", question.calibre)]
    if question.kind is TraceKind.CARTRIDGE:
        told += [("headstamp", question.headstamp)]
    else:
        told += [("type", question.type), ("country of manufacture", question.country)]
    return told


def _nothing(question: Question) -> Certainty:
    read = question.mark or question.code or question.headstamp
    return Certainty(
        CertaintyLevel.NONE,
        said(
            "No record fits %(mark)s. This does not show that it was never here: the mark may be misread "
            "or altered.",
            mark=read,
        ),
        certain=(said("No mark in these records fits %(mark)s as it was told.", mark=read),),
        possible=(
            said("A wrong reading, a mark on another part, an altered mark, or a record kept elsewhere."),
        ),
    )


def cartridge_certainty(candidate: Candidate, position: int) -> Certainty:
    """One cartridge with a number of its own."""
    return Certainty(
        CertaintyLevel.CERTAIN,
        said(
            "Cartridge %(position)s of lot %(lot)s of %(maker)s went through the hands named here.",
            position=amount(position),
            lot=candidate.mark,
            maker=candidate.maker,
        ),
        certain=(
            said(
                "The cartridge is number %(position)s of %(all)s in %(number)s.",
                position=amount(position),
                all=amount(candidate.quantity or 0),
                number=candidate.number,
            ),
        ),
        possible=(said("Movements that nobody reported are not in these records."),),
    )
