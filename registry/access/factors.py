"""What people do about second factors: enrol an app or a passkey, make recovery codes, remove, reset."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from registry.access import passkeys, proofs, queries, secrets, totp, vault
from registry.access.acts import end_access
from registry.access.events import Event, note
from registry.access.policy import RECENT, SECOND_FACTOR_ROLES
from registry.access.tables import Passkey, RecoveryCode, SignIn, Totp
from registry.core.errors import Forbidden, Invalid, NotFound, Refused
from registry.core.work import Work, act
from schemas.vocabulary import May
from schemas.words import said

CODES = 10
MOST_PASSKEYS = 10
Codes = tuple[str, ...]


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def offer_app(work: Work) -> str:
    """A secret for one's authenticator app: the same one until a code shows that the app has it."""
    row = _session(work)
    offered = vault.unseal(work, work.actor.user_id, row.offered) if row.offered else None
    secret = offered.decode() if offered else totp.new_secret()
    row.offered = vault.seal(work, work.actor.user_id, secret.encode())
    return secret


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def enrol_app(work: Work, code: str) -> Codes:
    """The offered secret becomes one's app, in place of an earlier one.

    Returns recovery codes where one had none. Raises Invalid for a code that does not fit.
    """
    row = _session(work)
    offered = vault.unseal(work, work.actor.user_id, row.offered) if row.offered else None
    step = totp.step_of(offered.decode(), code.replace(" ", ""), work.now, 0) if offered else None
    if offered is None or step is None:
        raise Invalid.at("code", "This code does not fit. Check the clock of the device, or try the next.")
    row.offered, row.factor, row.confirmed_at = None, "totp", work.now
    _keep_app(work, work.actor.user_id, offered, step)
    return _first_codes(work)


def _keep_app(work: Work, account_id: int, secret: bytes, step: int) -> None:
    work.session.execute(delete(Totp).where(Totp.account_id == account_id))
    sealed = vault.seal(work, account_id, secret)
    work.session.add(Totp(account_id=account_id, sealed=sealed, last_step=step, created_at=work.now))
    note(work, account_id, Event.APP_ADDED)


@act(May.USER_MANAGE)
def give_app(work: Work, account_id: int, secret: str) -> None:
    """A secret that is known beforehand, for accounts of a demonstration."""
    _keep_app(work, account_id, secret.encode(), 0)
    work.session.flush()


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def remove_app(work: Work) -> None:
    """Remove one's authenticator app; raises Refused for the last factor of a role that needs one."""
    if work.session.get(Totp, work.actor.user_id) is None:
        raise NotFound("There is no authenticator app")
    work.session.execute(delete(Totp).where(Totp.account_id == work.actor.user_id))
    _after_removal(work)
    note(work, work.actor.user_id, Event.APP_REMOVED)


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def add_passkey(work: Work, site: passkeys.Site, label: str, answer: str) -> Codes:
    """A passkey that the browser made, for oneself at this site.

    Returns recovery codes where one had none. Raises Invalid for an answer that does not fit what was asked.
    """
    row = _session(work)
    challenge = proofs.take_challenge(work, row.id)
    try:
        made = passkeys.made(site, challenge or b"", answer)
    except passkeys.PasskeyRefused:
        raise Invalid("The passkey does not fit, or the page was open too long. Try again.") from None
    _refuse_more(work, made.credential_id)
    work.session.add(
        Passkey(
            account_id=work.actor.user_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            site=site.host,
            label=label,
            created_at=work.now,
        )
    )
    row.factor, row.confirmed_at = "passkey", work.now
    note(work, work.actor.user_id, Event.PASSKEY_ADDED, label)
    return _first_codes(work)


def _refuse_more(work: Work, credential_id: bytes) -> None:
    if work.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)):
        raise Invalid("This passkey is registered already.")
    own = select(func.count()).select_from(Passkey).where(Passkey.account_id == work.actor.user_id)
    if (work.session.scalar(own) or 0) >= MOST_PASSKEYS:
        raise Invalid(said("At most %(most)s passkeys; remove one first.", most=MOST_PASSKEYS))


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def remove_passkey(work: Work, passkey_id: int) -> None:
    """Remove a passkey of one's own; raises Refused for the last factor of a role that needs one."""
    own = (Passkey.id == passkey_id, Passkey.account_id == work.actor.user_id)
    row = work.session.scalar(select(Passkey).where(*own)) if passkey_id < 2**63 else None
    if row is None:
        raise NotFound(said("You have no passkey %(passkey)s", passkey=passkey_id))
    work.session.delete(row)
    _after_removal(work)
    note(work, work.actor.user_id, Event.PASSKEY_REMOVED, row.label)


def _after_removal(work: Work) -> None:
    """The last factor takes the recovery codes along, where the role may do without."""
    work.session.flush()
    if queries.account(work, work.actor.user_id).second_factor:
        return
    if work.actor.role in SECOND_FACTOR_ROLES:
        raise Refused("Your role needs a second factor: add another before you remove this one.")
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == work.actor.user_id))


@act(May.ACCESS_OWN, confirmed_within=RECENT)
def make_codes(work: Work) -> Codes:
    """Ten new recovery codes; the earlier ones are worth nothing any more. Shown in this answer only."""
    if not queries.account(work, work.actor.user_id).second_factor:
        raise Refused("Recovery codes stand in for a second factor: add one first.")
    return _new_codes(work)


def _first_codes(work: Work) -> Codes:
    own = select(RecoveryCode.account_id).where(RecoveryCode.account_id == work.actor.user_id).limit(1)
    return () if work.session.scalar(own) else _new_codes(work)


def _new_codes(work: Work) -> Codes:
    account_id = work.actor.user_id
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = tuple(secrets.new_recovery_code() for _ in range(CODES))
    work.session.add_all(
        RecoveryCode(account_id=account_id, code_hash=secrets.recovery_hash(code)) for code in codes
    )
    note(work, account_id, Event.CODES_MADE)
    return codes


@act(May.USER_MANAGE, confirmed_within=RECENT)
def reset(work: Work, account_id: int, reason: str) -> None:
    """Take away every second factor of somebody who lost it; their sessions and tokens end.

    They enrol anew after their next sign-in. Raises Forbidden for one's own account.
    """
    queries.account(work, account_id)
    if account_id == work.actor.user_id:
        raise Forbidden("Another administrator resets your second factor.")
    for table in (Totp, Passkey, RecoveryCode):
        work.session.execute(delete(table).where(table.account_id == account_id))
    end_access(work, account_id)
    note(work, account_id, Event.FACTOR_RESET, reason)


def _session(work: Work) -> SignIn:
    """The session that acts; a second factor is enrolled in no other way."""
    proof = work.actor.proof
    row = work.session.get(SignIn, proof.sign_in, with_for_update=True) if proof else None
    if row is None:
        raise Forbidden("This needs a session")
    return row
