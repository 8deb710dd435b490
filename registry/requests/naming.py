"""The second step of an answer: who holds it last is told once two officers have released it, or is kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Stale, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.requests import doing, holder_queries, life, queries, redaction, rules
from registry.requests.answering import dumped, handling_of
from registry.requests.holder_queries import Identity
from registry.requests.tables import TraceRequestRow
from schemas.exchange import Handling, Sender
from schemas.holders import HolderRelease, HolderReleaseSchema
from schemas.requests import Step
from schemas.requests_vocabulary import (
    FieldTold,
    HolderState,
    RequestAct,
    RequestState,
    RestrictionGround,
)
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

_SHAPE = HolderReleaseSchema()


@act(May.REQUEST_ANSWER)
def propose(work: Work, request_id: int, new: HolderRelease, version: int) -> ProposalView:
    """Propose that another State is told who holds it last; somebody else approves it.

    Raises NotFound, Stale, Refused, Conflict where that is not on record or a proposal waits.
    """
    row = queries.request_row(work, request_id)
    if row.version != version:
        raise Stale
    kind = ApprovalKind.NAME_HOLDER
    content = _SHAPE.dump(new)
    return approvals.propose(work, kind, queries.request_number(row.id), content, new.reason)


def identified(work: Work, row: TraceRequestRow) -> Identity:
    """Whom it would name; raises Refused where nobody may be now, Conflict where our records do not say."""
    refuse_if(life.unmet_to_do(RequestAct.NAME_HOLDER, RequestState(row.state), queries.side_of(row)))
    refuse_if(rules.unmet_to_name(HolderState(row.holder)))
    found = holder_queries.identity(work, row)
    if found is None:
        raise Conflict(said("Our records do not say any more who that is."))
    return found


def _effect(work: Work, subject: str, content: Content) -> Effect:
    """What the approver sees: to whom, which record, which of its fields; the values stay in the record."""
    row = queries.request_row(work, parse_registry_number("RQ", subject))
    found, new = identified(work, row), _SHAPE.take(content)
    refuse_if(rules.unmet_for_retention(new.retain_until, work.today))
    told = [name for name, value in found.without(new.withheld).items() if value]
    changes = [
        Change("told to", "", row.peer),
        Change("last holder", "", found.number),
        *[Change("field", "", name, coded=True) for name in told],
        Change("onward", "", new.onward.value, coded=True),
        Change("retain until", "", new.retain_until.isoformat() if new.retain_until else ""),
        Change("caveat", "", new.caveat),
        Change("words", "", new.words),
        Change("steps since", "", str(_later(row, found) or "")),
    ]
    return Effect(_version(row, found), [one for one in changes if one.after])


def _version(row: TraceRequestRow, found: Identity) -> str:
    """Of all that it depends on: another step, another holder, or another word on that holder changes it."""
    return f"{row.version}.{found.number}.{found.version}.{_later(row, found)}"


def _later(row: TraceRequestRow, found: Identity) -> int:
    """How many steps of custody are told that the answer before did not have."""
    return max(0, len(found.since.get("steps", ())) - len(queries.answer_of(row)["steps"]))


def _name(work: Work, order: Order) -> str:
    """Tell it, as two have agreed, with both of them in the signed message."""
    approvals.require(work, ApprovalKind.NAME_HOLDER)
    row = queries.request_row(work, parse_registry_number("RQ", order.subject), locked=True)
    found, new = identified(work, row), _SHAPE.take(order.content)
    if order.version != _version(row, found):
        raise Stale
    told = {
        "holder": found.without(new.withheld),
        "last_holder": found.told["name"],
        "words": new.words,
    }
    handling = Handling((row.peer,), new.onward.value, new.retain_until, new.caveat)
    people = {"proposed_by": order.proposed_by, "approved_by": order.approved_by[-1], "proposal": order.id}
    sender = Sender(user=str(order.proposed_by), approver=str(order.approved_by[-1]))
    row.holder = HolderState.NAMED.value
    _tell(work, row, RequestAct.NAME_HOLDER, told, handling, sender, people, since=found.since)
    return order.subject


@act(May.REQUEST_ANSWER)
def keep(work: Work, row: TraceRequestRow, step: Step) -> None:
    """Say that it is not told who holds it last, and why; raises Refused where nobody asks."""
    refuse_if(rules.unmet_to_name(HolderState(row.holder)))
    told = {"last_holder": "", "holder": None, "words": step.words}
    row.holder = HolderState.KEPT.value
    binding = handling_of(queries.handling_of(row))
    _tell(work, row, RequestAct.KEEP_HOLDER, told, binding, ground=step.ground)


def _tell(
    work: Work,
    row: TraceRequestRow,
    act: RequestAct,
    told: dict[str, Any],
    handling: Handling,
    sender: Sender | None = None,
    people: dict[str, int] | None = None,
    ground: RestrictionGround | None = None,
    since: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """The answer that was told before, with what the second step says; restrictions only tighten.

    It is one in part as long as something is withheld from it. since: what became of its steps.
    """
    before = {**queries.answer_of(row), **since}
    fate = FieldTold.TOLD if act is RequestAct.NAME_HOLDER else FieldTold.WITHHELD
    body = {**before, **told, **redaction.second_step(before, fate, ground), "by_machine": False}
    bound = holder_queries.bound(work, row, vars(handling))
    row.answer, row.handling, row.answered_at = dumped(body), dumped(bound), work.now
    doing.move(work, row, act)
    if not body["withheld"]:
        row.state = RequestState.ANSWERED.value
    posted = doing.tell(work, row, life.MOVES[act].message, body, handling_of(bound), sender=sender)
    details = {"answer": body, "handling": bound, **(people or {})}
    doing.note(work, row, act, told["words"], details, posted.jti)


APPROVABLE = {
    ApprovalKind.NAME_HOLDER: Approvable(
        propose=May.REQUEST_ANSWER,
        approve=May.REQUEST_RULE_SET,
        effect=_effect,
        carry_out=_name,
        page=Place("requests.holder", "number", May.REQUEST_ANSWER),
        result=Place("requests.show", "number", May.REQUEST_READ),
    )
}
