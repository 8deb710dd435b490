"""What people do about accounts, their own password and sessions, and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from registry.access import approvals, passwords, queries, rules, secrets
from registry.access.events import Event, note
from registry.access.policy import RECENT, SECOND_FACTOR_ROLES
from registry.access.tables import Account, ApiToken, SignIn
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, refuse_if
from registry.core.policy import permissions
from registry.core.work import Work, act
from registry.directory.queries import party_by_number, state
from schemas.access import AccountNew, TokenNew
from schemas.vocabulary import ApprovalKind, May, PartyKind, Role
from schemas.words import said

ONE_TIME = timedelta(days=7)  # a password that somebody else chose is good no longer (ASVS 5.0, 6.4.1)
TRADERS = {PartyKind.MAKER, PartyKind.IMPORTER, PartyKind.DEALER}


@act(May.ROLE_APPROVE)
def open_account(work: Work, new: AccountNew) -> queries.AccountView:
    """A new account that another proposed; nobody signs in before it is given a one-time password.

    Raises Forbidden outside of an approval by two, Conflict for a login in use.
    """
    approvals.require(work, ApprovalKind.OPEN_ACCOUNT)
    return _opened(work, new, secrets.new_password(), work.now)


@act(May.USER_MANAGE)
def open_first(work: Work, new: AccountNew, password: str) -> queries.AccountView:
    """An account opened by the operator alone, until two people can approve what others propose.

    Raises Forbidden for anybody else and from then on, Invalid for a role that approves no accounts.
    """
    work.lock("first accounts")
    if work.actor.user_id != 0 or not rules.may_bootstrap(queries.approvers_of_roles(work)):
        raise Forbidden(said("This takes two: propose it, and somebody else approves it."))
    if May.ROLE_APPROVE not in permissions(new.role):
        raise Invalid.at("role", "The first two accounts are of those who approve the others.")
    return _opened(work, new, password, work.now + ONE_TIME)


def _opened(work: Work, new: AccountNew, password: str, until: datetime) -> queries.AccountView:
    check_account(work, new)
    row = Account(
        login=new.login.casefold(),
        full_name=new.full_name,
        role=new.role.value,
        party_id=party_of(work, new.role, new.party),
        password_hash=secrets.hash_password(password),
        language=new.language,
        active=True,
        one_time_until=until,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.account(work, row.id)


def check_account(work: Work, new: AccountNew) -> None:
    """Whether it can be opened; raises Invalid naming a field, Conflict for a login in use."""
    party_of(work, new.role, new.party)
    if queries.account_by_login(work.session, new.login):
        raise Conflict("This login is in use")


def _refuse_weak(work: Work, password: str, login: str) -> None:
    home = state(work, work.home).name if work.home else ""
    refuse_if(passwords.unmet_for_password(password, login, home))


def party_of(work: Work, role: Role, party: str | None) -> int | None:
    """For whom a trader works; nobody else works for a party. Raises Invalid."""
    if role is not Role.TRADER:
        if party:
            raise Invalid.at("party", "Only a trader works for a maker, importer or dealer.")
        return None
    if not party:
        raise Invalid.at("party", "Say for which maker, importer or dealer this person works.")
    found = party_by_number(work, party, "party")
    if found.kind not in TRADERS:
        raise Invalid.at("party", "This party is no maker, importer or dealer.")
    return found.id


@act(May.ROLE_APPROVE)
def grant_role(work: Work, account_id: int, role: Role, party: str | None, version: int) -> None:
    """Another role for an account, which is open again if it was closed; its sessions and tokens end.

    Raises Forbidden outside of an approval by two, Stale, Invalid for an approver's own account.
    """
    approvals.require(work, ApprovalKind.GRANT_ROLE)
    row = _locked(work, account_id, version)
    if row.id == work.actor.user_id:
        raise Forbidden(said("Somebody else approves what concerns your own account."))
    row.role, row.party_id, row.active = role.value, party_of(work, role, party), True
    row.version += 1
    _end_access(work, account_id)
    work.session.flush()


@act(May.USER_MANAGE)
def close(work: Work, account_id: int, version: int) -> queries.AccountView:
    """Close an account; its sign-ins and tokens end at once, and for good. To open it again takes two."""
    row = _locked(work, account_id, version)
    if row.id == work.actor.user_id:
        raise Invalid.at("active", "You cannot close your own account.")
    row.active, row.version = False, row.version + 1
    _end_access(work, account_id)
    work.session.flush()
    return queries.account(work, account_id)


def _locked(work: Work, account_id: int, version: int) -> Account:
    queries.account(work, account_id)
    row = work.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if row.version != version:
        raise Stale
    return row


def _end_access(work: Work, account_id: int) -> None:
    work.session.execute(delete(SignIn).where(SignIn.account_id == account_id))
    held = (ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    work.session.execute(update(ApiToken).where(*held).values(revoked_at=work.now))


@act(May.USER_MANAGE, confirmed_within=RECENT)
def reset_password(work: Work, account_id: int, reason: str) -> str:
    """A one-time password for somebody who forgot theirs; in this answer only. Their sessions end.

    Raises Forbidden for one's own account.
    """
    queries.account(work, account_id)
    if account_id == work.actor.user_id:
        raise Forbidden("Change your own password on its page.")
    row = work.session.get_one(Account, account_id, with_for_update=True)
    password = secrets.new_password()
    row.password_hash, row.one_time_until = secrets.hash_password(password), work.now + ONE_TIME
    row.version += 1
    work.session.execute(delete(SignIn).where(SignIn.account_id == account_id))
    note(work, account_id, Event.PASSWORD_RESET, reason)
    return password


@act(May.USER_MANAGE)
def give_password(work: Work, account_id: int, password: str) -> None:
    """A password that is known beforehand, for accounts of a demonstration."""
    row = work.session.get_one(Account, account_id)
    row.password_hash, row.one_time_until = secrets.hash_password(password), None
    work.session.flush()


@act(May.ACCESS_OWN)
def change_password(work: Work, password: str) -> None:
    """A new password for oneself, whose present one was asked for; every other session ends.

    Raises Refused for a weak one, and for a one-time password that is to go on.
    """
    row = work.session.get_one(Account, work.actor.user_id, with_for_update=True)
    _refuse_weak(work, password, row.login)
    if row.one_time_until and secrets.password_fits(row.password_hash, password):
        raise Invalid.at("password", "Choose another than the one you were given.")
    row.password_hash, row.one_time_until = secrets.hash_password(password), None
    row.version += 1
    _end(work, SignIn.id != _present(work))
    note(work, row.id, Event.PASSWORD_CHANGED)


@act(May.ACCESS_OWN)
def end_session(work: Work, sign_in_id: int) -> None:
    """End a session of one's own, in whatever browser it is; doing so again changes nothing."""
    _end(work, SignIn.id == min(sign_in_id, 2**63 - 1))


