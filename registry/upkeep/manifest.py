"""The manifest of a backup: what is in its folder, by digest, signed with the ledger's key.

A backup is whole once `manifest.note` lies in a folder without `.partial` in its name: both come last. The
note is a signed note (c2sp.org/signed-note) over the SHA-256 of `manifest.json`: no byte changes unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from registry.core.errors import RegistryError
from registry.ledger import notes
from registry.ledger.notes import Note, Signer, VerifierKey

FORMAT, VERSION = "firearms-registry-backup", 1
MANIFEST, NOTE, PARTIAL = "manifest.json", "manifest.note", ".partial"
BLOCK = 1 << 20


class BackupRefused(RegistryError):
    """A backup is not whole, not as it was made, or not for this registry; nothing was restored."""

    status = 422
    code = "backup-refused"
    title = "This backup cannot be used"


@dataclass(frozen=True)
class File:
    """A file of a backup. path: within its folder; bytes: its length; sha256: in hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup is.

    engine: sqlite or postgresql; server: its version; revision: newest migration; begun_at, made_at: RFC
    3339; log: verifier key of the ledger; checkpoint: its newest signed note before the backup began, which
    the backup therefore holds; secret: fingerprint of the secret key; in_token: the ledger's key is in a
    token, so not in the backup; folder_keys: whether keys are in the backup.
    """

    state: str
    engine: str
    server: str
    revision: str
    begun_at: str
    made_at: str
    log: str
    checkpoint: str
    secret: str
    in_token: bool
    folder_keys: bool
    files: tuple[File, ...]

    @property
    def held(self) -> int:
        """How many leaves of the ledger it holds at least."""
        return int(self.checkpoint.splitlines()[1]) if self.checkpoint else 0


def fingerprint(secret: str) -> str:
    """Tells one secret key from another and says nothing about it: 64 bits, hexadecimal."""
    return hmac.digest(secret.encode(), b"firearms-registry backup", "sha256")[:8].hex()


def described(folder: Path) -> tuple[File, ...]:
    """Every file in a folder, read to its end and put on the disk."""
    return tuple(_file(folder, path) for path in _paths(folder))


def _paths(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (MANIFEST, NOTE):
            yield path


def _file(folder: Path, path: Path) -> File:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
        os.fsync(file.fileno())
        return File(path.relative_to(folder).as_posix(), file.tell(), digest.hexdigest())


def seal(folder: Path, manifest: Manifest, key: Signer) -> str:
    """Write the manifest and its signature, durably; its digest."""
    told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2)
    digest = hashlib.sha256(content).hexdigest()
    write_new(folder / MANIFEST, content)
    write_new(folder / NOTE, bytes(notes.sign(_text(manifest.log, digest), key)))
    durable(folder)
    return digest


def _text(log: str, digest: str) -> str:
    return f"{log.partition('+')[0]}/backup\n{digest}\n"


def write_new(path: Path, content: bytes) -> None:
    """A new file that only its owner may read, on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def durable(folder: Path) -> None:
    """What is in a folder stays there when the power goes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(folder: Path, key: str = "") -> tuple[Manifest, str]:
    """The manifest of a backup that is whole and unchanged, and its digest.

    key: the log's verifier key as this registry or a person knows it; without it the one that the backup
    names itself, which only shows that it fits itself. Raises BackupRefused naming what is missing or not as
    it was.
    """
    if folder.name.endswith(PARTIAL):
        raise BackupRefused(f"{folder} was never finished: take another backup.")
    manifest, digest = _read(folder)
    if key and key != manifest.log:
        raise BackupRefused(f"It is signed by {manifest.log}; this ledger's key is {key}.")
    try:
        signed = Note.parse((folder / NOTE).read_bytes())
        notes.verify(signed, [VerifierKey.parse(manifest.log)])
    except (OSError, RegistryError) as error:
        raise BackupRefused(f"{MANIFEST} is not signed with the ledger's key: {error}") from None
    if signed.text != _text(manifest.log, digest):
        raise BackupRefused(f"{MANIFEST} was changed after it was signed.")
    _refuse_changed(folder, manifest)
    return manifest, digest


def _read(folder: Path) -> tuple[Manifest, str]:
    try:
        content = (folder / MANIFEST).read_bytes()
        told: dict[str, Any] = orjson.loads(content)
        if (told.pop("format"), told.pop("version")) != (FORMAT, VERSION):
            raise ValueError("another format or version")
        files = tuple(File(**one) for one in told.pop("files"))
        return Manifest(**told, files=files), hashlib.sha256(content).hexdigest()
    except FileNotFoundError:
        raise BackupRefused(f"{folder} has no {MANIFEST}: it is no backup, or one never finished.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused(f"{folder / MANIFEST} cannot be read: {error}") from None


def _refuse_changed(folder: Path, manifest: Manifest) -> None:
    told = {file.path: file for file in manifest.files}
    there = {path.relative_to(folder).as_posix() for path in _paths(folder)}
    if missing := sorted(told.keys() - there):
        raise BackupRefused(f"Files of the backup are missing: {', '.join(missing[:5])}.")
    if strange := sorted(there - told.keys()):
        raise BackupRefused(f"Files that the backup does not name: {', '.join(strange[:5])}.")
    for name, file in told.items():
        if _file(folder, folder / name) != file:
            raise BackupRefused(f"{name} is not the file that was backed up: its digest differs.")
