"""Reading issued documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registry.core.work import Work
from registry.verification import codes
from registry.verification.certificates import Certificate
from registry.verification.tables import DocumentPrint, IssuedDocument
from schemas.vocabulary import Authenticity, IssuedKind


@dataclass(frozen=True)
class Standing:
    """What a subject tells everyone about one of its documents: as little as the reader of the paper needs.

    current: whether what the paper says still holds; state: in one word; facts: (name, value), without
    anything personal.
    """

    current: bool
    state: str = ""
    facts: tuple[tuple[str, str], ...] = ()


Tell = Callable[[Work, str, str], Standing]
"""Given the number of the record and the edition that was printed: how the document stands."""
Verifiable = Mapping[IssuedKind, Tell]
"""Offered by each subject that issues documents; `rooms` puts them together."""


@dataclass(frozen=True)
class Verified:
    """A genuine document, and whether it is still good.

    digests: SHA-256 of the files it was printed as, before they were signed; certificates: of this registry,
    by one of which each file is signed, the newest first.
    """

    code: str
    kind: str
    subject: str
    authenticity: Authenticity
    state: str
    issued_at: datetime
    ended_at: datetime | None
    facts: tuple[tuple[str, str], ...]
    digests: tuple[str, ...]
    certificates: tuple[Certificate, ...]


def by_code(work: Work, code: str) -> IssuedDocument | None:
    """The document with a code, in the form that `codes.read` answers; "" is the code of none."""
    return work.session.scalar(select(IssuedDocument).where(IssuedDocument.seal == codes.seal_of(code)))


def good(work: Work, kind: IssuedKind, subject: str) -> IssuedDocument | None:
    """The document of a record that is neither superseded nor revoked."""
    query = select(IssuedDocument).where(
        IssuedDocument.kind == kind.value,
        IssuedDocument.subject == subject,
        IssuedDocument.superseded_at.is_(None),
        IssuedDocument.revoked_at.is_(None),
    )
    return work.session.scalar(query)


def digests(work: Work, document_id: int) -> tuple[bytes, ...]:
    """Digests of the files a document was printed as, the first one first."""
    query = select(DocumentPrint.digest).where(DocumentPrint.document_id == document_id)
    return tuple(work.session.scalars(query.order_by(DocumentPrint.printed_at, DocumentPrint.digest)))


def verified(
    work: Work,
    row: IssuedDocument,
    code: str,
    verifiable: Verifiable,
    certificates: Sequence[Certificate],
) -> Verified:
    """A document as everyone may see it."""
    tell = verifiable.get(IssuedKind(row.kind))
    standing = tell(work, row.subject, row.edition) if tell else Standing(True)
    return Verified(
        codes.shown(code),
        row.kind,
        row.subject,
        _authenticity(row, standing),
        standing.state,
        row.issued_at,
        row.revoked_at or row.superseded_at,
        standing.facts,
        tuple(digest.hex() for digest in digests(work, row.id)),
        tuple(certificates),
    )


def _authenticity(row: IssuedDocument, standing: Standing) -> Authenticity:
    if row.revoked_at is not None:
        return Authenticity.REVOKED
    if row.superseded_at is not None:
        return Authenticity.SUPERSEDED
    return Authenticity.CURRENT if standing.current else Authenticity.NOT_IN_FORCE
