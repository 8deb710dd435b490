"""Reading accounts, sign-ins and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from registry.access.policy import Step, permissions_at, step_left
from registry.access.tables import AccessEvent, Account, ApiToken, Passkey, RecoveryCode, SignIn, Totp
from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.numbers import registry_number
from registry.core.paging import page
from registry.core.policy import permissions
from registry.core.work import Actor, Office, Proof, Work
from schemas.access import AccountsAsked
from schemas.paging import Page, PageAsked
from schemas.vocabulary import May, Role
from schemas.words import said

_HAS_FACTOR: ColumnElement[bool] = or_(
    exists().where(Totp.account_id == Account.id), exists().where(Passkey.account_id == Account.id)
)


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
    second_factor: bool
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
            return _holder(key, name, role, party_id, language, scopes)
    return None


@lru_cache(maxsize=1024)
def _holder(key: int, name: str, role: str, party_id: int | None, language: str, scopes: str) -> Actor:
    """Who holds a token, and what they may do: its scopes can only take away from their role."""
    may = permissions(Role(role)) & {May(scope) for scope in scopes.split() if scope in _KNOWN}
    return Actor(key, name, Role(role), may, party_id, language)


@dataclass(frozen=True)
class OpenSignIn:
    """step: what the sign-in still waits for; the actor may do no more than that until then."""

    actor: Actor
    seen_at: datetime
    ends_at: datetime
    step: Step | None


def open_sign_in(session: Session, token_hash: bytes) -> OpenSignIn | None:
    """The sign-in behind a cookie, while its account is active."""
    query = (
        select(Account, SignIn, _HAS_FACTOR)
        .join(SignIn, SignIn.account_id == Account.id)
        .where(Account.active, SignIn.token_hash == token_hash)
    )
    row = session.execute(query).first()
    return _open(*row) if row else None


def _open(account: Account, sign_in: SignIn, has_factor: bool) -> OpenSignIn:
    role = Role(account.role)
    step = step_left(role, has_factor, bool(sign_in.factor), account.one_time_until is not None)
    may = permissions_at(step) if step else permissions(role)
    proof = Proof(sign_in.id, bool(sign_in.factor), sign_in.confirmed_at)
    who = Actor(account.id, account.full_name, role, may, account.party_id, account.language, proof)
    return OpenSignIn(who, sign_in.seen_at, sign_in.ends_at, step)


def account_by_login(session: Session, login: str) -> Account | None:
    """The account with a login, in any case of letters."""
    return session.scalar(select(Account).where(Account.login == login.casefold()))


def approvers_of_roles(work: Work) -> int:
    """How many open accounts may approve that somebody gets a role."""
    roles = [role.value for role in Role if May.ROLE_APPROVE in permissions(role)]
    query = select(func.count()).select_from(Account).where(Account.active, Account.role.in_(roles))
    return work.session.scalar(query) or 0


def me(work: Work) -> Me:
    """Whoever asks, and what they may do now."""
    who = work.actor
    return Me(who.user_id, who.name, who.role, _party(who.party_id), who.language, tuple(sorted(who.may)))


def accounts(work: Work, asked: AccountsAsked) -> Page[AccountView]:
    """Accounts, by role, by being open, and by the beginning of their login."""
    query = select(Account, _HAS_FACTOR.label("second_factor"))
    if asked.q:
        query = query.where(Account.login.startswith(asked.q.casefold(), autoescape=True))
    if asked.role is not None:
        query = query.where(Account.role == asked.role.value)
    if asked.active is not None:
        query = query.where(Account.active == asked.active)
    found = page(work.session, query, asked, {"login": Account.login, "role": Account.role}, Account.id)
    return Page(tuple(_view(row.Account, row.second_factor) for row in found.items), found.next)


def account(work: Work, account_id: int) -> AccountView:
    """One account; raises NotFound."""
    query = select(Account, _HAS_FACTOR).where(Account.id == account_id)
    row = work.session.execute(query).first() if account_id < 2**63 else None
    if row is None:
        raise NotFound(said("No account %(account)s", account=account_id))
    return _view(*row)


def _view(row: Account, second_factor: bool) -> AccountView:
    return AccountView(
        row.id,
        row.login,
        row.full_name,
        Role(row.role),
        _party(row.party_id),
        row.language,
        row.active,
        bool(second_factor),
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


@dataclass(frozen=True)
class PasskeyView:
    id: int
    label: str
    site: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class FactorsView:
    """app_since: since when there is an authenticator app, None for none; codes_left: of recovery."""

    app_since: datetime | None
    passkeys: tuple[PasskeyView, ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor."""
        return bool(self.app_since or self.passkeys)


def factors(work: Work) -> FactorsView:
    """The second factors of whoever asks."""
    mine = work.actor.user_id
    app = work.session.get(Totp, mine)
    keys = work.session.scalars(select(Passkey).where(Passkey.account_id == mine).order_by(Passkey.id))
    unused = (RecoveryCode.account_id == mine, RecoveryCode.used_at.is_(None))
    left = work.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused))
    views = tuple(PasskeyView(key.id, key.label, key.site, key.created_at, key.used_at) for key in keys)
    return FactorsView(app.created_at if app else None, views, left or 0)


def credential_ids(work: Work, host: str) -> tuple[bytes, ...]:
    """Passkeys of whoever asks that were made for this host."""
    mine = (Passkey.account_id == work.actor.user_id, Passkey.site == host)
    return tuple(work.session.scalars(select(Passkey.credential_id).where(*mine).order_by(Passkey.id)))


@dataclass(frozen=True)
class SessionView:
    """factor: "" where none was given; present: the one that asks."""

    id: int
    agent: str
    factor: str
    started_at: datetime
    seen_at: datetime
    present: bool


def sessions(work: Work) -> tuple[SessionView, ...]:
    """The open sessions of whoever asks, the latest in use first."""
    mine = (SignIn.account_id == work.actor.user_id, SignIn.ends_at > work.now)
    present = work.actor.proof.sign_in if work.actor.proof else 0
    rows = work.session.scalars(select(SignIn).where(*mine).order_by(SignIn.seen_at.desc(), SignIn.id.desc()))
    return tuple(
        SessionView(row.id, row.agent, row.factor, row.started_at, row.seen_at, row.id == present)
        for row in rows
    )


@dataclass(frozen=True)
class EventView:
    kind: str
    reason: str
    by: str
    at: datetime


def events(work: Work, account_id: int, most: int = 20) -> tuple[EventView, ...]:
    """The latest events of an account's ways in; by: a login, "" for the operator."""
    query = (
        select(AccessEvent, Account.login)
        .outerjoin(Account, Account.id == AccessEvent.by_id)
        .where(AccessEvent.account_id == account_id)
        .order_by(AccessEvent.id.desc())
        .limit(most)
    )
    return tuple(
        EventView(row.kind, row.reason, login or "", row.at) for row, login in work.session.execute(query)
    )
