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
from registry.core.erasing import LOCK, row_of
from registry.core.errors import Conflict, NotFound, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office, Work, act
from registry.requests import forgetting
from registry.requests import queries as requests
from registry.requests.tables import TraceRequestRow
from registry.retention import erasing, tables
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


_ORDERED = select(tables.Hold.case_number).where(
    tables.Hold.lifted_at.is_(None), tables.Hold.case_number != ""
)
_LIFTED = select(tables.Hold.case_number).where(
    tables.Hold.lifted_at.is_not(None), tables.Hold.case_number != ""
)
_HELD, _RELEASED = TraceRequestRow.case_number.in_(_ORDERED), TraceRequestRow.case_number.in_(_LIFTED)


def ended(work: Work) -> tuple[Ended, ...]:
    """Those that can go, the day that came first on top, then those that are held; fifty of each at most."""
    return tuple(
        Ended(
            requests.request_number(row.id),
            row.peer,
            row.direction,
            row.case_number,
            forgetting.ended(work, row)[0][1],
            held,
        )
        for held, which in ((False, ~_HELD), (True, _HELD))
        for row in forgetting.over(work, which)
    )


def is_held(work: Work, case_number: str) -> bool:
    """Whether a hold is on a case; nobody places one until the end of the transaction."""
    work.lock(LOCK)
    return bool(work.session.scalar(_ORDERED.where(tables.Hold.case_number == case_number).limit(1)))


@act(May.RECORDS_DISPOSE)
def propose(work: Work, new: EndingNew) -> ProposalView:
    """Propose that all of it goes which nothing holds; raises NotFound where there is none, Conflict."""
    numbers = [requests.request_number(row.id) for row in forgetting.over(work, ~_HELD)]
    if not numbers:
        raise NotFound(said("Nothing of other States is kept longer than they let us."))
    return approvals.propose(work, ApprovalKind.END_KEEPING, SUBJECT, {"requests": numbers}, new.reason)


def _rows(work: Work, content: Content, locked: bool = False) -> list[TraceRequestRow]:
    keys = [parse_registry_number("RQ", number) for number in content["requests"]]
    rows = [requests.request_row(work, key, locked=locked) for key in keys]
    over = all(forgetting.ended(work, row) for row in rows)
    if not over or any(is_held(work, row.case_number) for row in rows):
        raise Conflict(said("One of them went already, or is held."))
    return rows


def _effect(work: Work, _subject: str, content: Content) -> Effect:
    """What the approver sees: of every request, whose word it is and until when it was to be kept."""
    rows = _rows(work, content)
    changes = [
        Change(requests.request_number(row.id), f"{state}, kept until {day}", "erased")
        for row in rows
        for state, day in forgetting.ended(work, row)
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
    """Erase the bytes of files that nobody may keep any more, each request by itself; of how many."""
    with office.look(OPERATOR) as work:
        due = forgetting.with_files(work, ~_HELD, _RELEASED)
    return sum(_end_files_of(office, key) for key in due)


def _end_files_of(office: Office, key: int) -> bool:
    """The same of one, unless it is held by now."""
    try:
        with office.begin(OPERATOR, doing="retention.end_files") as work:
            work.lock(LOCK)
            row = requests.request_row(work, key, locked=True)
            return not is_held(work, row.case_number) and bool(forgetting.forget_files(work, row))
    except RegistryError:
        return False  # the next round tries again


HOLDS = {"retention": is_held}
"""For requests: whether an order keeps what belongs to a case."""
DUE = {"retention": end_files}
"""What is done now and then beside deliveries."""
