"""Shapes of requests between States as pages and API take and give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.completeness import RequestDraft, RequestDraftSchema
from schemas.disclosures import DisclosureSchema
from schemas.fields import Code, Country, Day, Text
from schemas.paging import PageAsked, PageAskedSchema
from schemas.request_messages import FIRST_STEP, FieldsWanted
from schemas.requests_vocabulary import (
    AttachmentState,
    ConsentState,
    Delegation,
    Direction,
    FieldWanted,
    ForOthers,
    Onward,
    RequestAct,
    RequestState,
    RestrictionGround,
    Urgency,
    Usefulness,
)
from schemas.vocabulary import Purpose, Severity

MOST_WITHHELD = 400


@dataclass(frozen=True, kw_only=True)
class RequestNew(RequestDraft):
    """A request as it is written. to: the State asked; trace: the trace it comes from, "" for none.

    left_on, document_kind, document_number: how the firearm went there, as far as that may be told.
    fields_wanted: what is to be told, and nothing else. delegation: whether the State asked may ask the next
    one for us, with what is said here of case and purpose.
    """

    to: str
    case_number: str
    purpose: Purpose = Purpose.CRIMINAL_INVESTIGATION
    urgency: Urgency = Urgency.ROUTINE
    trace: str = ""
    left_on: date | None = None
    document_kind: str = ""
    document_number: str = ""
    fields_wanted: tuple[FieldWanted, ...] = FIRST_STEP
    delegation: Delegation = Delegation.NONE


class RequestNewSchema(RequestDraftSchema):
    makes = RequestNew  # type: ignore[assignment] # it makes more than the draft
    to = Country(required=True, metadata={"description": "The State that is asked."})
    case_number = Text(required=True, longest=120)
    purpose = Code(Purpose, load_default=Purpose.CRIMINAL_INVESTIGATION)
    urgency = Code(Urgency, load_default=Urgency.ROUTINE)
    trace = Text(longest=40, load_default="", metadata={"description": "Number of the trace it comes from."})
    left_on = Day(load_default=None, allow_none=True)
    document_kind = Text(longest=40, load_default="")
    document_number = Text(longest=80, load_default="")
    fields_wanted = FieldsWanted()
    delegation = Code(
        Delegation,
        load_default=Delegation.NONE,
        metadata={"description": "Whether the State asked may ask the next one on our behalf."},
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something done in a request.

    words: to the other State. ground: of a delay, restriction or refusal. until: the new date of a delay.
    outcome: of a close. withheld: places of the answer that stay here; onward, retain_until, caveat: what
    its receiver is held to.
    """

    act: RequestAct
    words: str = ""
    ground: RestrictionGround | None = None
    until: date | None = None
    outcome: Usefulness | None = None
    withheld: tuple[str, ...] = ()
    onward: Onward = Onward.CONSENT
    retain_until: date | None = None
    caveat: str = ""


