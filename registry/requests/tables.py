"""Rows of requests between States: the request, its course, consents to onward use, what goes by itself."""

from __future__ import annotations

from datetime import date, datetime

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
from schemas.requests_vocabulary import RequestState

ASKED = text("holder = 'asked'")
ENDS = text("keep_until IS NOT NULL")
AWAITS = text("onward_due_at IS NOT NULL")
_STATES = ", ".join(f"'{state.value}'" for state in RequestState)
_SENT = ", ".join(f"'{state.value}'" for state in RequestState if state is not RequestState.DRAFT)


class TraceRequestRow(Base):
    """A request for a trace, ours to another State or theirs to us.

    asked: JSON of what is asked; answer: of what was told, "" before; handling: what binds its receiver.
    thread: of its messages, NULL before it was sent; jti, sha256: of the message that asked. trace_id: the
    search in our own records. follows_id: the request whose answer named this State. means: by which other
    means it went or came, "" by the exchange. entered_by: who entered the other State's answer by hand.
    holder: whether the other State asks us who holds it last, and what became of that. keep_until: the last
    day on which what the other State sent may be kept; NULL where it set no end, or once it is gone.
    onward_due_at: until when a word is awaited of what others ask on our behalf, NULL where none is.
    """

    __tablename__ = "trace_request"
    __table_args__ = table_args(
        UniqueConstraint("peer", "thread"),
        Index(None, "direction", "state", "due_at"),
        *(Index(None, name, "id") for name in ("direction", "state", "peer", "case_number")),
        Index(None, "trace_id"),
        Index(None, "made_by", "id"),
        Index(None, "follows_id"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("urgency IN ('urgent', 'routine')", name="urgency"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("(state = 'draft') = (thread IS NULL)", name="sent"),
        CheckConstraint("state NOT IN ('answered', 'answered_in_part') OR answer <> ''", name="answered"),
        CheckConstraint("state <> 'closed' OR outcome <> ''", name="closed"),
        CheckConstraint("holder IN ('', 'asked', 'named', 'kept')", name="holder"),
        Index("ix_trace_request_keep_until", "keep_until", sqlite_where=ENDS, postgresql_where=ENDS),
        Index(
            "ix_trace_request_onward_due_at", "onward_due_at", sqlite_where=AWAITS, postgresql_where=AWAITS
        ),
        Index("ix_trace_request_holder", "holder", sqlite_where=ASKED, postgresql_where=ASKED),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    direction: Mapped[str] = mapped_column(String(3))
    peer: Mapped[str] = mapped_column(ForeignKey("state.code"))
    state: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(10))
    case_number: Mapped[str] = mapped_column(String(120))
    asked: Mapped[str] = mapped_column(Text, info=PERSONAL)
    answer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    handling: Mapped[str] = mapped_column(Text, default="")
    thread: Mapped[str | None] = mapped_column(String(36))
    jti: Mapped[str] = mapped_column(String(36), default="")
    sha256: Mapped[str] = mapped_column(String(43), default="")
    trace_id: Mapped[int | None] = mapped_column(ForeignKey("trace.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("trace_request.id"))
    their_number: Mapped[str] = mapped_column(String(40), default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int] = mapped_column(Key)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    means: Mapped[str] = mapped_column(String(20), default="")
    entered_by: Mapped[int | None] = mapped_column(Key)
    holder: Mapped[str] = mapped_column(String(10), default="")
    keep_until: Mapped[date | None]
    onward_due_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class RequestEvent(Base):
    """What was done in a request. by: an account, below nought the other State.

    details: JSON of what was sent or came, with its restrictions; jti: of the signed message, the evidence.
    """

    __tablename__ = "trace_request_event"
    __table_args__ = table_args(Index(None, "jti"))

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(String(20))
    by: Mapped[int] = mapped_column(Key)
    words: Mapped[str] = mapped_column(String(2000), default="", info=PERSONAL)
    details: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    jti: Mapped[str] = mapped_column(String(36), default="")


class RequestFile(Base):
    """The scan of a letter, with the step that it says; digest: SHA-256 of the file."""

    __tablename__ = "trace_request_file"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["request_id", "n"], ["trace_request_event.request_id", "trace_request_event.n"]
        ),
        CheckConstraint("length(digest) = 32", name="digest"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("media IN ('application/pdf', 'image/jpeg', 'image/png')", name="media"),
        sqlite_with_rowid=False,
    )

    request_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    media: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Key)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class RequestAttachment(Base):
    """A file of ours that goes with a request or an answer. digest: SHA-256 of its bytes.

    sent_at: NULL while it waits for the next step that it can go with; jti: of the message that names it,
    "" also where it went as paper alone.
    """

    __tablename__ = "trace_request_attachment"
    __table_args__ = table_args(
        Index(None, "digest"),
        CheckConstraint("length(digest) = 32", name="digest"),
        CheckConstraint("size > 0 AND size <= 10485760", name="size"),
        CheckConstraint("media IN ('application/pdf', 'image/jpeg', 'image/png')", name="media"),
        CheckConstraint("jti = '' OR sent_at IS NOT NULL", name="sent"),
    )

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    media: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Key)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[int] = mapped_column(Key)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    jti: Mapped[str] = mapped_column(String(36), default="")


class OnwardConsent(Base):
    """That an answer may go on to somebody else: asked of its source before (ITI 15)."""

    __tablename__ = "onward_consent"
    __table_args__ = table_args(
        CheckConstraint("state IN ('asked', 'granted', 'refused')", name="state"),
        CheckConstraint("(answered_at IS NULL) = (state = 'asked')", name="answered"),
    )

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recipient: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(400), default="")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[int] = mapped_column(Key)
    jti: Mapped[str] = mapped_column(String(36))
    sha256: Mapped[str] = mapped_column(String(43))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class Disclosure(Base):
    """That what one State told another has to be disclosed: the source learns of it before (FP 12(5)).

    by_us: whether we disclose, or the other State. planned_on: not before that day. jti: of the signed
    notice. seen_at: when somebody of the source read it; disclosed_on: when it was done.
    """

    __tablename__ = "disclosure"
    __table_args__ = table_args(
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen"),
        CheckConstraint("seen_at IS NULL OR NOT by_us", name="seen_by_source"),
        CheckConstraint("(disclosed_on IS NULL) = (disclosed_by IS NULL)", name="disclosed"),
        CheckConstraint("disclosed_on IS NULL OR (by_us AND disclosed_on >= planned_on)", name="told_before"),
        sqlite_with_rowid=False,
    )

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_us: Mapped[bool]
    recipient: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    legal_basis: Mapped[str] = mapped_column(String(400))
    planned_on: Mapped[date]
    words: Mapped[str] = mapped_column(String(1000), info=PERSONAL)
    told_at: Mapped[datetime] = mapped_column(Instant)
    told_by: Mapped[int] = mapped_column(Key)
    jti: Mapped[str] = mapped_column(String(36))
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_by: Mapped[int | None] = mapped_column(Key)
    disclosed_on: Mapped[date | None]
    disclosed_by: Mapped[int | None] = mapped_column(Key)


