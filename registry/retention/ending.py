"""What other States let us keep until a day goes once it is over: files by themselves, what was told by two
people, since the ledger lets nobody take a personal value away alone (ITI 15, FP 12(4)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order
from registry.access.approval_queries import ProposalView
from registry.core.erasing import row_of
from registry.core.errors import Conflict, NotFound, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office, Work, act
from registry.requests import forgetting
from registry.requests import queries as requests
from registry.requests.tables import TraceRequestRow
from registry.retention import erasing, tables
from registry.retention.acts import LOCK
from schemas.retention import EndingNew
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

SUBJECT = "kept for others"


@dataclass(frozen=True)
class Ended:
    """A request with something that was to be kept until a day that is over. held: by a hold on its case."""

    number: str
    peer: str
    direction: str
    case_number: str
    kept_until: date
    held: bool


def ended(work: Work) -> tuple[Ended, ...]:
    """All of them, the day that came first on top."""
    rows = forgetting.over(work)
    held = _held(work, rows)
    return tuple(
        Ended(
            requests.request_number(row.id),
            row.peer,
            row.direction,
            row.case_number,
            row.keep_until or work.today,
            row.case_number in held,
        )
        for row in rows
    )


def _held(work: Work, rows: list[TraceRequestRow]) -> set[str]:
    cases = {row.case_number for row in rows}
    ordered = select(tables.Hold.case_number).where(
        tables.Hold.lifted_at.is_(None), tables.Hold.case_number.in_(cases)
    )
    return set(work.session.scalars(ordered)) if cases else set()


@act(May.RECORDS_DISPOSE)
def propose(work: Work, new: EndingNew) -> ProposalView:
    """Propose that all of it goes which nothing holds; raises NotFound where there is none, Conflict."""
    numbers = [one.number for one in ended(work) if not one.held]
    if not numbers:
        raise NotFound(said("Nothing of other States is kept longer than they let us."))
    return approvals.propose(work, ApprovalKind.END_KEEPING, SUBJECT, {"requests": numbers}, new.reason)


def _rows(work: Work, content: Content, locked: bool = False) -> list[TraceRequestRow]:
    keys = [parse_registry_number("RQ", number) for number in content["requests"]]
    rows = [requests.request_row(work, key, locked=locked) for key in keys]
    over = all(row.keep_until is not None and row.keep_until < work.today for row in rows)
    if not over or _held(work, rows):
        raise Conflict(said("One of them went already, or is held."))
    return rows


def _effect(work: Work, _subject: str, content: Content) -> Effect:
    """What the approver sees: of every request, whose word it is and until when it was to be kept."""
    rows = _rows(work, content)
    changes = [
        Change(requests.request_number(row.id), f"{row.peer}, kept until {row.keep_until}", "erased")
        for row in rows
    ]
    return Effect(" ".join(f"{row.id}:{row.version}" for row in rows), changes)


@act(May.RECORDS_DISPOSAL_APPROVE)
def _end(work: Work, order: Order) -> str:
    """Erase it from records and journal, as two have agreed; that it came stays proven."""
    approvals.require(work, ApprovalKind.END_KEEPING)
    work.lock(LOCK)
    rows = _rows(work, order.content, locked=True)
    if _effect(work, order.subject, order.content).version != order.version:
        raise Stale
    numbers = [requests.request_number(row.id) for row in rows]
    changed: list[Any] = [one for row in rows for one in forgetting.forget(work, row)]
    work.note["disposed"] = {"order": f"proposal {order.id}", "records": numbers, "basis": ["ITI 15"]}
    erasing.erase(work, (), [row_of(one) for one in changed])
    for number in numbers:
        erasing.forget_kept(work, number)
    return numbers[0]


APPROVABLE = {
    ApprovalKind.END_KEEPING: Approvable(
        propose=May.RECORDS_DISPOSE, approve=May.RECORDS_DISPOSAL_APPROVE, effect=_effect, carry_out=_end
    )
}


def end_files(office: Office) -> int:
    """Erase the bytes of files whose time is over, each request by itself; of how many."""
    with office.look(OPERATOR) as work:
        due = [row for row in forgetting.over(work) if row.id in set(forgetting.with_files(work))]
        held = _held(work, due)
        free = [row.id for row in due if row.case_number not in held]
    for key in free:
        try:
            with office.begin(OPERATOR, doing="retention.end_files") as work:
                forgetting.forget_files(work, requests.request_row(work, key, locked=True))
        except RegistryError:
            return 0  # the next round tries again
    return len(free)


DUE = {"retention": end_files}
"""What is done now and then beside deliveries."""
