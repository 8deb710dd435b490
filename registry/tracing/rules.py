"""Judging what was found: which record fits how well, what follows, and how sure that is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from schemas.tracing import Candidate, Certainty, Finding, Narrowing, Question
from schemas.vocabulary import CertaintyLevel, FindingKind, MatchKind, Outcome, Severity, TraceKind

_BASE = {MatchKind.EXACT: 100, MatchKind.FOLDED: 60, MatchKind.PARTIAL: 40, MatchKind.NEAR: 40}
_WEIGHT = {"maker": 30, "calibre": 15, "type": 10, "country": 10, "model": 10, "year": 5, "symbols": 10}


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
        f"{other.number} bears {other.mark} too, but differs in {listed(other.differs)}."
        for other in candidates[1:6]
        if other.differs
    )
    if outcome is Outcome.CANDIDATES:
        return _open(candidates, question, excluded, fit or Fitted(len(candidates), more))
    told = f" and agrees in {listed(first.agrees)}" if first.agrees else ""
    return Certainty(
        CertaintyLevel.CERTAIN if first.agrees else CertaintyLevel.PROBABLE,
        f"{first.number} is the only record that fits; its mark agrees character for character with "
        f"{question.mark}{told}."
        + ("" if first.agrees else " Maker and calibre were not told; they would make it certain."),
        certain=(f"The records hold one firearm with the mark {first.mark}: {first.number}.",),
        possible=(
            "Another firearm, made or marked elsewhere and not in these records, could bear the same mark.",
        ),
        excluded=excluded,
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
    count = f"More than {fit.total:,}" if fit.more else f"{fit.total:,}"
    probable = len(candidates) == 1 and not first.differs and bool(first.agrees)
    subject = "record fits" if count == "1" else "records fit"
    hint = _hint(candidates, question, fit.narrowing)
    return Certainty(
        CertaintyLevel.PROBABLE if probable else CertaintyLevel.POSSIBLE,
        f"{count} {subject} what was read; none is identified beyond doubt.{hint}",
        possible=tuple(f"{c.number}: {_HOW[c.match]}." for c in candidates[:5] if not c.differs),
        excluded=excluded,
    )


def _hint(candidates: Sequence[Candidate], question: Question, narrowing: Sequence[Narrowing]) -> str:
    """What would help most: by count where it was counted, else whatever was not told."""
    if narrowing:
        best = narrowing[0]
        return f" {observed(best).capitalize()} would leave {best.leaves:,} of {best.of:,}."
    helps = [name for name, told in _not_told(question) if not told]
    return f" Telling the {listed(helps)} would narrow it." if helps and len(candidates) > 1 else ""


def observed(one: Narrowing) -> str:
    """An observation in words."""
    if one.place is not None:
        return f"the character at place {one.place}"
    return "the country of manufacture" if one.observation == "country" else f"the {one.observation}"


_HOW = {
    MatchKind.EXACT: "the mark agrees character for character",
    MatchKind.FOLDED: "the mark agrees once look-alike characters (0/O, 1/I, 5/S, 8/B …) count as one",
    MatchKind.PARTIAL: "the legible characters agree",
    MatchKind.NEAR: "the mark agrees only if it was misread",
}


def _not_told(question: Question) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [("maker", question.maker), ("calibre", question.calibre)]
    if question.kind is TraceKind.FIREARM:
        told += [("type", question.type), ("country of manufacture", question.country)]
    return told


def _nothing(question: Question) -> Certainty:
    read = question.mark or question.code
    return Certainty(
        CertaintyLevel.NONE,
        f"No record fits {read}. This does not show that it was never here: the mark may be misread "
        "or altered.",
        certain=(f"No mark in these records fits {read} as it was told.",),
        possible=("A wrong reading, a mark on another part, an altered mark, or a record kept elsewhere.",),
    )


def listed(names: Sequence[str]) -> str:
    """Words as a list: a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


class History(Struct, frozen=True):
    """What happened to a firearm, as findings need it: (date, kind) of its steps, and its marks."""

    steps: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str, str, str | None], ...]  # kind, text, condition, country
    in_conflict: bool
    superseded_by: str | None
    out_of_scope: str


def findings_of(history: History, candidate: Candidate, recovered_on: date | None) -> list[Finding]:
    """What must not be overlooked about the firearm that stands out, alarms first."""
    found = [
        *_of_steps(history),
        *_of_marks(history),
        *_of_record(history, candidate),
        *_of_recovery(history, recovered_on),
    ]
    return sorted(found, key=_gravest_first) if len(found) > 1 else found


_GRAVITY = (Severity.ALARM, Severity.WARNING, Severity.INFORMATION)


def _gravest_first(finding: Finding) -> int:
    return _GRAVITY.index(finding.severity)


def _of_steps(history: History) -> list[Finding]:
    found = []
    kinds = [kind for _, kind in history.steps]
    for on, kind in history.steps:
        if kind == "stolen":
            found.append(Finding(FindingKind.REPORTED_STOLEN, Severity.ALARM, f"Reported stolen on {on}."))
        if kind == "lost":
            found.append(Finding(FindingKind.REPORTED_LOST, Severity.WARNING, f"Reported lost on {on}."))
        if kind == "destroyed":
            found.append(
                Finding(
                    FindingKind.DESTROYED,
                    Severity.ALARM,
                    f"Recorded as destroyed on {on}: if it is here, it was not destroyed.",
                    "FP 6(2)",
                )
            )
    imported = "imported" in kinds
    if imported and not any(kind == "import" and country for kind, _, _, country in history.marks):
        found.append(
            Finding(
                FindingKind.IMPORT_MARK_MISSING,
                Severity.WARNING,
                "It was imported, but no import mark is recorded.",
                "FP 8(1)(b)",
            )
        )
    return found


