"""Signed records as files, with what is needed to verify them without a registry."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.exchange import jose
from registry.exchange.evidence import EvidenceView, FileView, KeyView
from registry.exchange.evidence_reading import Reading, read
from registry.exchange.scans import ENDINGS
from registry.ledger.keys import admitted
from schemas.words import Language

MANUAL = "verify.txt"
COMMANDS = r"""
verify() {
  cut -d. -f1,2 "$1" | tr -d '\n' > signed.txt
  (cut -d. -f3 "$1" | tr -d '\n' | tr '_-' '/+'; echo ==) | openssl base64 -d -A > signature.bin
  openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in signed.txt -sigfile signature.bin
}
"""
"""With OpenSSL 3 and the tools of any Unix: `verify RECORD KEY` verifies a signature."""
_ANY_DAY = (2000, 1, 1, 0, 0, 0)


def file_of(one: Reading) -> str:
    """The name of a record's file."""
    return f"{one.n:02d}-{one.record.type}.jws"


def receipt_file(one: Reading) -> str:
    """The name of its receipt's file."""
    return f"{one.n:02d}-receipt.jws"


def key_file(key: KeyView) -> str:
    """The name of a key's file."""
    return f"key-{key.state}-{key.kid[:8]}.pem"


def attachment_file(found: EvidenceView, file: FileView) -> str:
    """The name of a file that a record names: its message's number, its own, and what it is."""
    n = next(n for n, record in enumerate(found.records, 1) if record.jti == file.jti)
    of_message = [one for one in found.files if one.jti == file.jti]
    return f"{n:02d}-attachment-{of_message.index(file) + 1}.{ENDINGS[file.media]}"


def package(found: EvidenceView, say: Language, contents: Mapping[str, bytes]) -> bytes:
    """Records, receipts, files that they name, keys, key sets, roots and how to verify them, as ZIP: the same
    bytes each time. contents: of `evidence.contents`.
    """
    readings = read(found)
    files = {MANUAL: _manual(found, readings, say).encode()}
    for file in found.files:
        if file.sha256 in contents:
            files[attachment_file(found, file)] = contents[file.sha256]
    for one in readings:
        files[file_of(one)] = one.record.jws.encode("ascii")
        if one.record.receipt:
            files[receipt_file(one)] = one.record.receipt.encode("ascii")
    for key in found.keys:
        public = admitted(jose.decoded(key.public))
        files[key_file(key)] = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for kind, warrants in (("root", found.roots), ("keyset", found.key_sets)):
        for warrant in warrants:
            name = f"{kind}-{warrant.state}-{warrant.version}.jws"
            files[name] = warrant.document.encode("ascii")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ANY_DAY), content)
    return out.getvalue()


def _manual(found: EvidenceView, readings: list[Reading], say: Language) -> str:
    lines = [
        say("Each .jws is a compact JWS (RFC 7515), alg Ed25519 (RFC 9864). With OpenSSL 3 in a shell:"),
        COMMANDS,
    ]
    for one in readings:
        if one.signature.key:
            lines.append(f"verify {file_of(one)} {key_file(one.signature.key)}")
        if one.receipt_signature and one.receipt_signature.key:
            lines.append(f"verify {receipt_file(one)} {key_file(one.receipt_signature.key)}")
    if held := [file for file in found.files if file.kept]:
        lines += ["", say("Files that messages name, by their SHA-256; this must say OK for each:")]
        lines += ["sha256sum -c <<'END'", *(_summed(found, file) for file in held), "END"]
    lines += [
        "",
        say("Files keyset-… name the keys; files root-… name the keys of the root, which sign a key set."),
        say("Ask the point of contact of each State to read out the fingerprint of its root, and compare."),
        *(f"  {state}: {fingerprint}" for state, fingerprint in _fingerprints(readings)),
    ]
    return "\n".join(lines) + "\n"


def _summed(found: EvidenceView, file: FileView) -> str:
    return f"{jose.decoded(file.sha256).hex()}  {attachment_file(found, file)}"


def _fingerprints(readings: list[Reading]) -> list[tuple[str, str]]:
    signatures = [s for one in readings for s in (one.signature, one.receipt_signature) if s and s.key]
    return sorted({(s.key.state, s.fingerprint) for s in signatures if s.key and s.fingerprint})
