"""What people do about accounts: open and close them, sign in and out, make and revoke tokens."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from registry.access import queries, secrets
from registry.access.tables import Account, ApiToken, SignIn
from registry.core.errors import Conflict, Invalid, NotFound, Stale, refuse_if
from registry.core.work import Work, act
from registry.directory.queries import party_by_number
from schemas.access import AccountNew, PasswordChange, TokenNew
from schemas.vocabulary import May, PartyKind, Role

TRADERS = {PartyKind.MAKER, PartyKind.IMPORTER, PartyKind.DEALER}


@act(May.USER_MANAGE)
def open_account(work: Work, new: AccountNew) -> queries.AccountView:
    """A new account; raises Refused for a weak password, Conflict for a login in use."""
    refuse_if(secrets.unmet_for_password(new.password, new.login))
    party = _party_of(work, new)
    if queries.account_by_login(work.session, new.login):
        raise Conflict("This login is in use")
    row = Account(
        login=new.login.casefold(),
        full_name=new.full_name,
        role=new.role.value,
        party_id=party,
        password_hash=secrets.hash_password(new.password),
        language=new.language,
        active=True,
        failures=0,
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.account(work, row.id)


def _party_of(work: Work, new: AccountNew) -> int | None:
    """For whom a trader works; nobody else works for a party."""
    if new.role is not Role.TRADER:
        if new.party:
            raise Invalid.at("party", "Only a trader works for a maker, importer or dealer.")
        return None
    if not new.party:
        raise Invalid.at("party", "Say for which maker, importer or dealer this person works.")
    found = party_by_number(work, new.party, "party")
    if found.kind not in TRADERS:
        raise Invalid.at("party", "This party is no maker, importer or dealer.")
    return found.id


@act(May.USER_MANAGE)
def set_active(work: Work, account_id: int, active: bool, version: int) -> queries.AccountView:
    """Close or reopen an account; its sign-ins and tokens end at once, and for good."""
    queries.account(work, account_id)
    row = work.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if row.version != version:
        raise Stale
    if row.id == work.actor.user_id:
        raise Invalid.at("active", "You cannot close your own account.")
    row.active, row.version = active, row.version + 1
    if not active:
        work.session.execute(delete(SignIn).where(SignIn.account_id == account_id))
        held = (ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        work.session.execute(update(ApiToken).where(*held).values(revoked_at=work.now))
    work.session.flush()
    return queries.account(work, account_id)


@act(May.TOKEN_MANAGE)
def change_password(work: Work, change: PasswordChange) -> None:
    """A new password for oneself; every sign-in ends.

    Raises Invalid for a wrong present password, Refused for a weak new one.
    """
    row = work.session.get(Account, work.actor.user_id, with_for_update=True)
    if row is None or not secrets.password_fits(row.password_hash, change.present):
        raise Invalid.at("present", "This is not your present password.")
    refuse_if(secrets.unmet_for_password(change.password, row.login))
    row.password_hash, row.version = secrets.hash_password(change.password), row.version + 1
    work.session.execute(delete(SignIn).where(SignIn.account_id == row.id))


@act(May.TOKEN_MANAGE)
def make_token(work: Work, new: TokenNew) -> queries.TokenView:
    """A bearer token for oneself; its text is in this answer only.

    Raises Invalid for scopes beyond what one may do now: a token never makes a stronger one.
    """
    own = work.actor.may
    beyond = sorted(scope.value for scope in new.scopes if scope not in own)
    if beyond:
        raise Invalid.at("scopes", f"You may not do this yourself: {', '.join(beyond)}.")
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
        raise NotFound(f"You have no token {token_id}")
    if row.revoked_at is None:
        row.revoked_at, row.version = work.now, row.version + 1
    return queries.token_view(row)
