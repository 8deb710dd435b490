"""What happens by itself when an item is entered: its mark is traced, theft shows, its firearm is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.errors import Invalid, RegistryError, Unmet
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.recovery import rules
from registry.tracing import acts as tracing
from schemas.recovery import ItemNew, RecoveryNew
from schemas.recovery_vocabulary import ItemKind
from schemas.tracing import Answer, Question
from schemas.vocabulary import FindingKind, FirearmType, Outcome, Purpose, TraceKind
from schemas.words import said

STOLEN = said("It was reported stolen: whoever owns it and the case come first.")
DEACTIVATED = said("It is recorded as deactivated: whoever verified that is asked first.")
DESTROYED = said("It is recorded as destroyed: how it left is asked first.")
_HELD = {
    FindingKind.REPORTED_STOLEN: STOLEN,
    FindingKind.DEACTIVATED: DEACTIVATED,
    FindingKind.DESTROYED: DESTROYED,
}


@dataclass(frozen=True)
class Checked:
    """What the records say of an item. trace: key of the kept trace; firearm: of the one found for sure."""

    trace: int | None = None
    outcome: str = ""
    severity: str = ""
    firearm: int | None = None
    held_for: str = ""
    open: bool = False


def check(work: Work, n: int, new: RecoveryNew, item: ItemNew, case: str) -> Checked:
    """Trace an item's mark and keep the trace; raises Invalid naming the item's field."""
    asked = ask(work, n, new, item, case)
    if asked is None:
        return Checked()
    question, answer = asked
    trace = key_of("T", tracing.keep(work, question, answer))
    return Checked(
        trace,
        answer.outcome.value,
        rules.gravest([finding.severity.value for finding in answer.findings]),
        _firearm(item, answer),
        _held_for(answer),
        answer.outcome is not Outcome.NOT_IN_RECORDS,
    )


def ask(work: Work, n: int, new: RecoveryNew, item: ItemNew, case: str) -> tuple[Question, Answer] | None:
    """What the records say of an item's mark, None where too little is legible; raises as check."""
    if not rules.can_be_searched(item.mark):
        return None
    question = _question(new, item, case)
    try:
        return question, tracing.find(work, question)
    except RegistryError as error:
        raise Invalid(error.message, _placed(n, error.unmet)) from None


def _placed(n: int, unmet: Sequence[Unmet]) -> list[Unmet]:
    """A refusal of the trace at the field of the item that was asked about."""
    fields = {"code": "mark", "recovered_on": ""}
    return [
        Unmet(u.message, f"items.{n}.{field}" if (field := fields.get(u.field, u.field)) else "recovered_on")
        for u in unmet
    ]


def _question(new: RecoveryNew, item: ItemNew, case: str) -> Question:
    rounds = item.kind is ItemKind.AMMUNITION
    return Question(
        TraceKind.CARTRIDGE if rounds else TraceKind.FIREARM,
        Purpose.RECOVERED_FIREARM,
        case,
        mark="" if rounds else item.mark,
        code=item.mark if rounds else "",
        maker=item.maker,
        model=item.model,
        country=item.country,
        calibre=item.calibre,
        type=None if rounds or item.type is FirearmType.UNKNOWN else item.type,
        recovered_on=new.recovered_on,
        recovered_place=new.place,
    )


def _firearm(item: ItemNew, answer: Answer) -> int | None:
    """The record of the firearm, where it is beyond doubt; a part does not bring the whole with it."""
    if item.kind is not ItemKind.FIREARM or not answer.candidates:
        return None
    first, by_number = answer.candidates[0], key_of("F", item.mark) is not None
    return key_of("F", first.number) if rules.is_sure(answer.outcome, first.agrees, by_number) else None


def _held_for(answer: Answer) -> str:
    """Why an item stays until somebody releases it, "" where nothing speaks for that."""
    told = [words for kind, words in _HELD.items() if any(f.kind is kind for f in answer.findings)]
    return told[0] if told else ""
