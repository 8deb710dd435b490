"""Rows of the exchange: keys of States, channels, what goes out, what came in, what was refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args

WAITING = text("state = 'waiting'")
HELD = text("state = 'held'")
WANTED = text("state = 'wanted'")


class ExchangeRoot(Base):
    """A State's root as it signed it; trusted once two people confirmed it, or the root before signed it."""

    __tablename__ = "exchange_root"
    __table_args__ = table_args(CheckConstraint("confirmed_by <> pinned_by", name="two_people"))

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(60))
    key_set: Mapped[str] = mapped_column(Text)  # the one that came with it
    pinned_at: Mapped[datetime] = mapped_column(Instant)
    pinned_by: Mapped[int] = mapped_column(Key)
    confirmed_by: Mapped[int | None] = mapped_column(Key)
    trusted_since: Mapped[datetime | None] = mapped_column(Instant)


class ExchangeKeySet(Base):
    """A State's key set as its root signed it."""

    __tablename__ = "exchange_key_set"
    __table_args__ = table_args()

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)


class ExchangeKey(Base):
    """A public key of a State, kept for ever with its interval; no two States have one key."""

    __tablename__ = "exchange_key"
    __table_args__ = table_args(
        UniqueConstraint("public"),
        Index(None, "state", "use"),
        CheckConstraint("use IN ('signing', 'encryption', 'root')", name="use"),
    )

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    state: Mapped[str] = mapped_column(ForeignKey("state.code"))
    use: Mapped[str] = mapped_column(String(12))
    public: Mapped[str] = mapped_column(String(43))
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    revoked_from: Mapped[datetime | None] = mapped_column(Instant)


class ExchangeOwnKey(Base):
    """The private half of a key of ours, sealed under the registry's secret key; NULL once destroyed."""

    __tablename__ = "exchange_own_key"
    __table_args__ = table_args()

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    use: Mapped[str] = mapped_column(String(12))
    public: Mapped[str] = mapped_column(String(43))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)


class ExchangeChannel(Base):
    """How far a directed channel has come. Inwards: up to where no message is missing.

    head: digest of that message's record, "" before the first.
    """

    __tablename__ = "exchange_channel"
    __table_args__ = table_args(CheckConstraint("direction IN ('in', 'out')", name="direction"))

    peer: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    direction: Mapped[str] = mapped_column(String(3), primary_key=True)
    seq: Mapped[int] = mapped_column(Key)
    head: Mapped[str] = mapped_column(String(43))


class ExchangeOut(Base):
    """A message of ours, with the business change that posted it.

    state: waiting, delivered, dead (a case that a person closes) or closed. problem: what came back last.
    next_at: not tried before. receipt: the receiver's signed word that it is kept. alerted_at: when people
    were told that it waits too long. means: how it was handed over as a file, "" where it is sent; such a one
    is closed from the beginning, and delivered once its receipt was brought back. renew_by: who asked that
    it be shown again although it has expired.
    """

    __tablename__ = "exchange_out"
    __table_args__ = table_args(
        UniqueConstraint("peer", "seq"),
        Index(None, "state", "next_at"),
        Index(None, "peer", "next_at", "seq", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(None, "thread"),
        Index(None, "made_at", "jti"),
        Index(None, "state", "made_at", "jti"),
        Index(None, "state", "peer", "made_at"),
        CheckConstraint("state IN ('waiting', 'delivered', 'dead', 'closed')", name="state"),
    )

    jti: Mapped[str] = mapped_column(String(36), primary_key=True)
    peer: Mapped[str] = mapped_column(ForeignKey("state.code"))
    seq: Mapped[int] = mapped_column(Key)
    type: Mapped[str] = mapped_column(String(60))
    thread: Mapped[str] = mapped_column(String(36))
    jws: Mapped[str] = mapped_column(Text, info=PERSONAL)
    sha256: Mapped[str] = mapped_column(String(43))
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    problem: Mapped[str] = mapped_column(String(400), default="")
    receipt: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    alerted_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String(400), default="")
    followed_by: Mapped[str] = mapped_column(String(36), default="")
    means: Mapped[str] = mapped_column(String(20), default="")
    renew_by: Mapped[int | None] = mapped_column(Key)