class StepSchema(Shape):
    makes = Step
    act = Code(RequestAct, required=True)
    words = Text(longest=2000, load_default="", metadata={"description": "To the other State."})
    ground = Code(RestrictionGround, load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    outcome = Code(Usefulness, load_default=None, allow_none=True)
    withheld = fields.List(
        Text(longest=80),
        load_default=(),
        validate=validate.Length(max=MOST_WITHHELD),
        metadata={"description": "Places of the answer that are not told, such as `steps.0.to_name`."},
    )
    onward = Code(Onward, load_default=Onward.CONSENT)
    retain_until = Day(load_default=None, allow_none=True)
    caveat = Text(longest=60, load_default="")


@dataclass(frozen=True)
class ConsentNew:
    """recipient: who would get the answer; purpose: for what."""

    recipient: str
    purpose: str


class ConsentNewSchema(Shape):
    makes = ConsentNew
    recipient = Text(required=True, longest=120)
    purpose = Text(required=True, longest=400)


@dataclass(frozen=True)
class ConsentReply:
    granted: bool
    words: str = ""


class ConsentReplySchema(Shape):
    makes = ConsentReply
    granted = fields.Boolean(required=True)
    words = Text(longest=400, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """A refusal says why."""
        if not values["granted"] and not values["words"]:
            raise ValidationError("Say why.", "words")


@dataclass(frozen=True)
class PeerRuleNew:
    """What goes by itself with a State. release: exact matches are answered; ask: it is asked when named.

    onward: who decides whether we ask the next State on its behalf; behalf: whether we answer what it asks on
    behalf of others.
    """

    release: bool
    ask: bool
    reason: str
    onward: ForOthers = ForOthers.NEVER
    behalf: ForOthers = ForOthers.NEVER


class PeerRuleNewSchema(Shape):
    makes = PeerRuleNew
    release = fields.Boolean(load_default=False)
    ask = fields.Boolean(load_default=False)
    reason = Text(required=True, longest=400)
    onward = Code(
        ForOthers,
        load_default=ForOthers.NEVER,
        metadata={"description": "Who decides whether the next State is asked on its behalf."},
    )
    behalf = Code(
        ForOthers,
        load_default=ForOthers.NEVER,
        metadata={"description": "Who decides whether what it asks on behalf of others is answered."},
    )


class PeerRuleSchema(Shape):
    state = fields.String(required=True)
    release = fields.Boolean(required=True)
    ask = fields.Boolean(required=True)
    onward = Code(ForOthers, required=True)
    behalf = Code(ForOthers, required=True)
    reason = fields.String(required=True)
    set_at = fields.AwareDateTime(required=True)


@dataclass(frozen=True, kw_only=True)
class RequestsAsked(PageAsked):
    direction: Direction | None = None
    state: RequestState | None = None
    peer: str | None = None
    case_number: str = ""


class RequestsAskedSchema(PageAskedSchema):
    makes = RequestsAsked
    direction = Code(Direction, load_default=None)
    state = Code(RequestState, load_default=None)
    peer = Country(load_default=None)
    case_number = Text(longest=120, load_default="")


class RequestRowSchema(Shape):
    number = fields.String(required=True)
    direction = Code(Direction, required=True)
    peer = fields.String(required=True)
    state = Code(RequestState, required=True)
    urgency = Code(Urgency, required=True)
    mark = fields.String(required=True)
    case_number = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    late = fields.Boolean(required=True)


class RequestGapSchema(Shape):
    field = fields.String(required=True)
    severity = Code(Severity, required=True)
    text = fields.String(required=True)
    article = fields.String(required=True)


class RequestEventSchema(Shape):
    n = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    by_us = fields.Boolean(required=True)
    words = fields.String(required=True)
    details = fields.Dict(required=True, metadata={"description": "What was sent or came, as it was."})
    message = fields.String(required=True, metadata={"description": "Identifier of the signed message."})
    delivered = fields.Boolean(required=True, allow_none=True)
    carried = fields.Boolean(
        required=True, metadata={"description": "Its signed message leaves as a file, which can be fetched."}
    )
    file = fields.String(required=True, metadata={"description": "Name of the scan it was entered from."})


class ConsentSchema(Shape):
    n = fields.Integer(required=True)
    recipient = fields.String(required=True)
    purpose = fields.String(required=True)
    state = Code(ConsentState, required=True)
    words = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class RequestFileSchema(Shape):
    """The scan of a letter that is kept with a request. n: of the step it says."""

    n = fields.Integer(required=True)
    name = fields.String(required=True)
    media = fields.String(required=True)
    size = fields.Integer(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256, hexadecimal."})
    recorded_at = fields.AwareDateTime(required=True)
    recorded_by = fields.String(required=True)


@dataclass(frozen=True)
class AttachmentNew:
    name: str
    content: str


class AttachmentNewSchema(Shape):
    """A file that goes with the next step: PDF, JPEG or PNG, at most 10 MiB."""

    makes = AttachmentNew
    name = Text(required=True, longest=200)
    content = fields.String(required=True, metadata={"description": "In base64."})


class AttachmentShownSchema(Shape):
    """A file of ours that goes with a request or answer, or one of theirs that came with it."""

    digest = fields.String(required=True, metadata={"description": "SHA-256, hexadecimal."})
    name = fields.String(required=True)
    media = fields.String(required=True)
    size = fields.Integer(required=True)
    by_us = fields.Boolean(required=True)
    at = fields.AwareDateTime(required=True)
    state = Code(AttachmentState, required=True)
    message = fields.String(required=True, metadata={"description": "The signed message that names it."})
    problem = fields.String(required=True, metadata={"description": "Why a file of theirs is not here."})


class HandlingShownSchema(Shape):
    audience = fields.List(fields.String(), required=True)
    onward = fields.String(required=True)
    retain_until = fields.String(required=True, allow_none=True)
    caveat = fields.String(required=True)


class BehalfSchema(Shape):
    """On whose behalf another State asks. path: States so far, the one that began first."""

    state = fields.String(required=True)
    path = fields.List(fields.String(), required=True)
    message = fields.String(required=True, metadata={"description": "The signed message of who began."})


class HopSchema(Shape):
    """What became of a question that was asked on our behalf."""

    n = fields.Integer(required=True)
    asked_by = fields.String(required=True)
    state = fields.String(required=True)
    stands = Code(RequestState, required=True)
    late = fields.Boolean(required=True)
    ground = fields.String(required=True)
    words = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    answer = fields.Dict(required=True, allow_none=True, metadata={"description": "As it was told."})
    handling = fields.Nested(HandlingShownSchema, required=True, allow_none=True)
    proven = fields.Boolean(
        required=True,
        metadata={"description": "Its signature was verified here; else it was seen through another State."},
    )
    confirmed = fields.Boolean(
        required=True,
        metadata={"description": "The root of the State that answered is confirmed here now."},
    )
    message = fields.String(required=True, metadata={"description": "The message that told of it."})


class RequestSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    direction = Code(Direction, required=True)
    peer = fields.String(required=True)
    state = Code(RequestState, required=True)
    urgency = Code(Urgency, required=True)
    asked = fields.Nested(RequestNewSchema, required=True)
    trace = fields.String(required=True, metadata={"description": "Of our own records; empty for none."})
    behalf = fields.Nested(BehalfSchema, required=True, allow_none=True)
    onward = fields.String(
        required=True, metadata={"description": "Our request that goes on from it, or that it goes on from."}
    )
    hops = fields.List(fields.Nested(HopSchema), required=True)
    follows = fields.String(required=True, metadata={"description": "The request whose answer led here."})
    thread = fields.String(required=True)
    their_number = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    acknowledged_at = fields.AwareDateTime(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    answer = fields.Dict(required=True, allow_none=True, metadata={"description": "As it was told."})
    handling = fields.Nested(HandlingShownSchema, required=True, allow_none=True)
    binding = fields.String(
        required=True,
        metadata={
            "description": "Why nobody reads what is told in it from now on, what can be done; else empty."
        },
    )
    outcome = fields.String(required=True)
    holder = fields.String(
        required=True,
        metadata={"description": "Of us, who holds it last: asked, named, kept; empty where nobody asked."},
    )
    means = fields.String(
        required=True, metadata={"description": "By which other means it goes; empty by the exchange."}
    )
    entered_by = fields.String(
        required=True, metadata={"description": "Who entered their answer by hand; empty for nobody."}
    )
    files = fields.List(fields.Nested(RequestFileSchema), required=True)
    attachments = fields.List(fields.Nested(AttachmentShownSchema), required=True)
    gaps = fields.List(fields.Nested(RequestGapSchema), required=True)
    possible = fields.List(Code(RequestAct), required=True)
    events = fields.List(fields.Nested(RequestEventSchema), required=True)
    consents = fields.List(fields.Nested(ConsentSchema), required=True)
    disclosures = fields.List(fields.Nested(DisclosureSchema), required=True)
