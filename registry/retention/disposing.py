"""Disposal of records at the end of their terms, which takes two people (FP art. 7)."""

from __future__ import annotations

from collections.abc import Sequence

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.erasing import LOCK
from registry.core.errors import Conflict, Invalid, Stale, Unmet, refuse_if
from registry.core.work import Work, act
from registry.retention import disposal_queries, ending, erasing, queries, removal, rules
from registry.retention.classes import named, number_of
from registry.retention.disposal_tables import DisposedRecord, RecordsDisposal
from registry.retention.rules import Reckoning, Verdict
from registry.verification import issuing
from schemas.retention import DisposalNew
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import ApprovalKind, IssuedKind, May


@act(May.RECORDS_DISPOSE)
def propose(work: Work, new: DisposalNew) -> ProposalView:
    """Propose that records of one class go; raises Invalid, NotFound, Refused, Conflict."""
    found = [named(work.session, text, f"records.{n}") for n, text in enumerate(new.records)]
    classes = {record_class for record_class, _ in found}
    if len(classes) != 1:
        raise Invalid.at("records", "Records of one class go together.")
    (record_class,) = classes
    numbers = list(dict.fromkeys(number_of(*one) for one in found))
    content = {"records": numbers}
    return approvals.propose(work, ApprovalKind.DISPOSE_RECORDS, record_class.value, content, new.reason)


def _judged(work: Work, content: Content) -> tuple[RecordClass, dict[int, Verdict]]:
    """How each stands today; raises Refused with everything that keeps one of them."""
    found = [named(work.session, text, f"records.{n}") for n, text in enumerate(content["records"])]
    record_class = found[0][0]
    if record_class not in removal.PARTS:
        raise Invalid.at("records", "Records of lots of ammunition stay: their spans are for good.")
    told = queries.standings(work, record_class, [key for _, key in found], work.today)
    unmet: list[Unmet] = []
    for key, one in told.items():
        unmet += rules.unmet_to_dispose(one, number_of(record_class, key))
    refuse_if(unmet)
    return record_class, told


def _effect(work: Work, _subject: str, content: Content) -> Effect:
    """What the approvers see: every record, by which law it was kept until when, and how much goes."""
    record_class, told = _judged(work, content)
    rows = {key: removal.rows_of(work.session, record_class, key) for key in told}
    values = erasing.count(work, removal.personal_rows(work.session, record_class, list(told)))
    changes = [
        Change(
            number_of(record_class, key),
            f"{_longest(one).term.law}, {_longest(one).term.years} years from {_longest(one).counted}:"
            f" kept until {one.until}",
            f"disposed of, {rows[key]} rows",
        )
        for key, one in told.items()
    ]
    if values:
        changes.append(Change("personal values in the history", str(values), "erased"))
    if record_class is RecordClass.PERSON:
        changes += [_unnamed(work, key) for key in told]
    return Effect(" ".join(f"{key}:{one.until}:{rows[key]}" for key, one in told.items()), changes)


def _unnamed(work: Work, key: int) -> Change:
    number, answers = number_of(RecordClass.PERSON, key), len(erasing.telling(work, key))
    return Change(f"{number} in answers on record", f"{answers} answers", "number instead of name")


def _longest(told: Verdict) -> Reckoning:
    if told.longest is None:
        raise Conflict("No term is set for these records.")
    return told.longest


@act(May.RECORDS_DISPOSAL_APPROVE)
def _dispose(work: Work, order: Order) -> str:
    """Write down what goes and why, then remove it, as two have agreed."""
    approvals.require(work, ApprovalKind.DISPOSE_RECORDS)
    work.lock(LOCK)
    if _effect(work, order.subject, order.content).version != order.version:
        raise Stale
    record_class, told = _judged(work, order.content)
    row = RecordsDisposal(
        record_class=record_class.value,
        reason=order.reason[:400],
        records=len(told),
        removed=0,
        proposal_id=order.id,
        proposed_by=order.proposed_by,
        approved_by=order.approved_by[-1],
        done_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    lines = _lines(work, row.id, record_class, told)
    row.removed = sum(line.removed for line in lines)
    work.session.add_all(lines)
    work.session.flush()
    number = disposal_queries.disposal_number(row.id)
    work.note["disposed"] = {
        "order": number,
        "records": [number_of(record_class, key) for key in told],
        "basis": sorted({line.law for line in lines}),
    }
    _remove(work, record_class, list(told))
    issuing.issue(work, IssuedKind.RECORDS_DISPOSAL_CERTIFICATE, number)
    return number


def _remove(work: Work, record_class: RecordClass, keys: list[int]) -> None:
    """Rows, their personal values in the journal, and a person's name wherever an answer tells it."""
    gone = removal.personal_rows(work.session, record_class, keys)
    changed = [
        row
        for key in (keys if record_class is RecordClass.PERSON else ())
        for row in erasing.unname(work, key)
    ]
    removal.remove(work.session, record_class, keys)
    if gone or changed:
        erasing.erase(work, gone, changed)


def _lines(
    work: Work, disposal_id: int, record_class: RecordClass, told: dict[int, Verdict]
) -> Sequence[DisposedRecord]:
    lines = []
    for n, (key, one) in enumerate(told.items(), 1):
        longest = _longest(one)
        lines.append(
            DisposedRecord(
                record_class=record_class.value,
                record_id=key,
                disposal_id=disposal_id,
                n=n,
                law=longest.term.law,
                years=longest.term.years,
                counted_from=longest.term.counted_from.value,
                counted=longest.counted,
                kept_until=longest.until,
                removed=removal.rows_of(work.session, record_class, key),
            )
        )
    return lines


APPROVABLE = {
    **ending.APPROVABLE,
    ApprovalKind.DISPOSE_RECORDS: Approvable(
        propose=May.RECORDS_DISPOSE,
        approve=May.RECORDS_DISPOSAL_APPROVE,
        effect=_effect,
        carry_out=_dispose,
        result=Place("retention.disposal", "number", May.RETENTION_READ),
    ),
}