def _of_marks(history: History) -> list[Finding]:
    found = []
    for kind, text, condition, _ in history.marks:
        if condition in ("altered", "obliterated", "restored"):
            found.append(
                Finding(
                    FindingKind.MARK_ALTERED,
                    Severity.WARNING,
                    f"The mark {text} is recorded as {condition}.",
                    "FP 5(1)(c)",
                )
            )
        if kind == "deactivation":
            found.append(
                Finding(
                    FindingKind.DEACTIVATED,
                    Severity.ALARM,
                    f"It bears the deactivation mark {text}: a live firearm was reactivated.",
                    "FP 9",
                )
            )
    return found


def _of_record(history: History, candidate: Candidate) -> list[Finding]:
    found = []
    if history.in_conflict:
        found.append(
            Finding(
                FindingKind.IDENTITY_CONFLICT,
                Severity.ALARM,
                "Another record claims the same identity; a supervisor has not decided yet.",
                "FP 8(1)(a)",
            )
        )
    if history.superseded_by:
        found.append(
            Finding(
                FindingKind.RECORD_SUPERSEDED,
                Severity.WARNING,
                f"This record was found to be the same firearm as {history.superseded_by}, which stays.",
            )
        )
    if history.out_of_scope:
        found.append(
            Finding(
                FindingKind.OUT_OF_SCOPE,
                Severity.INFORMATION,
                f"Recorded as outside the Protocol ({history.out_of_scope}).",
                "FP 3(a)",
            )
        )
    if candidate.match is MatchKind.FOLDED:
        found.append(
            Finding(
                FindingKind.MATCHED_BY_LOOK_ALIKE,
                Severity.WARNING,
                f"The record says {candidate.mark}: it fits only if look-alike characters were confused.",
            )
        )
    if candidate.match is MatchKind.NEAR:
        found.append(
            Finding(
                FindingKind.MATCHED_BY_MISREADING,
                Severity.WARNING,
                f"It fits only if the mark was misread. {' '.join(candidate.misread)}".strip(),
            )
        )
    if candidate.differs:
        found.append(
            Finding(
                FindingKind.DIFFERS_FROM_REPORT,
                Severity.WARNING,
                f"The record differs from what was told in {listed(candidate.differs)}.",
            )
        )
    return found


def _of_recovery(history: History, recovered_on: date | None) -> list[Finding]:
    sold = [on for on, kind in history.steps if kind in ("sold", "transferred", "issued")]
    if recovered_on is None or not sold:
        return []
    days = (recovered_on - date.fromisoformat(sold[-1])).days
    if days < 0:
        text = f"It changed hands on {sold[-1]}, after it was recovered: one of the dates is wrong."
        return [Finding(FindingKind.TIME_TO_RECOVERY, Severity.ALARM, text)]
    soon = " A short time points to a straw purchase or diversion." if days < 365 else ""
    text = f"{days} days from the last recorded sale ({sold[-1]}) to recovery.{soon}"
    return [Finding(FindingKind.TIME_TO_RECOVERY, Severity.WARNING if soon else Severity.INFORMATION, text)]


def more_than_shown(shown: int) -> Finding:
    """The search was cut: more records fit than anyone would read."""
    return Finding(
        FindingKind.MORE_THAN_SHOWN,
        Severity.WARNING,
        f"More than {shown:,} records fit. Tell the maker, the calibre or one more character.",
    )


def lot_findings(
    quantity: int, limit: int | None, buyers: Sequence[str], other_lots: Sequence[str]
) -> list[Finding]:
    """What must not be overlooked about a lot."""
    found = []
    if limit is not None and quantity > limit:
        found.append(
            Finding(
                FindingKind.LOT_ABOVE_LIMIT,
                Severity.ALARM,
                f"The lot breaks its limit: {quantity:,} cartridges bear one code, "
                f"{quantity / limit:,.1f} times the {limit:,} allowed.",
                "16 D LOG art. 2",
            )
        )
    if len(buyers) > 1:
        found.append(
            Finding(
                FindingKind.LOT_SEVERAL_BUYERS,
                Severity.WARNING,
                f"{len(buyers)} buyers bought cartridges of this lot: {listed(buyers[:6])}.",
            )
        )
    if other_lots:
        found.append(
            Finding(
                FindingKind.CODE_ON_SEVERAL_LOTS,
                Severity.WARNING,
                f"The same code is on another lot: {'; '.join(other_lots)}. Make sure of maker and calibre.",
            )
        )
    return found


def cartridge_certainty(candidate: Candidate, position: int) -> Certainty:
    """One cartridge with a number of its own."""
    return Certainty(
        CertaintyLevel.CERTAIN,
        f"Cartridge {position:,} of lot {candidate.mark} of {candidate.maker} went through the hands "
        "named here.",
        certain=(
            f"The cartridge is number {position:,} of {candidate.quantity or 0:,} in {candidate.number}.",
        ),
        possible=("Movements that nobody reported are not in these records.",),
    )
