"""When labels may be sent to the printer, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from registry.core.errors import Invalid
from schemas.label_vocabulary import RunKind
from schemas.words import said

LEAST_REASON = 3


@dataclass(frozen=True)
class Asked:
    """first, last: labels of the job, from 1, 0: all that is left; jammed: the printer lost some."""

    first: int = 0
    last: int = 0
    jammed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Span:
    kind: RunKind
    first: int
    last: int


def span(labels: int, sent: int, asked: Asked) -> Span:
    """What is sent: the rest, or from the first that is missing after a jam, or some once more with a reason.

    labels, sent: of the job, and how many of them went to the printer before. Raises Invalid.
    """
    first = asked.first or sent + 1
    last = asked.last or labels
    if not 1 <= first <= labels:
        raise Invalid.at("first", said("The job has labels 1 to %(labels)s.", labels=labels))
    if not first <= last <= labels:
        raise Invalid.at("last", said("From the first label to %(labels)s.", labels=labels))
    if first > sent:
        if first > sent + 1:
            raise Invalid.at("first", said("Label %(next)s comes next.", next=sent + 1))
        return Span(RunKind.NEXT if sent else RunKind.FIRST, first, last)
    if asked.jammed:
        return Span(RunKind.RESUME, first, last)
    if len(asked.reason.strip()) < LEAST_REASON:
        raise Invalid.at("reason", said("Say why labels are printed once more."))
    return Span(RunKind.REPRINT, first, min(last, sent) if not asked.last else last)
