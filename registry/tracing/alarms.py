"""Findings of a trace: what whoever reads the answer must not overlook. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from schemas.tracing import Candidate, Finding
from schemas.vocabulary import FindingKind, MarkCondition, MatchKind, Severity
from schemas.words import amount, listed, said, together, word, words_of

_ALARM, _WARNING, _INFORMATION = Severity.ALARM, Severity.WARNING, Severity.INFORMATION
_GRAVITY = (_ALARM, _WARNING, _INFORMATION)
_TELLING = frozenset({"stolen", "lost", "destroyed", "imported"})
_ILLEGIBLE = frozenset({MarkCondition.ALTERED, MarkCondition.OBLITERATED, MarkCondition.RESTORED})
SOON = 365
"""Days from the last sale to recovery below which a diversion is likely (ATF calls it time to crime)."""


class History(Struct, frozen=True):
    """What happened to a firearm, as findings need it: (date, kind) of its steps, and its marks."""

    steps: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str, str, str | None], ...]  # kind, text, condition, country
    in_conflict: bool
    superseded_by: str | None
    out_of_scope: str


def of_firearm(history: History, candidate: Candidate, recovered_on: date | None) -> list[Finding]:
    """What must not be overlooked about the firearm that stands out, alarms first."""
    found = [
        *_of_steps(history),
        *_of_marks(history),
        *_of_record(history),
        *_of_match(candidate),
        *_of_recovery(history, recovered_on),
    ]
    return sorted(found, key=_gravest_first) if len(found) > 1 else found


def _gravest_first(finding: Finding) -> int:
    return _GRAVITY.index(finding.severity)


def _of_steps(history: History) -> Iterator[Finding]:
    telling = [step for step in history.steps if step[1] in _TELLING]
    for on, kind in telling:
        if kind == "stolen":
            yield Finding(FindingKind.REPORTED_STOLEN, _ALARM, said("Reported stolen on %(date)s.", date=on))
        if kind == "lost":
            yield Finding(FindingKind.REPORTED_LOST, _WARNING, said("Reported lost on %(date)s.", date=on))
        if kind == "destroyed":
            text = said("Recorded as destroyed on %(date)s: if it is here, it was not destroyed.", date=on)
            yield Finding(FindingKind.DESTROYED, _ALARM, text, "FP 6(2)")
    imported = [on for on, kind in telling if kind == "imported"]
    if imported and not any(kind == "import" and country for kind, _, _, country in history.marks):
        text = said("It was imported, but no import mark is recorded.")
        yield Finding(FindingKind.IMPORT_MARK_MISSING, _WARNING, text, "FP 8(1)(b)")


def _of_marks(history: History) -> Iterator[Finding]:
    for kind, mark, condition, _ in history.marks:
        if condition in _ILLEGIBLE:
            text = said(
                "The mark %(mark)s is recorded as %(condition)s.", mark=mark, condition=word(condition)
            )
            yield Finding(FindingKind.MARK_ALTERED, _WARNING, text, "FP 5(1)(c)")
        if kind == "deactivation":
            text = said("It bears the deactivation mark %(mark)s: a live firearm was reactivated.", mark=mark)
            yield Finding(FindingKind.DEACTIVATED, _ALARM, text, "FP 9")


def _of_record(history: History) -> Iterator[Finding]:
    if history.in_conflict:
        text = said("Another record claims the same identity; a supervisor has not decided yet.")
        yield Finding(FindingKind.IDENTITY_CONFLICT, _ALARM, text, "FP 8(1)(a)")
    if history.superseded_by:
        text = said(
            "This record was found to be the same firearm as %(number)s, which stays.",
            number=history.superseded_by,
        )
        yield Finding(FindingKind.RECORD_SUPERSEDED, _WARNING, text)
    if history.out_of_scope:
        text = said("Recorded as outside the Protocol (%(why)s).", why=word(history.out_of_scope))
        yield Finding(FindingKind.OUT_OF_SCOPE, _INFORMATION, text, "FP 3(a)")


def _of_match(candidate: Candidate) -> Iterator[Finding]:
    if candidate.match is MatchKind.FOLDED:
        text = said(
            "The record says %(mark)s: it fits only if look-alike characters were confused.",
            mark=candidate.mark,
        )
        yield Finding(FindingKind.MATCHED_BY_LOOK_ALIKE, _WARNING, text)
    if candidate.match is MatchKind.NEAR:
        misread = together(said("It fits only if the mark was misread."), *candidate.misread)
        yield Finding(FindingKind.MATCHED_BY_MISREADING, _WARNING, misread)
    if candidate.differs:
        names = words_of(candidate.differs)
        text = said("The record differs from what was told in %(names)s.", names=names)
        yield Finding(FindingKind.DIFFERS_FROM_REPORT, _WARNING, text)


def _of_recovery(history: History, recovered_on: date | None) -> Iterator[Finding]:
    sold = [on for on, kind in history.steps if kind in ("sold", "transferred", "issued")]
    if recovered_on is None or not sold:
        return
    days = (recovered_on - date.fromisoformat(sold[-1])).days
    if days < 0:
        text = said(
            "It changed hands on %(date)s, after it was recovered: one of the dates is wrong.", date=sold[-1]
        )
        yield Finding(FindingKind.TIME_TO_RECOVERY, _ALARM, text)
        return
    soon = said("A short time points to a straw purchase or diversion.") if days < SOON else ""
    text = said("%(days)s days from the last recorded sale (%(date)s) to recovery.", days=days, date=sold[-1])
    yield Finding(FindingKind.TIME_TO_RECOVERY, _WARNING if soon else _INFORMATION, together(text, soon))


def more_than_shown(shown: int) -> Finding:
    """The search was cut: more records fit than anyone would read."""
    text = said(
        "More than %(count)s records fit. Tell the maker, the calibre or one more character.",
        count=amount(shown),
    )
    return Finding(FindingKind.MORE_THAN_SHOWN, _WARNING, text)


def of_lot(
    quantity: int, limit: int | None, buyers: Sequence[str], other_lots: Sequence[str]
) -> Iterator[Finding]:
    """What must not be overlooked about a lot. limit: of cartridges under one code, None without one."""
    if limit is not None and quantity > limit:
        text = said(
            "The lot breaks its limit: %(count)s cartridges bear one code, %(times)s times the %(limit)s "
            "allowed.",
            count=amount(quantity),
            times=f"{quantity / limit:,.1f}",
            limit=amount(limit),
        )
        yield Finding(FindingKind.LOT_ABOVE_LIMIT, _ALARM, text, "16 D LOG art. 2")
    if len(buyers) > 1:
        text = said(
            "%(count)s buyers bought cartridges of this lot: %(names)s.",
            count=len(buyers),
            names=listed(buyers[:6]),
        )
        yield Finding(FindingKind.LOT_SEVERAL_BUYERS, _WARNING, text)
    if other_lots:
        text = said(
            "The same code is on another lot: %(lots)s. Make sure of maker and calibre.",
            lots="; ".join(other_lots),
        )
        yield Finding(FindingKind.CODE_ON_SEVERAL_LOTS, _WARNING, text)
