"""Passkeys: WebAuthn ceremonies as values in and out. What is asked of the browser, and what it answered."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_ANSWER = 20_000


class PasskeyRefused(Exception):
    """An answer that is none to what was asked, from this site, by this key."""


@dataclass(frozen=True)
class Site:
    """For whom a passkey is made: the host's name, and the origin that a browser states."""

    host: str
    origin: str


@dataclass(frozen=True)
class NewKey:
    """What is kept of a passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def site_of(origin: str) -> Site | None:
    """The site at an origin such as https://registry.example; None where browsers allow no passkeys.

    They want a name, and TLS except on this machine (WebAuthn Level 2, 5.4.2 and Secure Contexts).
    """
    scheme, _, rest = origin.partition("://")
    host = rest.rpartition(":")[0] if ":" in rest.rpartition("]")[2] else rest
    if _is_number(host) or not host or (scheme != "https" and host != "localhost"):
        return None
    return Site(host, origin)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def new_challenge() -> bytes:
    """512 random bits, to be signed once."""
    return secrets.token_bytes(64)


def to_make(
    site: Site, challenge: bytes, account_id: int, login: str, issuer: str, known: Iterable[bytes]
) -> str:
    """What the browser is asked in order to make a passkey, as JSON; known: keys the account has already."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=issuer,
        user_id=f"account {account_id}".encode(),
        user_name=login,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def made(site: Site, challenge: bytes, answer: str) -> NewKey:
    """The passkey a browser made; raises PasskeyRefused."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except _WRONG as error:
        raise PasskeyRefused(str(error)) from error
    return NewKey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def to_use(site: Site, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser is asked in order to use one of these passkeys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def named(answer: str) -> bytes:
    """Which passkey an answer says it comes from; raises PasskeyRefused."""
    try:
        return base64url_to_bytes(parse_authentication_credential_json(answer[:LONGEST_ANSWER]).id)
    except _WRONG as error:
        raise PasskeyRefused(str(error)) from error


def used(site: Site, challenge: bytes, answer: str, public_key: bytes, sign_count: int) -> int:
    """The new count of signatures; raises PasskeyRefused, also for a count that went back (a copied key)."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except _WRONG as error:
        raise PasskeyRefused(str(error)) from error
    return verified.new_sign_count


# The library lets through what its parsers of CBOR and base64 raise for garbage.
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
