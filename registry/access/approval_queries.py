"""Reading what waits for a second person, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from registry.access.approvable import Approvable, Change, offered
from registry.access.events import Event
from registry.access.rules import KEYS_HELD, Holder, state_at
from registry.access.tables import AccessEvent, Account, Proposal, ProposalApproval
from registry.core.errors import NotFound
from registry.core.paging import page
from registry.core.policy import permissions
from registry.core.work import Actor, Work
from schemas.approvals import ProposalsAsked
from schemas.paging import Page
from schemas.vocabulary import ApprovalKind, May, ProposalState, Role
from schemas.words import said, word


@dataclass(frozen=True)
class ApprovalView:
    """Who approved, in which capacity, when."""

    by: str
    role: str
    at: datetime


@dataclass(frozen=True)
class ProposalView:
    """proposed_by, decided_by: names; may_approve: whether whoever asks may decide it now."""

    id: int
    kind: ApprovalKind
    subject: str
    reason: str
    changes: tuple[Change, ...]
    digest: str
    proposer_id: int
    proposed_by: str
    role: str
    proposed_at: datetime
    expires_at: datetime
    approvers: int
    approvals: tuple[ApprovalView, ...]
    state: ProposalState
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    result: str
    may_approve: bool
    may_withdraw: bool


def row_of(work: Work, proposal_id: int, locked: bool = False) -> Proposal:
    """The row of a proposal that whoever asks may see; raises NotFound."""
    within = 0 < proposal_id < 2**63
    row = work.session.get(Proposal, proposal_id, with_for_update=locked or None) if within else None
    if row is None or not _sees(work, row):
        raise NotFound(said("No proposal %(proposal_id)s", proposal_id=proposal_id))
    return row


def locked(work: Work, proposal_id: int) -> Proposal:
    """As row_of, locked until the end."""
    return row_of(work, proposal_id, locked=True)


def _sees(work: Work, row: Proposal) -> bool:
    return row.proposed_by == work.actor.user_id or row.kind in _kinds_seen(work)


def _kinds_seen(work: Work) -> set[str]:
    """Kinds that whoever asks may propose or approve; whoever reads the ledger sees all."""
    may = work.actor.may
    return {
        kind.value
        for kind, found in offered(work).items()
        if May.LEDGER_READ in may or found.propose in may or found.approve in may
    }


def open_id(work: Work, kind: ApprovalKind, subject: str) -> int | None:
    """The proposal on this that waits, if one does, be its time over or not."""
    return work.session.scalar(
        select(Proposal.id).where(
            Proposal.kind == kind.value,
            Proposal.subject == subject,
            Proposal.state == ProposalState.OPEN.value,
        )
    )


def waiting_on(work: Work, kind: ApprovalKind, subject: str) -> int | None:
    """The proposal on a record that can still be decided, if there is one."""
    on_it = (Proposal.kind == kind.value, Proposal.subject == subject)
    return work.session.scalar(
        select(Proposal.id).where(*on_it, _in_state(ProposalState.OPEN, work.now)).limit(1)
    )


def approved_by(work: Work, proposal_id: int) -> tuple[int, ...]:
    """Accounts that approved so far, in that order."""
    query = select(ProposalApproval.approved_by).where(ProposalApproval.proposal_id == proposal_id)
    return tuple(work.session.scalars(query.order_by(ProposalApproval.at, ProposalApproval.approved_by)))


def taking_part(
    work: Work, found: Approvable, row: Proposal, acting: int | None = None
) -> tuple[Holder, list[Holder]]:
    """Who proposed, and who approved so far, with `acting`, as the accounts are now."""
    others = [*approved_by(work, row.id), *([] if acting is None else [acting])]
    query = select(Account).where(Account.id.in_([row.proposed_by, *others]))
    query = query.execution_options(populate_existing=True)
    accounts = {account.id: account for account in work.session.scalars(query)}
    keys = _keys(work, accounts)
    approving = {May.APPROVAL_DECIDE, found.approve}
    return (
        _holder(row.proposed_by, accounts, {May.APPROVAL_PROPOSE, found.propose}, keys),
        [_holder(key, accounts, approving, keys) for key in others],
    )


def _holder(
    key: int, accounts: dict[int, Account], needs: set[May], keys: Mapping[int, frozenset[int]]
) -> Holder:
    """The operator of the machine, account 0, stands for as long as the machine does."""
    account = accounts.get(key)
    if account is None:
        return Holder(key, _unnamed(key), stands=key == 0)
    stands = account.active and needs <= permissions(Role(account.role))
    return Holder(key, account.full_name, stands, keys[key])


def _keys(work: Work, accounts: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Who lately gave these accounts a new way in; the operator of the machine needs none."""
    resets = (Event.PASSWORD_RESET.value, Event.FACTOR_RESET.value)
    query = select(AccessEvent.account_id, AccessEvent.by_id).where(
        AccessEvent.account_id.in_(accounts),
        AccessEvent.kind.in_(resets),
        AccessEvent.at > work.now - KEYS_HELD,
        AccessEvent.by_id > 0,
    )
    found: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    for account_id, by in work.session.execute(query):
        found[account_id] |= {by}
    return found


def holder(work: Work, actor: Actor) -> Holder:
    """Who is behind the account that acts."""
    return holder_of(work, actor.user_id, actor.name)


