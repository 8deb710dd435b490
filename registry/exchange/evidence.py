"""What passed in a thread, as a court needs it: the exact signed records, receipts, keys and their warrants.

Whoever has it can check it without us: each record is a JWS whose `kid` names one of `keys`; a key stands in
a key set of its State, which the State's root signed. `sha256` is that of the record's bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import attachments, jose, strict_json
from registry.exchange.tables import ExchangeIn, ExchangeKey, ExchangeKeySet, ExchangeOut, ExchangeRoot
from schemas.words import said


@dataclass(frozen=True)
class Word:
    """Another State's signed word: who gave it, and by which message."""

    state: str
    jti: str
    sha256: str


@dataclass(frozen=True)
class RecordView:
    """A record as it was signed. at: when we made or took it; receipt: the receiver's, "" before it came.

    withheld: why whoever reads this has no `jws`, "" where it is there or erased.
    """

    jti: str
    type: str
    sender: str
    receiver: str
    seq: int
    at: datetime
    sha256: str
    jws: str
    receipt: str
    withheld: str = ""


@dataclass(frozen=True)
class KeyView:
    kid: str
    state: str
    public: str
    valid_from: datetime
    valid_until: datetime
    revoked_from: datetime | None


@dataclass(frozen=True)
class WarrantView:
    """A key set or root, as its State signed it."""

    state: str
    version: int
    document: str


@dataclass(frozen=True)
class FileView:
    """A file that a record names. jti: of the record; sha256: of the file, in base64url as it was signed.

    kept: whether its bytes are here for whoever reads this; withheld: whether they are for others.
    """

    jti: str
    sha256: str
    name: str
    media: str
    size: int
    kept: bool
    withheld: bool = False


@dataclass(frozen=True)
class EvidenceView:
    """What passed in one thread between two States."""

    thread: str
    records: tuple[RecordView, ...]
    keys: tuple[KeyView, ...]
    key_sets: tuple[WarrantView, ...]
    roots: tuple[WarrantView, ...]
    files: tuple[FileView, ...] = ()


def delivered_at(work: Work, jti: str) -> datetime | None:
    """When another State's signed receipt of a message of ours came; None before."""
    row = work.session.get(ExchangeOut, jti)
    return row.ended_at if row is not None and row.state == "delivered" else None


def delivered(work: Work, jtis: Collection[str]) -> set[str]:
    """Which of these messages of ours another State has receipted."""
    asked = select(ExchangeOut.jti).where(ExchangeOut.jti.in_(jtis), ExchangeOut.state == "delivered")
    return set(work.session.scalars(asked))


def of_thread(work: Work, peer: str, thread: str) -> EvidenceView:
    """Everything signed that passed in a thread with a State, in the order of time."""
    sent = select(ExchangeOut).where(ExchangeOut.peer == peer, ExchangeOut.thread == thread)
    came = select(ExchangeIn).where(ExchangeIn.iss == peer, ExchangeIn.thread == thread)
    records = [
        RecordView(row.jti, row.type, work.home, peer, row.seq, row.made_at, row.sha256, row.jws, row.receipt)
        for row in work.session.scalars(sent)
    ]
    records += [
        RecordView(
            row.jti, row.type, peer, work.home, row.seq, row.received_at, row.sha256, row.jws, row.receipt
        )
        for row in work.session.scalars(came)
    ]
    records.sort(key=lambda one: (one.at, one.seq))
    signed = [text for one in records for text in (one.jws, one.receipt) if text]
    names = {jose.parse(text).kid for text in signed}
    keys = work.session.scalars(select(ExchangeKey).where(ExchangeKey.kid.in_(names))).all()
    states = (work.home, peer)
    sets = select(ExchangeKeySet).where(ExchangeKeySet.state.in_(states))
    roots = select(ExchangeRoot).where(
        ExchangeRoot.state.in_(states), ExchangeRoot.trusted_since.is_not(None)
    )
    sets = sets.order_by(ExchangeKeySet.state, ExchangeKeySet.version)
    roots = roots.order_by(ExchangeRoot.state, ExchangeRoot.version)
    return EvidenceView(
        thread,
        tuple(records),
        tuple(
            KeyView(key.kid, key.state, key.public, key.valid_from, key.valid_until, key.revoked_from)
            for key in sorted(keys, key=lambda key: (key.state, key.kid))
        ),
        tuple(_warrant(row) for row in work.session.scalars(sets)),
        tuple(_warrant(row) for row in work.session.scalars(roots)),
        _files(work, records),
    )


def _files(work: Work, records: list[RecordView]) -> tuple[FileView, ...]:
    """The files that these records name."""
    named = [(one.jti, file) for one in records if one.jws for file in attachments.named_in(one.jws)]
    here = attachments.kept(work, [jose.decoded(file.sha256) for _, file in named])
    return tuple(
        FileView(jti, file.sha256, file.name, file.media, file.size, jose.decoded(file.sha256) in here)
        for jti, file in named
    )


def without(found: EvidenceView, kept_back: Mapping[str, str]) -> EvidenceView:
    """The same without what some records say, and without bytes of their files: digest, place, receipt stay.

    kept_back: why, by the name of the record.
    """
    records = tuple(
        replace(one, jws="", withheld=kept_back[one.jti]) if one.jti in kept_back and one.jws else one
        for one in found.records
    )
    files = tuple(
        replace(file, kept=False, withheld=file.kept) if file.jti in kept_back else file
        for file in found.files
    )
    return replace(found, records=records, files=files)


NAMES_A_PERSON = said(
    "It names a person. Whoever may read of persons, for a stated purpose, has it from the authority."
)


def body_of(one: RecordView) -> dict[str, Any]:
    """What a record says; nothing where it is not here."""
    says = strict_json.loads(jose.parse(one.jws).payload) if one.jws else {}
    return dict(says.get("body") or {})


def content(work: Work, file: FileView) -> bytes | None:
    """The bytes of a file that a record names; None where it is not kept, or not for whoever reads this."""
    if not file.kept:
        return None
    return attachments.content(work, jose.decoded(file.sha256))


def _warrant(row: ExchangeKeySet | ExchangeRoot) -> WarrantView:
    return WarrantView(row.state, row.version, row.document)


def edition_of(found: EvidenceView) -> str:
    """What is new with every message, receipt and file of a thread: a document of it is of this edition."""
    told = ",".join(f"{one.sha256}{'+' if one.receipt else '-'}" for one in found.records)
    told += "".join(f",{one.sha256}" for one in found.files if one.kept or one.withheld)
    return jose.digest(told)[:22]
