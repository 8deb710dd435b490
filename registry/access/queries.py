"""Reading accounts, sign-ins and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.policy import permissions
from registry.access.tables import Account, ApiToken, SignIn
from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.numbers import registry_number
from registry.core.paging import page
from registry.core.work import Actor, Office, Work
from schemas.access import AccountsAsked
from schemas.paging import Page, PageAsked
from schemas.vocabulary import May, Role

_WHO = (Account.id, Account.full_name, Account.role, Account.party_id, Account.language)


@dataclass(frozen=True)
class Me:
    id: int
    full_name: str
    role: Role
    party: str | None
    language: str
    may: tuple[May, ...]


@dataclass(frozen=True)
class AccountView:
    id: int
    login: str
    full_name: str
    role: Role
    party: str | None
    language: str
    active: bool
    version: int


@dataclass(frozen=True)
class TokenView:
    """token: only in the answer that made it, empty ever after."""

    id: int
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    version: int
    token: str = ""


def actor_of(row: Any, scopes: str | None = None) -> Actor:
    """The actor of an account's row; a token's scopes can only take away."""
    role = Role(row.role)
    may = permissions(role)
    if scopes is not None:
        may = may & {May(scope) for scope in scopes.split() if scope in _KNOWN}
    return Actor(row.id, row.full_name, role, frozenset(may), row.party_id, row.language)


_KNOWN = {member.value for member in May}
_TOKEN_HOLDER = Prepared(
    """
    SELECT a.id, a.full_name, a.role, a.party_id, a.language, t.scopes, t.expires_at
    FROM api_token t JOIN account a ON a.id = t.account_id
    WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL AND a.active
    """
)


def token_holder(office: Office, token_hash: bytes) -> Actor | None:
    """Who holds a token that is neither revoked nor over. Asked with every request of the API."""
    for key, name, role, party_id, language, scopes, expires_at in office.database.rows(
        _TOKEN_HOLDER, {"token_hash": token_hash}
    ):
        ends = datetime.fromisoformat(expires_at) if isinstance(expires_at, str) else expires_at
        if (ends if ends.tzinfo else ends.replace(tzinfo=UTC)) > office.clock():
            return Actor(key, name, Role(role), _scoped(role, scopes), party_id, language)
    return None


@lru_cache(maxsize=1024)
def _scoped(role: str, scopes: str) -> frozenset[May]:
    """What a token may do: a token's scopes can only take away from its role."""
    return permissions(Role(role)) & {May(scope) for scope in scopes.split() if scope in _KNOWN}


@dataclass(frozen=True)
class OpenSignIn:
    actor: Actor
    seen_at: datetime
    ends_at: datetime


def open_sign_in(session: Session, token_hash: bytes) -> OpenSignIn | None:
    """The sign-in behind a cookie, while its account is active."""
    query = (
        select(*_WHO, SignIn.seen_at, SignIn.ends_at)
        .join(SignIn, SignIn.account_id == Account.id)
        .where(Account.active, SignIn.token_hash == token_hash)
    )
    row = session.execute(query).first()
    return OpenSignIn(actor_of(row), row.seen_at, row.ends_at) if row else None


def account_by_login(session: Session, login: str) -> Account | None:
    """The account with a login, in any case of letters."""
    return session.scalar(select(Account).where(Account.login == login.casefold()))


def me(work: Work) -> Me:
    """Whoever asks, and what they may do now."""
    who = work.actor
    return Me(who.user_id, who.name, who.role, _party(who.party_id), who.language, tuple(sorted(who.may)))


def accounts(work: Work, asked: AccountsAsked) -> Page[AccountView]:
    """Accounts, by role, by being open, and by the beginning of their login."""
    query = select(Account)
    if asked.q:
        query = query.where(Account.login.startswith(asked.q.casefold(), autoescape=True))
    if asked.role is not None:
        query = query.where(Account.role == asked.role.value)
    if asked.active is not None:
        query = query.where(Account.active == asked.active)
    found = page(work.session, query, asked, {"login": Account.login, "role": Account.role}, Account.id)
    return Page(tuple(_view(row.Account) for row in found.items), found.next)


def account(work: Work, account_id: int) -> AccountView:
    """One account; raises NotFound."""
    row = work.session.get(Account, account_id) if account_id < 2**63 else None
    if row is None:
        raise NotFound(f"No account {account_id}")
    return _view(row)


def _view(row: Account) -> AccountView:
    return AccountView(
        row.id,
        row.login,
        row.full_name,
        Role(row.role),
        _party(row.party_id),
        row.language,
        row.active,
        row.version,
    )


def _party(party_id: int | None) -> str | None:
    return registry_number("P", party_id) if party_id else None


def tokens(work: Work, asked: PageAsked) -> Page[TokenView]:
    """The tokens of whoever asks."""
    query = select(ApiToken).where(ApiToken.account_id == work.actor.user_id)
    found = page(work.session, query, asked, {"id": ApiToken.id, "label": ApiToken.label}, ApiToken.id)
    return Page(tuple(token_view(row.ApiToken) for row in found.items), found.next)


def token_view(row: ApiToken, token: str = "") -> TokenView:
    """A token as its owner sees it."""
    return TokenView(
        row.id,
        row.label,
        tuple(row.scopes.split()),
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.version,
        token,
    )
