"""Witnesses: other States and an auditor's key cosign our checkpoints; a fork would need all of them."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.database import Prepared
from registry.core.errors import NotFound
from registry.core.work import Office
from registry.ledger.checkpoints import Checkpoint
from registry.ledger.log import LedgerBrokenError, Run
from registry.ledger.notes import Note, VerifierKey, verify
from schemas.words import said

_NOTE = Prepared("SELECT note FROM ledger_checkpoint WHERE size = :size")
_KEEP = Prepared("UPDATE ledger_checkpoint SET note = :note WHERE size = :size")


def accept(office: Office, log_key: VerifierKey, cosigned: bytes, witnesses: Sequence[VerifierKey]) -> int:
    """Keep the cosignatures of known witnesses on one of our checkpoints; how many.

    Raises NoteMalformed, SignatureFails or NotSigned for a note that is none of ours or theirs, NotFound
    for a checkpoint we never signed, LedgerBrokenError when it is signed by our key and yet another one.
    """
    note = Note.parse(cosigned)
    verify(note, [log_key])
    with office.database.transaction() as turn:
        return add(turn.run, note, witnesses)


def add(run: Run, note: Note, witnesses: Sequence[VerifierKey]) -> int:
    """As `accept`, in a transaction of the caller's, for a note whose text is held against ours alone."""
    good = verify(note, witnesses)
    size = Checkpoint.parse(note.text).size
    rows = run(_NOTE, {"size": size})
    if not rows:
        raise NotFound(said("No checkpoint of %(size)s leaves was signed here", size=size))
    ours = Note.parse(str(rows[0][0]).encode())
    if ours.text != note.text:
        raise LedgerBrokenError(f"Our key has signed two logs of {size} leaves: the key is in other hands.")
    names = {(found.key.name, found.key.id) for found in good}
    for signature in note.signatures:
        if (signature.name, signature.key_id) in names:
            ours = ours.signed(signature)
    run(_KEEP, {"size": size, "note": bytes(ours).decode()})
    return len(good)
