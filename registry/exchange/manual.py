"""How a signed record is verified by whoever holds it as a file, with a registry like this one or without."""

from __future__ import annotations

from registry.exchange.tables import ExchangeOut
from schemas.words import Language

COMMANDS = r"""
   cut -d. -f1,2 message.jws | tr -d '\n' > signed.txt
   (cut -d. -f3 message.jws | tr -d '\n' | tr '_-' '/+'; echo ==) \
     | openssl base64 -d -A > signature.bin
   openssl pkeyutl -verify -pubin -inkey signing-key.pem \
     -rawin -in signed.txt -sigfile signature.bin
   cut -d. -f2 message.jws | tr '_-' '/+' | base64 -d 2>/dev/null
"""
"""With OpenSSL 3 and the tools of any Unix: verifies the signature, then shows what is signed."""


def how_to_verify(row: ExchangeOut, kid: str, fingerprint: str, say: Language) -> str:
    """What to do with the files that are handed over together, in a language."""
    lines = (
        say("Signed message %(jti)s for %(state)s", jti=row.jti, state=row.peer),
        say("Type: %(type)s. Thread: %(thread)s.", type=row.type, thread=row.thread),
        say("SHA-256 of message.jws (base64url): %(digest)s", digest=row.sha256),
        say("It can be taken in until %(moment)s UTC.", moment=f"{row.expires_at:%Y-%m-%d %H:%M}"),
        "",
        say("1. Ask our point of contact to read out the fingerprint of our root, and compare:"),
        f"   {fingerprint}",
        say("2. With a registry of this exchange: record keys.json there, then bring in message.jws."),
        say("3. Without one: message.jws is a compact JWS (RFC 7515), alg Ed25519 (RFC 9864)."),
        say("   keys.json holds our root and our key set, which the root has signed."),
        say("   In it the signing key %(kid)s (RFC 7638) is the one in signing-key.pem.", kid=kid),
        say("   With OpenSSL 3:"),
        COMMANDS,
        say("The file is signed, not sealed: whoever holds it can read it."),
    )
    return "\n".join(lines) + "\n"
