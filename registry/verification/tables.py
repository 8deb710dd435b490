"""Rows of verification: every document that was issued, the bytes it was printed as, and what signs them.

No row holds a code: who reads the database learns none. The seal is a digest, and the code itself comes
from the salt and the registry's secret key, when the document is printed again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args

GOOD = text("superseded_at IS NULL AND revoked_at IS NULL")


class IssuedDocument(Base):
    """A document that went out. subject: number of the record it is about; edition: which state of it.

    seal: SHA-256 of the code on the paper; superseded_at: when a later edition took its place.
    """

    __tablename__ = "issued_document"
    __table_args__ = table_args(
        UniqueConstraint("seal"),
        Index(None, "kind", "subject"),
        Index(
            "ux_issued_document_good",
            "kind",
            "subject",
            unique=True,
            sqlite_where=GOOD,
            postgresql_where=GOOD,
        ),
        CheckConstraint("length(seal) = 32 AND length(salt) = 16", name="seal"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_for = '')", name="revoked"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[int] = mapped_column(Key)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_for: Mapped[str] = mapped_column(String(400), default="")


class DocumentPrint(Base):
    """One file a document was printed as. digest: SHA-256 of its bytes."""

    __tablename__ = "document_print"
    __table_args__ = table_args(CheckConstraint("length(digest) = 32", name="digest"))

    document_id: Mapped[int] = mapped_column(
        ForeignKey("issued_document.id"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    language: Mapped[str] = mapped_column(String(10))
    printed_at: Mapped[datetime] = mapped_column(Instant)
    printed_by: Mapped[int] = mapped_column(Key)


SERVING = text("state = 'serving'")


class DocumentKey(Base):
    """A key that signs documents, of the curve P-256. state: waiting, serving (one at most) or ended.

    public: SubjectPublicKeyInfo; sealed: the private half under the registry's secret key, NULL once it is
    destroyed; chain: its certificate and those above it, PEM, "" while it waits.
    """

    __tablename__ = "document_key"
    __table_args__ = table_args(
        UniqueConstraint("public"),
        Index(
            "ux_document_key_serving",
            "state",
            unique=True,
            sqlite_where=SERVING,
            postgresql_where=SERVING,
        ),
        CheckConstraint("state IN ('waiting', 'serving', 'ended')", name="state"),
        CheckConstraint("(state = 'waiting') = (chain = '')", name="chain"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'ended') = (sealed IS NULL)", name="sealed"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)
    state: Mapped[str] = mapped_column(String(10))
    chain: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PaperKey(Base):
    """A key that signs what papers' squares say. kid: hexadecimal; sealed: the private half under the
    registry's secret key, NULL once it is withdrawn. The public half stays for ever.
    """

    __tablename__ = "paper_key"
    __table_args__ = table_args(
        UniqueConstraint("public"),
        CheckConstraint("length(kid) = 16 AND length(public) = 32", name="key"),
        CheckConstraint("valid_from < valid_until", name="interval"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_for = '')", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR sealed IS NULL", name="destroyed"),
        sqlite_with_rowid=False,
    )

    kid: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_for: Mapped[str] = mapped_column(String(400), default="")
