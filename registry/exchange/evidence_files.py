"""Signed records as files, with what is needed to verify them without a registry."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO

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
IN_MEMORY, PIECE = 2**20, 2**16  # bytes of a package before it goes to disk, and of what is sent at once
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


def package(
    found: EvidenceView, say: Language, content_of: Callable[[FileView], bytes | None] = lambda file: None
) -> Iterator[bytes]:
    """Records, receipts, files that they name, keys, key sets, roots and how to verify them, as ZIP: the same
    bytes each time, in pieces. It is written to a file before it is answered, with one attachment in memory
    at a time. content_of: the bytes of an attachment, None where it is not kept.
    """
    with ExitStack() as opened:
        packed = opened.enter_context(SpooledTemporaryFile(IN_MEMORY))
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in _files(found, say, content_of):
                archive.writestr(zipfile.ZipInfo(name, _ANY_DAY), content)
        opened.pop_all()  # whoever reads the pieces closes it
    return _pieces(packed)


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        packed.seek(0)
        yield from iter(partial(packed.read, PIECE), b"")


def _files(
    found: EvidenceView, say: Language, content_of: Callable[[FileView], bytes | None]
) -> Iterator[tuple[str, bytes]]:
    """Names and contents, each read when it is its turn."""
    readings = read(found)
    yield MANUAL, _manual(found, readings, say).encode()
    for file in found.files:
        if (content := content_of(file)) is not None:
            yield attachment_file(found, file), content
    for one in readings:
        if one.record.jws:
            yield file_of(one), one.record.jws.encode("ascii")
        if one.record.receipt:
            yield receipt_file(one), one.record.receipt.encode("ascii")
    for key in found.keys:
        public = admitted(jose.decoded(key.public))
        yield key_file(key), public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for kind, warrants in (("root", found.roots), ("keyset", found.key_sets)):
        for warrant in warrants:
            yield f"{kind}-{warrant.state}-{warrant.version}.jws", warrant.document.encode("ascii")


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
    for one in readings:
        if not one.shown:
            lines += [
                "",
                f"{file_of(one)}: {say.told(one.signature.wrong[0])}",
                f"  SHA-256: {one.record.sha256}",
            ]
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
