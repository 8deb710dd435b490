"""Issuing documents with a code, for the acts and edges of the subjects whose documents they are."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from registry.core.work import Work
from registry.verification import codes, queries
from registry.verification.tables import DocumentPrint, IssuedDocument
from schemas.vocabulary import IssuedKind


@dataclass(frozen=True)
class Issued:
    """A document and the code that goes on its paper."""

    id: int
    code: str
    issued_at: datetime


def known(work: Work, kind: IssuedKind, subject: str, edition: str) -> Issued | None:
    """The good document of a record in an edition.

    None also where the registry's secret key is another one than when it was issued: then its code can
    still be verified, but not be printed again.
    """
    row = queries.good(work, kind, subject)
    if row is None or row.edition != edition:
        return None
    code = _code(work, row.salt, kind, subject, edition)
    return Issued(row.id, code, row.issued_at) if codes.seal_of(code) == row.seal else None


def issue(work: Work, kind: IssuedKind, subject: str, edition: str = "1") -> Issued:
    """The document of a record in an edition: the one there is, else a new one in place of the earlier."""
    work.lock(f"document:{kind}:{subject}")
    if there := known(work, kind, subject, edition):
        return there
    if earlier := queries.good(work, kind, subject):
        earlier.superseded_at = work.now
        work.session.flush()
    salt = secrets.token_bytes(16)
    code = _code(work, salt, kind, subject, edition)
    row = IssuedDocument(
        seal=codes.seal_of(code),
        salt=salt,
        kind=kind.value,
        subject=subject,
        edition=edition,
        issued_at=work.now,
        issued_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    return Issued(row.id, code, row.issued_at)


def _code(work: Work, salt: bytes, kind: IssuedKind, subject: str, edition: str) -> str:
    return codes.code_for(work.key("document codes"), salt, f"{kind.value} {subject} {edition}")


def revoke(work: Work, kind: IssuedKind, subject: str, reason: str) -> None:
    """All documents of a record are no longer good; whoever verifies one sees that, not the reason."""
    work.session.execute(
        update(IssuedDocument)
        .where(
            IssuedDocument.kind == kind.value,
            IssuedDocument.subject == subject,
            IssuedDocument.revoked_at.is_(None),
        )
        .values(revoked_at=work.now, revoked_for=reason[:400])
    )


def keep_print(work: Work, document_id: int, printed: bytes, language: str) -> None:
    """Keep the digest of a file that a document was printed as, once."""
    digest = hashlib.sha256(printed).digest()
    work.lock(f"document print:{document_id}")
    if work.session.get(DocumentPrint, (document_id, digest)) is None:
        work.session.add(
            DocumentPrint(
                document_id=document_id,
                digest=digest,
                language=language,
                printed_at=work.now,
                printed_by=work.actor.user_id,
            )
        )
        work.session.flush()
