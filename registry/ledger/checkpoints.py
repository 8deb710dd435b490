"""Checkpoints: the size and root of a tree, signed by its log and cosigned by witnesses.

c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature (cosignature/v1).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.errors import RegistryError
from registry.core.journal.merkle import EMPTY_ROOT, HASH, LARGEST, ProofFails, verify_consistency
from registry.ledger.notes import LATEST_TIME, Note, NoteMalformed, Signer, refuse_text, signature_of

_SHAPE = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")


class NotAnExtension(RegistryError):
    """A log offers a checkpoint that does not go on from the last one known: the alarm of a ledger.

    known, offered: both notes as signed; where the log's signatures on them verify, the two together
    prove a fork that nobody but the holder of its key can have made. proof: what was offered to show
    the contrary.
    """

    status = 409
    code = "ledger-not-an-extension"
    title = "The ledger's checkpoint does not go on from the last one known"

    def __init__(self, reason: str, known: Note, offered: Note, proof: Sequence[bytes]) -> None:
        super().__init__(f"{self.title}: {reason}")
        self.known, self.offered, self.proof = known, offered, tuple(proof)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log; its text is that of the note to sign.

    origin: the log's name, size: leaves, root: 32 bytes, extensions: further lines. Raises NoteMalformed
    for what no checkpoint says.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_text(str(self))
        lines = (self.origin, *self.extensions)
        if "" in lines or any("\n" in line for line in lines):
            raise NoteMalformed("A checkpoint's lines are not empty")
        if not 0 <= self.size <= LARGEST or len(self.root) != HASH:
            raise NoteMalformed("A checkpoint has a size below 2^63 and a root of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise NoteMalformed("A tree without leaves has the root of the empty string")

    def __str__(self) -> str:
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text. Raises NoteMalformed."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            raise NoteMalformed("The note is not a checkpoint: origin, size, root")
        root = b64decode(shape[3])
        checkpoint = cls(shape[1], int(shape[2]), root, tuple(shape[4].split("\n")[:-1]))
        if str(checkpoint) != text:
            raise NoteMalformed("The checkpoint's root is not in its one spelling")
        return checkpoint


def cosign(note: Note, signer: Signer, time: int) -> Note:
    """The checkpoint's note with a cosignature made at a time, in seconds since 1970.

    A cosignature says that this is the largest tree of the log the cosigner knows, and that it goes on
    from every one before: check_extension first. Raises NoteMalformed when it is no checkpoint,
    ValueError for an impossible time or a key of another kind.
    """
    Checkpoint.parse(note.text)
    if not 0 <= time <= LATEST_TIME:
        raise ValueError(f"{time} is not a time")
    return note.signed(signature_of(note.text, signer, time))


def check_extension(known: Note, offered: Note, proof: Sequence[bytes]) -> Checkpoint:
    """The offered checkpoint, once the proof shows that its tree goes on from the known one's.

    Verify the signatures of both first. Between equal sizes, and from the empty tree, the proof is
    empty. Raises NoteMalformed when they are not checkpoints of one log, NotAnExtension otherwise.
    """
    old, new = Checkpoint.parse(known.text), Checkpoint.parse(offered.text)
    if old.origin != new.origin:
        raise NoteMalformed(f"{new.origin[:80]!r} is not the log {old.origin[:80]!r}")
    try:
        _refuse_fork(old, new, proof)
    except ProofFails as failure:
        raise NotAnExtension(failure.message, known, offered, proof) from failure
    return new


def _refuse_fork(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise ProofFails unless one tree goes on from the other."""
    if old.size:
        verify_consistency(old.size, new.size, proof, old.root, new.root)
    elif proof:
        raise ProofFails("Nothing is proved from a tree without leaves")