def holder_of(work: Work, account_id: int, unnamed: str = "") -> Holder:
    """Who is behind an account, for acts that keep their own record of two people."""
    name = work.session.scalar(select(Account.full_name).where(Account.id == account_id))
    return Holder(
        account_id, name or unnamed or _unnamed(account_id), keys=_keys(work, [account_id])[account_id]
    )


def proposal(work: Work, proposal_id: int) -> ProposalView:
    """One proposal, if whoever asks may see it; raises NotFound."""
    return view_of(work, row_of(work, proposal_id))


def proposals(work: Work, asked: ProposalsAsked) -> Page[ProposalView]:
    """Proposals that whoever asks may see, the newest first unless asked otherwise."""
    mine = Proposal.proposed_by == work.actor.user_id
    query = select(Proposal).where(or_(mine, Proposal.kind.in_(_kinds_seen(work))))
    if asked.kind is not None:
        query = query.where(Proposal.kind == asked.kind.value)
    if asked.state is not None:
        query = query.where(_in_state(asked.state, work.now))
    if asked.open is not None:
        is_open = _in_state(ProposalState.OPEN, work.now)
        query = query.where(is_open if asked.open else ~is_open)
    if asked.for_me:
        query = query.where(_for(work))
    found = page(
        work.session, query, asked, {"id": Proposal.id, "expires_at": Proposal.expires_at}, Proposal.id
    )
    return Page(tuple(_views(work, [row.Proposal for row in found.items])), found.next)


def _in_state(state: ProposalState, now: datetime) -> ColumnElement[bool]:
    """Those not decided in time are expired, whether a row says so already or not."""
    is_open = Proposal.state == ProposalState.OPEN.value
    if state is ProposalState.OPEN:
        return and_(is_open, Proposal.expires_at > now)
    if state is ProposalState.EXPIRED:
        return or_(Proposal.state == state.value, and_(is_open, Proposal.expires_at <= now))
    return Proposal.state == state.value


def _for(work: Work) -> ColumnElement[bool]:
    """What waits for whoever asks to decide."""
    kinds, me = [kind.value for kind in offered(work) if _may_decide(work, kind)], work.actor.user_id
    done = exists().where(ProposalApproval.proposal_id == Proposal.id, ProposalApproval.approved_by == me)
    is_open = _in_state(ProposalState.OPEN, work.now)
    return and_(is_open, Proposal.kind.in_(kinds), Proposal.proposed_by != me, ~done)


def _may_decide(work: Work, kind: ApprovalKind) -> bool:
    found, may = offered(work).get(kind), work.actor.may
    return found is not None and May.APPROVAL_DECIDE in may and found.approve in may


def waiting(work: Work) -> int:
    """How many proposals wait for whoever asks to decide."""
    if May.APPROVAL_DECIDE not in work.actor.may:
        return 0
    return work.session.scalar(select(func.count()).select_from(Proposal).where(_for(work))) or 0


def view_of(work: Work, row: Proposal) -> ProposalView:
    """A proposal as it is shown."""
    return _views(work, [row])[0]


def _views(work: Work, rows: Sequence[Proposal]) -> list[ProposalView]:
    approvals: dict[int, list[ProposalApproval]] = {row.id: [] for row in rows}
    query = select(ProposalApproval).where(ProposalApproval.proposal_id.in_(approvals))
    for one in work.session.scalars(query.order_by(ProposalApproval.at, ProposalApproval.approved_by)):
        approvals[one.proposal_id].append(one)
    people = {key for row in rows for key in (row.proposed_by, row.decided_by)}
    names = _names(work, people | {one.approved_by for some in approvals.values() for one in some})
    return [_view(work, row, approvals[row.id], names) for row in rows]


def _names(work: Work, keys: Iterable[int | None]) -> dict[int | None, str]:
    """Names of accounts, "" for nobody."""
    query = select(Account.id, Account.full_name).where(Account.id.in_([key for key in keys if key]))
    known = {row.id: row.full_name for row in work.session.execute(query)}
    return {key: "" if key is None else known.get(key, _unnamed(key)) for key in keys}


def _view(
    work: Work, row: Proposal, approvals: Sequence[ProposalApproval], names: dict[int | None, str]
) -> ProposalView:
    told, kind, me = orjson.loads(row.document), ApprovalKind(row.kind), work.actor.user_id
    state = state_at(row.state, row.expires_at, work.now)
    is_open, own = state is ProposalState.OPEN, row.proposed_by == me
    done = any(one.approved_by == me for one in approvals)
    return ProposalView(
        id=row.id,
        kind=kind,
        subject=row.subject,
        reason=told["reason"],
        changes=tuple(Change(*change) for change in told["changes"]),
        digest=row.digest,
        proposer_id=row.proposed_by,
        proposed_by=names[row.proposed_by],
        role=row.role,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        approvers=row.approvers,
        approvals=tuple(ApprovalView(names[one.approved_by], one.role, one.at) for one in approvals),
        state=state,
        decided_by=names[row.decided_by],
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        result=row.result,
        may_approve=is_open and not own and not done and _may_decide(work, kind),
        may_withdraw=is_open and own and May.APPROVAL_PROPOSE in work.actor.may,
    )


def _unnamed(account_id: int) -> str:
    return word("operator") if account_id == 0 else f"account {account_id}"
