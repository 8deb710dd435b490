"""Signing in and out, step by step, and what a session stands for."""

from __future__ import annotations

import secrets as random_source
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update

from registry.access import proofs, queries, secrets
from registry.access.passkeys import Site
from registry.access.policy import RECENT, Step
from registry.access.proofs import NOBODY
from registry.access.queries import OpenSignIn
from registry.access.tables import SignIn
from registry.core.errors import SignInNeeded
from registry.core.work import Actor, Office, Proof, Work
from schemas.access import SignInAsked

UNFINISHED = RECENT  # a sign-in that waits for its next step lasts no longer
WRONG = "The login or the password is wrong, or too many wrong tries were made: wait a while before the next."


@dataclass(frozen=True)
class Visit:
    """From which address somebody comes, with a browser of which family, to which site."""

    address: str
    agent: str = ""
    site: Site | None = None


@dataclass(frozen=True)
class SignedIn:
    """token: what the cookie keeps; language: the account's; step: what is left before anything is open."""

    token: str
    language: str
    step: Step | None


def sign_in(office: Office, asked: SignInAsked, visit: Visit, life: timedelta) -> SignedIn:
    """Open a session that lasts `life` at most, and is short until every step is done.

    Raises SignInNeeded, worded alike for an unknown login, a wrong password, a closed account and one
    that is locked after repeated failures, so that the answer tells nobody which logins exist.
    """
    account_id = proofs.password(office, asked.login, asked.password, visit.address)
    if account_id is None:
        raise SignInNeeded(WRONG)
    with office.begin(NOBODY, doing="sign_in") as work:
        work.note["signed_in"] = account_id
        over = (SignIn.account_id == account_id, SignIn.ends_at < work.now)
        work.session.execute(delete(SignIn).where(*over))
        row = SignIn(
            account_id=account_id,
            factor="",
            agent=visit.agent,
            started_at=work.now,
            seen_at=work.now,
            confirmed_at=work.now,
            ends_at=work.now + UNFINISHED,
        )
        work.session.add(row)
        return _turned(work, row, life)


def second_step(
    office: Office, actor: Actor, answer: proofs.Answer, visit: Visit, life: timedelta
) -> SignedIn:
    """Show the second factor one has; raises Invalid for a wrong one, TooMany while locked."""
    key = _proof(actor).sign_in
    kind = proofs.factor(office, actor, answer, visit.site, visit.address, key)
    with office.begin(NOBODY, doing="second_step") as work:
        row = _own(work, key)
        row.factor, row.confirmed_at = kind, work.now
        return _turned(work, row, life)


def confirm(
    office: Office, actor: Actor, given: str, answer: proofs.Answer, visit: Visit, life: timedelta
) -> SignedIn:
    """Show once more who one is, by factor or by password."""
    if answer.code or answer.credential:
        proofs.factor(office, actor, answer, visit.site, visit.address, _proof(actor).sign_in)
    else:
        proofs.require_password(office, actor, given, visit.address, "password")
    with office.begin(NOBODY, doing="confirm") as work:
        row = _own(work, _proof(actor).sign_in)
        row.confirmed_at = work.now
        return _turned(work, row, life)


def go_on(office: Office, actor: Actor, life: timedelta) -> SignedIn:
    """The session after its password was changed or a factor was enrolled in it."""
    with office.begin(NOBODY, doing="session") as work:
        return _turned(work, _own(work, _proof(actor).sign_in), life)


def _turned(work: Work, row: SignIn, life: timedelta) -> SignedIn:
    """A session with a new token, and with its whole life when no step is left.

    The old token is worth nothing any more: whoever planted or read it is left outside (ASVS 5.0, 7.2.4).
    """
    token = random_source.token_urlsafe(32)
    row.token_hash = secrets.token_hash(token)
    work.session.flush()
    found = queries.open_sign_in(work.session, row.token_hash)
    if found is None:
        raise SignInNeeded(WRONG)
    if found.step is None:
        row.ends_at = row.started_at + life
    return SignedIn(token, found.actor.language, found.step)


def _own(work: Work, sign_in_id: int) -> SignIn:
    row = work.session.get(SignIn, sign_in_id, with_for_update=True)
    if row is None:
        raise SignInNeeded("This session was ended elsewhere")
    return row


def _proof(actor: Actor) -> Proof:
    if actor.proof is None:
        raise SignInNeeded("This needs a session")
    return actor.proof


def sign_out(office: Office, token: str) -> None:
    """End the session behind a cookie."""
    with office.begin(NOBODY, doing="sign_out") as work:
        work.session.execute(delete(SignIn).where(SignIn.token_hash == secrets.token_hash(token)))


def holder(office: Office, token: str, idle: timedelta) -> OpenSignIn | None:
    """Whose session a cookie is, and the step it waits at, unless it is over or was idle too long.

    Notes once a minute at most that the session is in use.
    """
    digest = secrets.token_hash(token)
    with office.look(NOBODY) as work:
        found = queries.open_sign_in(work.session, digest)
        now = work.now
    if found is None or found.ends_at <= now or found.seen_at + idle <= now:
        return None
    if now - found.seen_at > timedelta(minutes=1):
        with office.begin(NOBODY, doing="session_use") as work:
            work.session.execute(update(SignIn).where(SignIn.token_hash == digest).values(seen_at=now))
    return found


def token_actor(office: Office, token: str) -> Actor | None:
    """Who holds a bearer token that is neither revoked nor over."""
    if not token.startswith(secrets.TOKEN_PREFIX) or len(token) > 100:
        return None
    return queries.token_holder(office, secrets.token_hash(token))
