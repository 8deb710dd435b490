"""What a trace tells of borders crossed: under which licence, when, and whether receipt was confirmed."""

from __future__ import annotations

from msgspec.structs import replace

from registry.ammunition.spans import Span
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.countries import state
from registry.shipments import queries
from registry.shipments.views import Crossing
from schemas.shipments_vocabulary import Direction
from schemas.tracing import Answer, Finding, Question
from schemas.vocabulary import FindingKind, Severity
from schemas.words import said

_CROSSED = frozenset({"exported", "imported"})


def told(work: Work, question: Question, answer: Answer) -> Answer:
    """The answer with a finding for each shipment of what stands out; nothing is asked of what never left."""
    if not [step for step in answer.steps if step.kind in _CROSSED]:
        return answer
    number = answer.candidates[0].number
    firearm, lot = key_of("F", number), key_of("L", number)
    if firearm is not None:
        found = queries.crossings(work, firearm)
    elif lot is not None:
        found = queries.crossings_of_span(work, lot, _asked(question, answer.candidates[0].quantity or 0))
    else:
        return answer
    return replace(answer, findings=(*answer.findings, *map(_finding, found))) if found else answer


def _asked(question: Question, quantity: int) -> Span:
    """The cartridge that was asked for; the whole lot, where it may be any of it."""
    first = 0 if question.position is None else question.position - 1
    return Span(first, quantity - 1 if question.position is None else first)


def _finding(crossing: Crossing) -> Finding:
    """FP 10(4), 12: exported to X under licence N on a day, received on a day."""
    severity = Severity.WARNING if _is_open(crossing) else Severity.INFORMATION
    return Finding(FindingKind.CROSSED_BORDER, severity, _words(crossing), "FP 10(4)")


def _is_open(crossing: Crossing) -> bool:
    return crossing.direction == Direction.OUT and (crossing.received_on is None or crossing.differs)


def _words(crossing: Crossing) -> str:
    values = {
        "country": state(crossing.country or ""),
        "licence": crossing.licence,
        "shipment": crossing.shipment,
        "date": crossing.departed_on.isoformat() if crossing.departed_on else "?",
        "received": crossing.received_on.isoformat() if crossing.received_on else "",
        "due": crossing.receipt_due_on.isoformat() if crossing.receipt_due_on else "?",
    }
    if crossing.direction == Direction.IN:
        return said(
            "Imported from %(country)s under licence %(licence)s on %(date)s (%(shipment)s).", **values
        )
    if crossing.received_on is None:
        return said(
            "Exported to %(country)s under licence %(licence)s on %(date)s (%(shipment)s); receipt is not"
            " confirmed, it was due on %(due)s.",
            **values,
        )
    if crossing.differs:
        return said(
            "Exported to %(country)s under licence %(licence)s on %(date)s (%(shipment)s), received on"
            " %(received)s, not everything that was sent.",
            **values,
        )
    return said(
        "Exported to %(country)s under licence %(licence)s on %(date)s (%(shipment)s), received on"
        " %(received)s.",
        **values,
    )
