"""What a case page shows beside the licence itself."""

from __future__ import annotations

import json

from sqlalchemy import select

from registry.access import approval_queries
from registry.access.approval_queries import ProposalView
from registry.access.tables import Proposal
from registry.core.work import Work
from schemas.vocabulary import ApprovalKind, May

KINDS = (ApprovalKind.ISSUE_LICENCE, ApprovalKind.AMEND_LICENCE, ApprovalKind.REVOKE_LICENCE)


def proposals(work: Work, number: str) -> list[ProposalView]:
    """What was proposed about a licence, the newest first; nothing for those who may not see proposals."""
    if May.APPROVAL_READ not in work.actor.may:
        return []
    on_it = (Proposal.kind.in_([kind.value for kind in KINDS]), Proposal.subject == number)
    rows = work.session.scalars(select(Proposal).where(*on_it).order_by(Proposal.id.desc()))
    return [approval_queries.view_of(work, row) for row in rows]


def changes_of(text: str) -> list[tuple[str, str, str]]:
    """Fields that an event changed, with their values before and after."""
    return [(name, before, after) for name, before, after in json.loads(text)] if text else []