class PeerRule(Base):
    """What goes by itself with a State. release: exact matches are answered; ask: it is asked when named.

    onward: whether we ask others on its behalf; behalf: whether we answer what it asks on behalf of others.
    """

    __tablename__ = "peer_rule"
    __table_args__ = table_args(
        CheckConstraint("onward IN ('never', 'officer', 'machine')", name="onward"),
        CheckConstraint("behalf IN ('never', 'officer', 'machine')", name="behalf"),
    )

    state: Mapped[str] = mapped_column(ForeignKey("state.code"), primary_key=True)
    release: Mapped[bool]
    ask: Mapped[bool]
    onward: Mapped[str] = mapped_column(String(10), server_default="never")
    behalf: Mapped[str] = mapped_column(String(10), server_default="never")
    reason: Mapped[str] = mapped_column(String(400))
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)


class Behalf(Base):
    """That another State asks on behalf of a third one. path: codes of States so far, the first one began.

    jti: of the message with which it began; the same word is gone on from once on each way.
    """

    __tablename__ = "trace_behalf"
    __table_args__ = table_args(UniqueConstraint("origin", "jti", "path"))

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    origin: Mapped[str] = mapped_column(String(2))
    path: Mapped[str] = mapped_column(String(20))
    jti: Mapped[str] = mapped_column(String(36))


class AskedOnward(Base):
    """A request of ours that goes on from one of another State, on its behalf."""

    __tablename__ = "trace_onward"
    __table_args__ = table_args(UniqueConstraint("for_id"))

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    for_id: Mapped[int] = mapped_column(ForeignKey("trace_request.id"))


class Hop(Base):
    """What we know of a question that was asked on our behalf, n States from our own.

    stands: where it stands; ground: of a delay or refusal, of the four; proven: whether the signed answer was
    verified here. answer, handling: JSON of what was told and what binds us, "" before. seq: place in the
    channel of the message that told it last. keep_until: the last day on which that State lets us keep its
    answer, NULL where it set no end, or once it is gone.
    """

    __tablename__ = "trace_hop"
    __table_args__ = table_args(
        Index("ix_trace_hop_keep_until", "keep_until", sqlite_where=ENDS, postgresql_where=ENDS),
        CheckConstraint("n BETWEEN 1 AND 3", name="n"),
        CheckConstraint(f"stands IN ({_SENT})", name="stands"),
        CheckConstraint("stands NOT IN ('answered', 'answered_in_part') OR answer <> ''", name="answered"),
    )

    request_id: Mapped[int] = mapped_column(
        ForeignKey("trace_request.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_by: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(2))
    stands: Mapped[str] = mapped_column(String(20))
    late: Mapped[bool]
    ground: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(String(2000), default="", info=PERSONAL)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    handling: Mapped[str] = mapped_column(Text, default="")
    proven: Mapped[bool]
    seq: Mapped[int] = mapped_column(Key)
    jti: Mapped[str] = mapped_column(String(36))
    keep_until: Mapped[date | None]
