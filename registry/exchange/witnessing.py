"""Witnessing: States cosign each other's checkpoints, so that none of them rewrites its past unseen.

After c2sp.org/tlog-witness, by messages: a State hands over its newest checkpoint with the proof that it goes
on from the last one its witness knows; the witness cosigns, or says which one it knows. What does not go on
is an alarm, and the message that offered it, signed by its State, is the proof.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from marshmallow import fields, validate
from sqlalchemy import select

from registry.core.errors import Refused
from registry.core.work import OPERATOR, Office, Work
from registry.exchange import jose, judging, key_queries, outbox, queries
from registry.exchange.kinds import Kind, Kinds, Received
from registry.exchange.tables import ExchangeOwnKey, LedgerWitness, WitnessedLedger
from registry.ledger import log, notes, witnesses
from registry.ledger.checkpoints import Checkpoint, NotAnExtension, check_extension, cosign
from registry.ledger.notes import LocalSigner, Note, VerifierKey
from schemas.base import Shape
from schemas.exchange import Reference
from schemas.fields import Text, Whole
from schemas.words import said

ASK, COSIGN, WITNESS = "witness.add-checkpoint", "witness.cosign", "witness"
EVERY = timedelta(hours=6)
FORK, ROLLBACK = "ledger-fork", "ledger-rollback"
FOR_EVER = timedelta(days=36500)
_LONGEST, _MOST = 20_000, 2**53
_HASH = validate.Regexp(r"\A[A-Za-z0-9+/]{43}=\Z")


@dataclass(frozen=True)
class Offered:
    """key: verifier key of the log; note: its checkpoint; proof: hashes from the tree of `old` leaves."""

    key: str
    note: str
    old: int = 0
    proof: tuple[str, ...] = ()


class OfferedSchema(Shape):
    makes = Offered
    key = Text(required=True, longest=200)
    note = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST))
    old = Whole(least=0, most=_MOST, load_default=0)
    proof = fields.List(fields.String(validate=_HASH), load_default=(), validate=validate.Length(max=64))


@dataclass(frozen=True)
class Cosigned:
    """key: verifier key of the witness; size: leaves of the largest checkpoint it knows; note: what it
    cosigned, "" where it did not; words: why, where that is an alarm.
    """

    key: str
    size: int
    note: str = ""
    words: str = ""


class CosignedSchema(Shape):
    makes = Cosigned
    key = Text(required=True, longest=200)
    size = Whole(least=0, most=_MOST, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=_LONGEST))
    words = Text(longest=400, load_default="")


def take_checkpoint(work: Work, received: Received) -> None:
    """Cosign another State's checkpoint that goes on from the last one known here; else say what is known."""
    state, told = received.message.iss, received.body
    note = _signed_by(told)
    known = work.session.get(WitnessedLedger, state, with_for_update=True)
    if known is not None and known.key != told.key:
        raise Refused(said("Another key signed the ledger that is known here"))
    signer = _signer(work)
    try:
        goes_on = known is None or _goes_on(known, note, told)
    except NotAnExtension as error:
        judging.alert(work, state, FORK, str(error), received.sha256)
        return _reply(
            work, received, Cosigned(str(signer.key), known.size if known else 0, words=str(error)[:400])
        )
    if not goes_on:
        return _reply(work, received, Cosigned(str(signer.key), known.size if known else 0))
    cosigned = cosign(note, signer, int(work.now.timestamp()))
    size = Checkpoint.parse(note.text).size
    row = known or WitnessedLedger(state=state, key=told.key)
    row.size, row.note, row.cosigned_at = size, told.note, work.now
    work.session.add(row)
    return _reply(work, received, Cosigned(str(signer.key), size, bytes(cosigned).decode()))


def _signed_by(told: Offered) -> Note:
    """The note, which that key has signed and which is of the log that it names."""
    key, note = VerifierKey.parse(told.key), Note.parse(told.note.encode())
    notes.verify(note, [key])
    if Checkpoint.parse(note.text).origin != key.name:
        raise Refused(said("The checkpoint is not of the log whose key signed it"))
    return note


def _goes_on(known: WitnessedLedger, note: Note, told: Offered) -> bool:
    """Whether it can be cosigned; False where its proof is from another tree than the one known here."""
    size = Checkpoint.parse(note.text).size
    if size != known.size and (size < known.size or told.old != known.size):
        return False
    proof = [b64decode(node) for node in told.proof] if size > known.size else []
    check_extension(Note.parse(known.note.encode()), note, proof)
    return True


