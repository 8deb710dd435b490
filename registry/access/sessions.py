"""Signing in and out: the steps that run before anybody is known."""

from __future__ import annotations

import secrets as random_source
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from registry.access import queries, secrets
from registry.access.tables import Account, SignIn
from registry.core.errors import SignInNeeded
from registry.core.work import Actor, Office, Work
from schemas.vocabulary import Role

FREE_TRIES = 5
LONGEST_LOCK = timedelta(hours=1)
NOBODY = Actor(0, "sign-in", Role.ADMINISTRATOR, frozenset())
WRONG = "The login or the password is wrong, or too many wrong tries were made: wait a while before the next."


@dataclass(frozen=True)
class SignedIn:
    """token: what the cookie keeps; language: the account's."""

    token: str
    language: str


def sign_in(office: Office, login: str, password: str, life: timedelta) -> SignedIn:
    """Open a session that lasts `life` at most.

    Raises SignInNeeded, worded alike for an unknown login, a wrong password, a closed account and one
    that is locked after repeated failures, so that the answer tells nobody which logins exist. The failure
    is kept though it raises.
    """
    with office.begin(NOBODY, doing="sign_in") as work:
        account = queries.account_by_login(work.session, login[:80])
        if account is not None and _admitted(work, account, password):
            return _opened(work, account, life)
        if account is None:
            secrets.spend_the_same_time(password[:200])
    raise SignInNeeded(WRONG)


def _admitted(work: Work, account: Account, password: str) -> bool:
    """Whether this account may sign in now; a wrong try is counted."""
    fits = secrets.password_fits(account.password_hash, password[:200])
    if account.locked_until and account.locked_until > work.now:
        return False
    if not fits or not account.active:
        _count_failure(work, account)
    return fits and account.active


def _count_failure(work: Work, account: Account) -> None:
    """After the free tries, each further one doubles the wait."""
    account.failures += 1
    beyond = account.failures - FREE_TRIES
    if beyond >= 0:
        account.locked_until = work.now + min(timedelta(seconds=30) * 2 ** min(beyond, 10), LONGEST_LOCK)


def _opened(work: Work, account: Account, life: timedelta) -> SignedIn:
    token = random_source.token_urlsafe(32)
    work.note["signed_in"] = account.id
    account.failures, account.locked_until = 0, None
    work.session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.ends_at < work.now))
    work.session.add(
        SignIn(
            token_hash=secrets.token_hash(token),
            account_id=account.id,
            started_at=work.now,
            seen_at=work.now,
            ends_at=work.now + life,
        )
    )
    return SignedIn(token, account.language)


def sign_out(office: Office, actor: Actor, token: str) -> None:
    """End the session behind a cookie."""
    with office.begin(actor, doing="sign_out") as work:
        work.session.execute(delete(SignIn).where(SignIn.token_hash == secrets.token_hash(token)))


def session_actor(office: Office, token: str, idle: timedelta) -> Actor | None:
    """Who is signed in with this cookie, unless the session is over or was idle too long.

    Notes once a minute at most that the session is in use.
    """
    digest = secrets.token_hash(token)
    with office.look(NOBODY) as work:
        found = queries.open_sign_in(work.session, digest)
        now = work.now
    if found is None or found.ends_at <= now or found.seen_at + idle <= now:
        return None
    if now - found.seen_at > timedelta(minutes=1):
        _note_use(office, digest, now)
    return found.actor


def _note_use(office: Office, digest: bytes, now: datetime) -> None:
    with office.begin(NOBODY, doing="session_use") as work:
        work.session.execute(update(SignIn).where(SignIn.token_hash == digest).values(seen_at=now))


def token_actor(office: Office, token: str) -> Actor | None:
    """Who holds a bearer token that is neither revoked nor over."""
    if not token.startswith(secrets.TOKEN_PREFIX) or len(token) > 100:
        return None
    return queries.token_holder(office, secrets.token_hash(token))