class ExchangeIn(Base):
    """A message that was taken: the permanent inbox, which makes replay impossible for ever.

    state: done, or held until what its kind waits for has come in its thread. refused_at: when it was given
    up while held; it had no effect, and an alert says why.
    """

    __tablename__ = "exchange_in"
    __table_args__ = table_args(
        Index(None, "iss", "seq"),
        Index(None, "thread", "state"),
        Index(None, "received_at"),
        Index("ix_exchange_in_held", "iss", sqlite_where=HELD, postgresql_where=HELD),
        CheckConstraint("state IN ('done', 'held')", name="state"),
    )

    iss: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    jti: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43))
    seq: Mapped[int] = mapped_column(Key)
    prev: Mapped[str] = mapped_column(String(43))
    type: Mapped[str] = mapped_column(String(60))
    thread: Mapped[str] = mapped_column(String(36))
    jws: Mapped[str] = mapped_column(Text, info=PERSONAL)
    receipt: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10))
    refused_at: Mapped[datetime | None] = mapped_column(Instant)


class ExchangeFile(Base):
    """A file by the digest of its bytes, which the ledger has from whoever shows it; kept once."""

    __tablename__ = "exchange_file"
    __table_args__ = table_args(
        CheckConstraint("length(digest) = 32", name="digest"), info={"journal": False}
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ExchangeAttachment(Base):
    """A file that another State's message names. digest, size: as its sender signed them.

    state: wanted, kept once its bytes came and are what was announced, or refused for good. problem: why it
    did not come last; next_at: not tried before.
    """

    __tablename__ = "exchange_attachment"
    __table_args__ = table_args(
        ForeignKeyConstraint(["iss", "jti"], ["exchange_in.iss", "exchange_in.jti"]),
        Index(None, "iss", "next_at", sqlite_where=WANTED, postgresql_where=WANTED),
        Index(None, "iss", "ended_at"),
        CheckConstraint("length(digest) = 32", name="digest"),
        CheckConstraint("size > 0 AND size <= 10485760", name="size"),
        CheckConstraint("media IN ('application/pdf', 'image/jpeg', 'image/png')", name="media"),
        CheckConstraint("state IN ('wanted', 'kept', 'refused')", name="state"),
        CheckConstraint("(ended_at IS NULL) = (state = 'wanted')", name="ended"),
        CheckConstraint("state <> 'refused' OR problem <> ''", name="reason"),
    )

    iss: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    jti: Mapped[str] = mapped_column(String(36), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    media: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    announced_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)
    problem: Mapped[str] = mapped_column(String(400), default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class ExchangeAlert(Base):
    """What should not have come, or not so. peer: who it names, "" where nobody is proven."""

    __tablename__ = "exchange_alert"
    __table_args__ = table_args(Index(None, "at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    peer: Mapped[str] = mapped_column(String(2))
    code: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(43))


class ExchangeRate(Base):
    """How much came from somewhere in a minute; counted, then forgotten."""

    __tablename__ = "exchange_rate"
    __table_args__ = table_args(info={"journal": False})

    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    minute: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column()


class LedgerWitness(Base):
    """A State that cosigns our checkpoints. key: its verifier key, "" before the first; size: leaves of the
    largest one that it knows.
    """

    __tablename__ = "ledger_witness"
    __table_args__ = table_args()

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(Key, default=0)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    cosigned_at: Mapped[datetime | None] = mapped_column(Instant)


class WitnessedLedger(Base):
    """The largest checkpoint of another State's ledger that we know, as its log signed it; each goes on from
    the one before. key: of its log, kept since the first.
    """

    __tablename__ = "witnessed_ledger"
    __table_args__ = table_args()

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Key)
    note: Mapped[str] = mapped_column(Text)
    cosigned_at: Mapped[datetime] = mapped_column(Instant)
