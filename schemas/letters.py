"""Shapes of requests and answers that go by other means: carried away, or entered by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import Shape
from schemas.exchange import LONGEST_ATTACHMENT
from schemas.fields import Code, Country, Day, Text
from schemas.requests import RequestNew, RequestNewSchema
from schemas.requests_vocabulary import Means, Onward, RequestAct, RestrictionGround, Usefulness
from schemas.vocabulary import Outcome

LONGEST_SCAN = LONGEST_ATTACHMENT  # bytes
ENTERED = (
    RequestAct.ACKNOWLEDGE,
    RequestAct.ASK_MORE,
    RequestAct.ANSWER,
    RequestAct.ANSWER_IN_PART,
    RequestAct.DELAY,
    RequestAct.REFUSE,
    RequestAct.GIVE_MORE,
    RequestAct.CLARIFY,
    RequestAct.REMIND,
    RequestAct.WITHDRAW,
    RequestAct.CLOSE,
)
"""What a letter of another State may say."""


@dataclass(frozen=True)
class CarryNew:
    """sent_on: None for today; words: such as the number of the consignment."""

    means: Means
    sent_on: date | None = None
    words: str = ""


class CarryNewSchema(Shape):
    """That a complete request leaves as paper and signed file, by other means than the exchange."""

    makes = CarryNew
    means = Code(Means, required=True)
    sent_on = Day(load_default=None, allow_none=True, metadata={"description": "Today, where none is told."})
    words = Text(longest=400, load_default="", metadata={"description": "Such as its consignment's number."})


@dataclass(frozen=True)
class LetterScan:
    name: str
    content: str


class LetterScanSchema(Shape):
    """The letter itself: PDF, JPEG or PNG, at most 10 MiB, kept byte for byte."""

    makes = LetterScan
    name = Text(required=True, longest=200)
    content = fields.String(required=True, metadata={"description": "In base64."})


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What another State wrote. reference: its number of the case.

    What an answer tells: outcome, statement, last_holder, next_state with next_on and its paper; onward,
    retain_until and caveat bind us. useful: of a close.
    """

    act: RequestAct
    means: Means
    received_on: date
    reference: str = ""
    words: str = ""
    ground: RestrictionGround | None = None
    until: date | None = None
    useful: Usefulness | None = None
    outcome: Outcome | None = None
    statement: str = ""
    last_holder: str = ""
    next_state: str | None = None
    next_on: date | None = None
    document_kind: str = ""
    document_number: str = ""
    onward: Onward = Onward.CONSENT
    retain_until: date | None = None
    caveat: str = ""


class LetterSchema(Shape):
    makes = Letter
    act = Code(RequestAct, required=True)
    means = Code(Means, required=True)
    received_on = Day(required=True)
    reference = Text(longest=40, load_default="", metadata={"description": "Its number there."})
    words = Text(longest=2000, load_default="", metadata={"description": "What it says, in words."})
    ground = Code(RestrictionGround, load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    useful = Code(Usefulness, load_default=None, allow_none=True)
    outcome = Code(Outcome, load_default=None, allow_none=True)
    statement = Text(longest=4000, load_default="")
    last_holder = Text(longest=400, load_default="")
    next_state = Country(load_default=None, allow_none=True)
    next_on = Day(load_default=None, allow_none=True)
    document_kind = Text(longest=40, load_default="")
    document_number = Text(longest=80, load_default="")
    onward = Code(Onward, load_default=Onward.CONSENT)
    retain_until = Day(load_default=None, allow_none=True)
    caveat = Text(longest=60, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """Only what another State does can come by letter."""
        if values["act"] not in ENTERED:
            raise ValidationError("No letter says this.", "act")


@dataclass(frozen=True, kw_only=True)
class EnteredLetter(Letter):
    scan: LetterScan


class EnteredLetterSchema(LetterSchema):
    makes = EnteredLetter  # type: ignore[assignment] # it makes more
    scan = fields.Nested(LetterScanSchema, required=True)


@dataclass(frozen=True, kw_only=True)
class RequestLetter(RequestNew):
    """A request that came by letter. sender: the State that asks; reference: its number of the case."""

    to: str = ""
    sender: str
    means: Means
    received_on: date
    reference: str = ""


class RequestLetterSchema(RequestNewSchema):
    makes = RequestLetter  # type: ignore[assignment] # it makes more
    to = Country(load_default="", metadata={"description": "Our own State; need not be told."})
    sender = Country(required=True)
    means = Code(Means, required=True)
    received_on = Day(required=True)
    reference = Text(longest=40, load_default="")


@dataclass(frozen=True, kw_only=True)
class RequestLetterNew(RequestLetter):
    scan: LetterScan


class RequestLetterNewSchema(RequestLetterSchema):
    makes = RequestLetterNew  # type: ignore[assignment] # it makes more
    scan = fields.Nested(LetterScanSchema, required=True)
