"""Accounts and roles: one person proposes them, another approves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.access import acts, approvals, queries
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Invalid, Stale
from registry.core.work import Work, act
from schemas.access import AccountNew, RoleGrant
from schemas.vocabulary import ApprovalKind, May, Role


@act(May.USER_MANAGE)
def propose_account(work: Work, new: AccountNew) -> ProposalView:
    """Propose an account; raises Invalid naming a field, Conflict for a login in use."""
    content = {
        "login": new.login.casefold(),
        "full_name": new.full_name,
        "role": new.role.value,
        "party": new.party,
        "language": new.language,
    }
    return approvals.propose(work, ApprovalKind.OPEN_ACCOUNT, content["login"] or "", content, new.reason)


def _account_new(content: Content) -> AccountNew:
    return AccountNew(**{**content, "role": Role(content["role"])})


def _opening(work: Work, _subject: str, content: Content) -> Effect:
    new = _account_new(content)
    acts.check_account(work, new)
    told = {
        "login": new.login,
        "name": new.full_name,
        "role": new.role.value,
        "works_for": new.party or "",
        "language": new.language,
    }
    return Effect("", [_change(name, "", value) for name, value in told.items() if value])


def _open(work: Work, order: Order) -> str:
    return str(acts.open_account(work, _account_new(order.content)).id)


@act(May.USER_MANAGE)
def propose_role(work: Work, account_id: int, grant: RoleGrant, version: int) -> ProposalView:
    """Propose another role for an account, or that a closed one is opened again.

    Raises NotFound, Stale, Invalid for one's own account or when nothing changes.
    """
    if queries.account(work, account_id).version != version:
        raise Stale
    if account_id == work.actor.user_id:
        raise Invalid.at("role", "Another administrator proposes what concerns your own account.")
    content = {"role": grant.role.value, "party": grant.party}
    return approvals.propose(work, ApprovalKind.GRANT_ROLE, str(account_id), content, grant.reason)


def _granting(work: Work, subject: str, content: Content) -> Effect:
    known, role = queries.account(work, int(subject)), Role(content["role"])
    acts.party_of(work, role, content["party"])
    before = _told(known.role, known.party, known.active)
    after = _told(role, content["party"], active=True)
    changes = [_change(name, before[name], after[name]) for name in after if before[name] != after[name]]
    if not changes:
        raise Invalid.at("role", "This account has this role already.")
    return Effect(str(known.version), [Change("account", known.login, known.login), *changes])


def _change(name: str, before: str, after: str) -> Change:
    return Change(name, before, after, coded=name in ("role", "state"))


def _told(role: Role, party: str | None, active: bool) -> Mapping[str, Any]:
    return {"role": role.value, "works_for": party or "", "state": "open" if active else "closed"}


def _grant(work: Work, order: Order) -> str:
    role, party = Role(order.content["role"]), order.content["party"]
    acts.grant_role(work, int(order.subject), role, party, int(order.version))
    return order.subject


ACCOUNT = Place("access.account", "account_id", May.USER_MANAGE)
APPROVABLE: Mapping[ApprovalKind, Approvable] = {
    ApprovalKind.OPEN_ACCOUNT: Approvable(May.USER_MANAGE, May.ROLE_APPROVE, _opening, _open, result=ACCOUNT),
    ApprovalKind.GRANT_ROLE: Approvable(May.USER_MANAGE, May.ROLE_APPROVE, _granting, _grant, page=ACCOUNT),
}
