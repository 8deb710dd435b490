"""Showing who one is: by password, by code, by recovery code or by passkey; every wrong try is counted.

These run in units of work of their own, so that a wrong try stays counted when the request fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from registry.access import passkeys, queries, secrets, throttle, totp, vault
from registry.access.events import Event, note
from registry.access.tables import Account, Passkey, RecoveryCode, SignIn, Totp
from registry.core.errors import Invalid, TooMany
from registry.core.work import Actor, Office, Work
from schemas.vocabulary import Role

NOBODY = Actor(0, "sign-in", Role.ADMINISTRATOR, frozenset())
LOCKED = "Too many wrong tries; wait a while before the next."


@dataclass(frozen=True)
class Answer:
    """What somebody gave for a second factor: a code from the app or of recovery, or a passkey's answer."""

    code: str = ""
    credential: str = ""


def password(office: Office, login: str, given: str, address: str) -> int | None:
    """Whose password this is: the account, or None when it is wrong, closed, locked or unknown.

    Takes as long for one as for the other. Raises TooMany for an address with too many wrong tries.
    The password is hashed outside of the transaction, which holds up every other writer on SQLite.
    """
    with office.look(NOBODY) as work:
        throttle.refuse_address(work, address)
        account = queries.account_by_login(work.session, login[:80])
    known = account.password_hash if account else secrets.nobody()
    fits = secrets.password_fits(known, given[:200]) and account is not None
    with office.begin(NOBODY, doing="password") as work:
        mine, place = throttle.held(work, throttle.LOGIN, login[:80].casefold(), address)
        if fits and account and not mine.locked_until() and _may_enter(work, account):
            mine.forgive()
            return account.id
        if not mine.locked_until():
            mine.count()
        place.count()
    return None


def _may_enter(work: Work, seen: Account) -> bool:
    """Whether the account is open, has still this password, and may still use it."""
    account = work.session.get_one(Account, seen.id)
    expired = account.one_time_until is not None and account.one_time_until <= work.now
    return account.active and not expired and account.password_hash == seen.password_hash


def require_password(office: Office, actor: Actor, given: str, address: str, field: str) -> None:
    """The actor's own password; raises Invalid at the field when it is wrong or the login is locked."""
    with office.look(NOBODY) as work:
        login = queries.account(work, actor.user_id).login
    if password(office, login, given, address) != actor.user_id:
        raise Invalid.at(field, "This is not your present password, or too many wrong tries were made.")


def factor(
    office: Office, actor: Actor, answer: Answer, site: passkeys.Site | None, address: str, sign_in: int
) -> str:
    """With which second factor the actor showed who they are: totp, recovery or passkey.

    Raises Invalid for a wrong one, TooMany while the account or the address is locked.
    """
    with office.begin(NOBODY, doing="second_factor") as work:
        mine, place = throttle.held(work, throttle.FACTOR, str(actor.user_id), address)
        locked = mine.locked_until() or place.locked_until()
        kind = "" if locked else _shown(work, actor.user_id, answer, site, sign_in)
        if kind:
            mine.forgive()
        elif not locked:
            mine.count()
            place.count()
    if locked:
        raise TooMany(LOCKED)
    if not kind:
        raise _refusal(answer)
    return kind


def _refusal(answer: Answer) -> Invalid:
    if answer.credential:
        return Invalid("This passkey does not fit, or the page was open too long. Try again.")
    return Invalid.at("code", "This code does not fit, is over, or was used already. Wait for the next one.")


def _shown(work: Work, account_id: int, answer: Answer, site: passkeys.Site | None, sign_in: int) -> str:
    if answer.credential:
        return "passkey" if _passkey(work, account_id, answer.credential, site, sign_in) else ""
    code = answer.code.replace(" ", "").replace("-", "")
    if totp.CODE.fullmatch(code):
        return "totp" if _totp(work, account_id, code) else ""
    return "recovery" if _recovery(work, account_id, code) else ""


def _totp(work: Work, account_id: int, code: str) -> bool:
    row = work.session.get(Totp, account_id, with_for_update=True)
    secret = vault.unseal(work, account_id, row.sealed) if row else None
    if row is None or secret is None:
        return False
    step = totp.step_of(secret.decode(), code, work.now, row.last_step)
    if step is not None:
        row.last_step = step
    return step is not None


def _recovery(work: Work, account_id: int, code: str) -> bool:
    """Used up in the same statement that finds it, so that it is good once."""
    unused = (
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == secrets.recovery_hash(code[:80]),
        RecoveryCode.used_at.is_(None),
    )
    taken = work.session.execute(
        update(RecoveryCode).where(*unused).values(used_at=work.now).returning(RecoveryCode.account_id)
    )
    if taken.first() is None:
        return False
    note(work, account_id, Event.CODE_USED, by=account_id)
    return True


def _passkey(work: Work, account_id: int, given: str, site: passkeys.Site | None, sign_in: int) -> bool:
    challenge = take_challenge(work, sign_in)
    try:
        key = _own_key(work, account_id, passkeys.named(given))
        if site is None or challenge is None or key is None:
            return False
        key.sign_count = passkeys.used(site, challenge, given, key.public_key, key.sign_count)
    except passkeys.PasskeyRefused:
        return False
    key.used_at = work.now
    return True


def _own_key(work: Work, account_id: int, credential_id: bytes) -> Passkey | None:
    own = (Passkey.account_id == account_id, Passkey.credential_id == credential_id)
    return work.session.scalar(select(Passkey).where(*own).with_for_update())


def take_challenge(work: Work, sign_in: int) -> bytes | None:
    """The challenge of a session, which is then gone: nothing is signed twice."""
    row = work.session.get(SignIn, sign_in, with_for_update=True)
    if row is None:
        return None
    challenge, row.challenge = row.challenge, None
    return challenge


def ask_challenge(office: Office, sign_in: int) -> bytes:
    """A new challenge for a passkey of this session; an older one is worth nothing any more."""
    challenge = passkeys.new_challenge()
    with office.begin(NOBODY, doing="passkey_challenge") as work:
        work.session.execute(update(SignIn).where(SignIn.id == sign_in).values(challenge=challenge))
    return challenge
