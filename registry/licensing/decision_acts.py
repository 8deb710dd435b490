"""Decisions of the authority: proposing what takes two, and refusing, suspending, lifting, taking back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.core.days import day_in
from registry.core.errors import Invalid, refuse_if
from registry.core.work import Work, act
from registry.licensing import queries, rules, steps
from registry.licensing.law import term
from registry.licensing.law_queries import terms_of
from registry.licensing.tables import Licence
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.licensing_vocabulary import LicenceMove, TermKind
from schemas.vocabulary import ApprovalKind, May

M = LicenceMove


@act(May.LICENCE_REVIEW)
def propose_issue(work: Work, licence_id: int, why: told.Because, version: int) -> ProposalView:
    """Propose to issue it; raises NotFound, Stale, Conflict, Refused with every unmet condition."""
    row = steps.locked(work, licence_id, version, M.PROPOSE)
    content = {"war_material": queries.facts(work, row).war_material}
    return _proposed(work, row, ApprovalKind.ISSUE_LICENCE, content, why.reason)


@act(May.LICENCE_REVIEW)
def propose_amendment(work: Work, licence_id: int, new: review.Amendment, version: int) -> ProposalView:
    """Propose to change an issued licence. Raises as propose_issue, Invalid when nothing would change."""
    row = steps.locked(work, licence_id, version, M.AMEND)
    content = {
        "expires_on": _iso(new.expires_on),
        "return_by": _iso(new.return_by),
        "recipient_address": new.recipient_address,
        "conditions": new.conditions,
        "quantities": [[one.line, one.quantity] for one in new.quantities],
        "war_material": queries.facts(work, row).war_material,
    }
    return _proposed(work, row, ApprovalKind.AMEND_LICENCE, content, new.reason)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@act(May.LICENCE_REVIEW)
def propose_revocation(work: Work, licence_id: int, new: review.Adverse, version: int) -> ProposalView:
    """Propose to revoke it. Raises NotFound, Stale, Conflict, Invalid."""
    row = steps.locked(work, licence_id, version, M.REVOKE)
    content = {"appeal_until": _appeal(work, row, new).isoformat()}
    return _proposed(work, row, ApprovalKind.REVOKE_LICENCE, content, new.reason)


def _proposed(
    work: Work, row: Licence, kind: ApprovalKind, content: dict[str, Any], reason: str
) -> ProposalView:
    return approvals.propose(work, kind, queries.licence_number(row.id), content, reason)


def _appeal(work: Work, row: Licence, new: review.Adverse) -> date:
    """Until when the holder may appeal; raises Invalid where neither the law's time nor a day is known."""
    today = day_in(row.zone, work.now)
    if new.appeal_until is not None:
        if new.appeal_until <= today:
            raise Invalid.at("appeal_until", "The time to appeal ends after today.")
        return new.appeal_until
    found = term(terms_of(work.session), TermKind.APPEAL, today)
    if found is None:
        raise Invalid.at("appeal_until", "No time to appeal is on record: say until when.")
    return today + timedelta(days=found.days)


@act(May.LICENCE_DECIDE)
def refuse(work: Work, licence_id: int, new: review.Adverse, version: int) -> LicenceView:
    """Refuse an application, with reasons and time to appeal. Raises NotFound, Stale, Conflict, Invalid."""
    row = steps.locked(work, licence_id, version, M.REFUSE)
    _against(work, row, new)
    steps.stop_clock(row)
    steps.moved(work, row, M.REFUSE, new.reason)
    return queries.licence(work, row.id)


@act(May.LICENCE_DECIDE)
def suspend(work: Work, licence_id: int, new: review.Adverse, version: int) -> LicenceView:
    """Suspend it at once: nothing leaves under it until that is lifted. Raises as refuse."""
    row = steps.locked(work, licence_id, version, M.SUSPEND)
    _against(work, row, new)
    steps.moved(work, row, M.SUSPEND, new.reason)
    return queries.licence(work, row.id)


def _against(work: Work, row: Licence, new: review.Adverse) -> None:
    row.reason, row.appeal_until = new.reason, _appeal(work, row, new)


@act(May.LICENCE_DECIDE)
def lift(work: Work, licence_id: int, why: told.Because, version: int) -> LicenceView:
    """Lift a suspension: every condition of issue has to hold today. Raises as suspend, Refused."""
    row = steps.locked(work, licence_id, version, M.LIFT)
    refuse_if(rules.unmet_to_stand(queries.facts(work, row), day_in(row.zone, work.now)))
    row.reason, row.appeal_until = "", None
    steps.moved(work, row, M.LIFT, why.reason)
    return queries.licence(work, row.id)


@act(May.LICENCE_REVIEW)
def give_back(work: Work, licence_id: int, back: review.GivenBack, version: int) -> LicenceView:
    """Record that it was given back, or that what left for a time is back. Raises as refuse."""
    row = steps.locked(work, licence_id, version, M.GIVE_BACK)
    if back.on > day_in(row.zone, work.now):
        raise Invalid.at("on", "This day has not come yet.")
    if row.issued_on is not None and back.on < row.issued_on:
        raise Invalid.at("on", "It was not issued before that day.")
    row.returned_on = back.on
    steps.moved(work, row, M.GIVE_BACK, back.note)
    return queries.licence(work, row.id)