@act(May.ACCESS_OWN)
def end_other_sessions(work: Work) -> None:
    """End every session of one's own but this one."""
    _end(work, SignIn.id != _present(work))


def _end(work: Work, which: ColumnElement[bool]) -> None:
    work.session.execute(delete(SignIn).where(SignIn.account_id == work.actor.user_id, which))


def _present(work: Work) -> int:
    return work.actor.proof.sign_in if work.actor.proof else 0


@act(May.TOKEN_MANAGE)
def make_token(work: Work, new: TokenNew) -> queries.TokenView:
    """A bearer token for oneself; its text is in this answer only.

    Raises Invalid for scopes beyond what one may do now: a token never makes a stronger one. Raises
    Forbidden for a role that needs a second factor outside of a session that was completed with one.
    """
    if work.actor.role in SECOND_FACTOR_ROLES and not (work.actor.proof and work.actor.proof.second_factor):
        raise Forbidden("Your role makes tokens on the page only, after signing in with a second factor.")
    own = work.actor.may - {May.ACCESS_OWN}
    beyond = sorted(scope.value for scope in new.scopes if scope not in own)
    if beyond:
        raise Invalid.at("scopes", said("You may not do this yourself: %(names)s.", names=", ".join(beyond)))
    token = secrets.new_token()
    row = ApiToken(
        token_hash=secrets.token_hash(token),
        account_id=work.actor.user_id,
        label=new.label,
        scopes=" ".join(sorted({scope.value for scope in new.scopes} or {m.value for m in own})),
        created_at=work.now,
        expires_at=work.now + timedelta(days=new.days),
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.token_view(row, token)


@act(May.TOKEN_MANAGE)
def revoke_token(work: Work, token_id: int) -> queries.TokenView:
    """End a token of one's own at once; doing so again changes nothing."""
    own = select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == work.actor.user_id)
    row = work.session.scalar(own) if token_id < 2**63 else None
    if row is None:
        raise NotFound(said("You have no token %(token)s", token=token_id))
    if row.revoked_at is None:
        row.revoked_at, row.version = work.now, row.version + 1
    return queries.token_view(row)