def _reply(work: Work, received: Received, body: Cosigned) -> None:
    message = received.message
    told = {name: value for name, value in asdict(body).items() if value != ""}
    reference = Reference(message.jti, received.sha256)
    outbox.post(work, outbox.Outgoing(message.iss, COSIGN, told, thread=message.thread, re=reference))


def _signer(work: Work) -> LocalSigner:
    """Our key for cosigning, made when first needed."""
    row = work.session.scalar(select(ExchangeOwnKey).where(ExchangeOwnKey.use == WITNESS))
    if row is None:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        kid = jose.thumbprint(public)
        row = ExchangeOwnKey(kid=kid, use=WITNESS, public=jose.encoded(public))
        row.sealed = key_queries.sealed(work, kid, private.private_bytes_raw())
        row.valid_from, row.valid_until = work.now, work.now + FOR_EVER
        work.session.add(row)
        work.session.flush()
    key = Ed25519PrivateKey.from_private_bytes(key_queries.unsealed(work, row.kid, row.sealed or b""))
    return LocalSigner(f"firearms-registry.{work.home.lower()}/witness", key, notes.Kind.COSIGNATURE)


def take_cosignature(work: Work, received: Received) -> None:
    """Keep a witness's cosignature with our checkpoint; what it knows and we do not is an alarm."""
    state, told = received.message.iss, received.body
    row = work.session.get(LedgerWitness, state, with_for_update=True) or LedgerWitness(state=state, key="")
    work.session.add(row)
    if row.key and row.key != told.key:
        raise Refused(said("Another key cosigned before"))
    row.key, row.size = told.key, told.size
    ours = queries.ledger_size(work)
    if told.words or told.size > ours:
        code = FORK if told.words else ROLLBACK
        detail = told.words or f"it knows {told.size} leaves of our ledger; {ours} are here"
        judging.alert(work, state, code, detail, received.sha256)
    if told.note:
        note = Note.parse(told.note.encode())
        witnesses.add(
            lambda statement, values: work.put(statement, **values), note, [VerifierKey.parse(told.key)]
        )
        row.cosigned_at = work.now


KINDS: Kinds = {
    ASK: Kind(ASK, OfferedSchema, take_checkpoint),
    COSIGN: Kind(COSIGN, CosignedSchema, take_cosignature, answers=frozenset({ASK})),
}


def ask_due(office: Office, log_key: Callable[[], str]) -> int:
    """Hand our newest checkpoint to every State that was not asked for six hours; how many.

    log_key: gives the verifier key of our log. Who has not taken in the last one yet is not asked again.
    """
    newest = log.newest_note(office.database)
    with office.look(OPERATOR) as work:
        due = _due(work) if newest else []
    for state in due:
        if newest is not None:
            with office.begin(OPERATOR, doing="exchange.witness") as work:
                _ask(work, office, state, newest, log_key())
    return len(due)


def _due(work: Work) -> list[str]:
    asked = select(LedgerWitness.state).where(LedgerWitness.asked_at > work.now - EVERY)
    lately = set(work.session.scalars(asked)) | queries.undelivered_to(work, ASK)
    return [state for state in queries.trusted_states(work) if state not in lately]


def _ask(work: Work, office: Office, state: str, newest: Note, log_key: str) -> None:
    row = work.session.get(LedgerWitness, state, with_for_update=True) or LedgerWitness(state=state, key="")
    work.session.add(row)
    row.asked_at, old = work.now, row.size or 0
    size = Checkpoint.parse(newest.text).size
    proof = log.tree(office).consistency(old, size) if 0 < old < size else []
    offered = Offered(log_key, bytes(newest).decode(), old, tuple(b64encode(node).decode() for node in proof))
    outbox.post(work, outbox.Outgoing(state, ASK, asdict(offered) | {"proof": list(offered.proof)}))


def contradiction(work: Work, state: str, written: str) -> str:
    """What a checkpoint that a State tells in passing contradicts, "" where nothing."""
    known = work.session.get(WitnessedLedger, state)
    if known is None or not written:
        return ""
    note = Note.parse(written.encode())
    notes.verify(note, [VerifierKey.parse(known.key)])
    if Checkpoint.parse(note.text).size != known.size:
        return ""
    try:
        check_extension(Note.parse(known.note.encode()), note, [])
    except NotAnExtension as error:
        return str(error)
    return ""
