"""The log's key in a PKCS#11 token: it is made there, signs there and never leaves it.

The token is named by a URI (RFC 7512): `pkcs11:token=NAME;object=LABEL?module-path=PATH&pin-source=FILE`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from registry.core.settings import MisconfiguredError
from registry.ledger.keys import PUBLIC
from registry.ledger.notes import VerifierKey

SCHEME = "pkcs11:"
_ED25519 = bytes.fromhex("06032b6570")  # 1.3.101.112, RFC 8410
_NAMES = frozenset({"token", "object", "module-path", "pin-source", "pin-value"})
_NEEDED = frozenset({"token", "object", "module-path"})


class TokenFails(MisconfiguredError):
    """The token is not there, refuses the PIN, has no such key or does not sign."""

    code = "ledger-token-fails"
    title = "The token with the ledger's key cannot be used"


@dataclass(frozen=True)
class Place:
    """Where the key is: the token's name, the key's label, the token's library, and its PIN."""

    token: str
    label: str
    module: str
    pin: str

    @classmethod
    def parse(cls, uri: str) -> Place:
        """The place of a URI. Raises MisconfiguredError; the PIN is never said."""
        path, _, query = uri.removeprefix(SCHEME).partition("?")
        parts = [part.partition("=") for part in (*path.split(";"), *filter(None, query.split("&")))]
        given = {name: unquote(value) for name, _, value in parts}
        wrong = sorted(given.keys() - _NAMES) + sorted(_NEEDED - given.keys())
        if not uri.startswith(SCHEME) or wrong or len(given) != len(parts):
            raise MisconfiguredError(
                f"REGISTRY_LEDGER_TOKEN is not such as {SCHEME}token=NAME;object=LABEL"
                f"?module-path=PATH&pin-source=FILE: {', '.join(wrong) or 'it repeats a part'}"
            )
        return cls(given["token"], given["object"], given["module-path"], _pin(given))


def _pin(given: dict[str, str]) -> str:
    if "pin-source" not in given:
        return given.get("pin-value", "")
    path = Path(given["pin-source"].removeprefix("file:"))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MisconfiguredError(f"The token's PIN cannot be read from {path.name}") from error


class TokenSigner:
    """Signs by the token. A session that failed, as of a token taken out, is opened anew next time."""

    def __init__(self, name: str, place: Place) -> None:
        self._place = place
        self._turn = threading.Lock()
        self._private: Any = None
        self.key = VerifierKey(name, self._public())

    def sign(self, message: bytes) -> bytes:
        """The signature of the message. Raises TokenFails."""
        with self._turn:
            try:
                if self._private is None:
                    self._private = _private(_session(self._place), self._place.label)
                return bytes(self._private.sign(message, mechanism=Mechanism.EDDSA))
            except pkcs11.PKCS11Error as error:
                self._private = None
                raise _told(self._place, error) from error

    def _public(self) -> bytes:
        try:
            session = _session(self._place)
            found = session.get_key(
                object_class=ObjectClass.PUBLIC_KEY, key_type=KeyType.EC_EDWARDS, label=self._place.label
            )
            return bytes(found[Attribute.EC_POINT])[-PUBLIC:]  # with or without its OCTET STRING around it
        except pkcs11.PKCS11Error as error:
            raise _told(self._place, error) from error


def _private(session: pkcs11.Session, label: str) -> Any:
    return session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.EC_EDWARDS, label=label)


def _session(place: Place, rw: bool = False) -> pkcs11.Session:
    token = pkcs11.lib(place.module).get_token(token_label=place.token)
    try:
        return token.open(rw=rw, user_pin=place.pin or None)
    except pkcs11.UserAlreadyLoggedIn:  # a sign-in counts for the whole of the program
        return token.open(rw=rw)


def _told(place: Place, error: Exception) -> TokenFails:
    return TokenFails(f"Token {place.token}, key {place.label}: {type(error).__name__}")


@lru_cache(maxsize=8)
def signer(name: str, uri: str) -> TokenSigner:
    """The signer of a URI, one for the program. Raises MisconfiguredError, TokenFails."""
    return TokenSigner(name, Place.parse(uri))


def make(uri: str) -> None:
    """Make the key in the token, sensitive and not to be taken out. Raises TokenFails when there is one."""
    place = Place.parse(uri)
    try:
        session = _session(place, rw=True)
        if list(session.get_objects({Attribute.LABEL: place.label})):
            raise TokenFails(f"Token {place.token} has something called {place.label} already")
        curve = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True
        )
        curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=place.label,
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
    except pkcs11.PKCS11Error as error:
        raise _told(place, error) from error
