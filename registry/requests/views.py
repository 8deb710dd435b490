"""Requests as edges show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.completeness import Gap
from schemas.requests import RequestNew
from schemas.requests_vocabulary import AttachmentState, RequestAct


@dataclass(frozen=True)
class EventView:
    """by: below nought the other State, 0 the machine. delivered: receipted; None for what was not sent.

    carried: its signed message leaves as a file. file: name of the scan entered with it, "" for none.
    """

    n: int
    at: datetime
    what: str
    by: int
    by_us: bool
    words: str
    details: dict[str, Any]
    message: str
    delivered: bool | None
    carried: bool
    file: str


@dataclass(frozen=True)
class FileView:
    """The scan of a letter. n: of the step it says; digest: SHA-256, hexadecimal."""

    n: int
    name: str
    media: str
    size: int
    digest: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True)
class AttachmentView:
    """A file that goes with a request or answer, or came with it. digest: SHA-256, hexadecimal.

    at: when we added it or they announced it; by: who of us; message: that names it, "" before. problem: why
    theirs is not here.
    """

    digest: str
    name: str
    media: str
    size: int
    by_us: bool
    at: datetime
    by: str
    state: AttachmentState
    message: str
    problem: str


@dataclass(frozen=True)
class ConsentView:
    n: int
    recipient: str
    purpose: str
    state: str
    words: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class DisclosureView:
    """receipted: whether the source has the notice."""

    n: int
    by_us: bool
    recipient: str
    legal_basis: str
    planned_on: date
    words: str
    told_at: datetime
    message: str
    receipted: bool
    seen_at: datetime | None
    disclosed_on: date | None


@dataclass(frozen=True)
class BehalfView:
    """On whose behalf a State asks. path: States so far; message: that with which it began."""

    state: str
    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, kw_only=True)
class HopView:
    """What became of a question on our behalf. message: that which told it.

    proven: verified here; confirmed: whether the root of the State that answered is confirmed here now.
    """

    n: int
    asked_by: str
    state: str
    stands: str
    late: bool
    ground: str
    words: str
    asked_at: datetime
    answered_at: datetime | None
    answer: dict[str, Any] | None
    handling: dict[str, Any] | None
    proven: bool
    confirmed: bool
    message: str


@dataclass(frozen=True)
class RequestView:
    """One request. possible: what our side may do now; late: whether the clock has run out.

    means: by which other means it went or came, "" by the exchange; entered_by: who entered their answer.
    onward: the request that goes on from it, or that it goes on from, on behalf of another State.
    binding: why nobody reads what is told from now on, "" where it is read.
    """

    id: int
    number: str
    version: int
    direction: str
    peer: str
    state: str
    urgency: str
    asked: RequestNew
    trace: str
    follows: str
    behalf: BehalfView | None
    onward: str
    hops: tuple[HopView, ...]
    thread: str
    their_number: str
    made_at: datetime
    made_by: int
    sent_at: datetime | None
    acknowledged_at: datetime | None
    due_at: datetime | None
    late: bool
    escalated_at: datetime | None
    answered_at: datetime | None
    answer: dict[str, Any] | None
    handling: dict[str, Any] | None
    binding: str
    outcome: str
    holder: str
    means: str
    entered_by: str
    files: tuple[FileView, ...]
    attachments: tuple[AttachmentView, ...]
    gaps: tuple[Gap, ...]
    possible: tuple[RequestAct, ...]
    events: tuple[EventView, ...]
    consents: tuple[ConsentView, ...]
    disclosures: tuple[DisclosureView, ...]


@dataclass(frozen=True)
class RequestRow:
    number: str
    direction: str
    peer: str
    state: str
    urgency: str
    mark: str
    case_number: str
    made_at: datetime
    due_at: datetime | None
    late: bool
    escalated: bool


@dataclass(frozen=True)
class PeerRuleView:
    state: str
    release: bool
    ask: bool
    onward: str
    behalf: str
    reason: str
    set_at: datetime | None
    version: int
