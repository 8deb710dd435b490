"""Shapes of campaigns, recoveries, what was recovered and its chain of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.figures import OriginSchema
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema
from schemas.recovery_vocabulary import (
    CampaignKind,
    EvidencePurpose,
    HandoverState,
    ItemCondition,
    ItemKind,
    ItemState,
    RecoveryKind,
)
from schemas.tracing import FindingSchema
from schemas.vocabulary import FirearmType, MarkCondition

MOST_ITEMS = 500


@dataclass(frozen=True)
class PostNew:
    name: str
    place: str
    target: int | None = None


class CollectionPostNewSchema(Shape):
    makes = PostNew
    name = Text(required=True, longest=120)
    place = Text(required=True, longest=120)
    target = Whole(least=1, most=10**7, load_default=None, allow_none=True)


@dataclass(frozen=True)
class CampaignNew:
    """agency: who keeps what is collected. anonymous: whether people may stay unnamed; traced: whether
    marks are traced, which an amnesty may rule out (MOSAIC 05.31)."""

    kind: CampaignKind
    name: str
    legal_basis: str
    agency: str
    starts_on: date
    ends_on: date
    anonymous: bool = False
    traced: bool = True
    target: int | None = None
    posts: tuple[PostNew, ...] = ()


class CampaignNewSchema(Shape):
    makes = CampaignNew
    kind = Code(CampaignKind, required=True)
    name = Text(required=True, longest=120)
    legal_basis = Text(required=True, longest=200)
    agency = Number("P", required=True, metadata={"description": "The public body that keeps the items."})
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    anonymous = fields.Boolean(load_default=False, metadata={"description": "People may stay unnamed."})
    traced = fields.Boolean(load_default=True, metadata={"description": "Marks are traced on entry."})
    target = Whole(least=1, most=10**9, load_default=None, allow_none=True)
    posts = fields.List(
        fields.Nested(CollectionPostNewSchema), required=True, validate=validate.Length(max=200)
    )


@dataclass(frozen=True)
class ClosingNew:
    reason: str


class ClosingNewSchema(Shape):
    makes = ClosingNew
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class ItemNew:
    """mark: as read, with ? * and [5S] for what cannot be read; of ammunition, the code of its lot."""

    kind: ItemKind = ItemKind.FIREARM
    type: FirearmType = FirearmType.UNKNOWN
    maker: str = ""
    model: str = ""
    calibre: str = ""
    country: str | None = None
    mark: str = ""
    mark_condition: MarkCondition = MarkCondition.INTACT
    condition: ItemCondition = ItemCondition.UNKNOWN
    quantity: int = 1
    bag: str = ""
    note: str = ""


class RecoveredItemNewSchema(Shape):
    makes = ItemNew
    kind = Code(ItemKind, load_default=ItemKind.FIREARM)
    type = Code(FirearmType, load_default=FirearmType.UNKNOWN)
    maker = Text(longest=200, load_default="")
    model = Text(longest=80, load_default="")
    calibre = Text(longest=80, load_default="")
    country = Country(load_default=None, allow_none=True, metadata={"description": "Of manufacture."})
    mark = Text(
        longest=128,
        load_default="",
        metadata={"description": "As read, as in a trace; of ammunition the code of its lot."},
    )
    mark_condition = Code(MarkCondition, load_default=MarkCondition.INTACT)
    condition = Code(ItemCondition, load_default=ItemCondition.UNKNOWN)
    quantity = Whole(least=1, most=10**8, load_default=1)
    bag = Text(longest=40, load_default="", metadata={"description": "Number of the evidence bag."})
    note = Text(longest=400, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """A firearm is one."""
        if values["kind"] is ItemKind.FIREARM and values["quantity"] != 1:
            raise ValidationError("Each firearm is an item of its own.", "quantity")


@dataclass(frozen=True)
class RecoveryNew:
    """campaign, post: for what was handed in there. person_name: who handed it in."""

    kind: RecoveryKind
    recovered_on: date
    place: str
    agency: str
    items: tuple[ItemNew, ...]
    circumstances: str = ""
    case_number: str = ""
    campaign: str | None = None
    post: int | None = None
    anonymous: bool = False
    person_name: str = ""
    person_document: str = ""


class RecoveryNewSchema(Shape):
    makes = RecoveryNew
    kind = Code(RecoveryKind, required=True)
    recovered_on = Day(required=True)
    place = Text(required=True, longest=120)
    agency = Number("P", required=True, metadata={"description": "The public body that keeps the items."})
    items = fields.List(
        fields.Nested(RecoveredItemNewSchema), required=True, validate=validate.Length(min=1, max=MOST_ITEMS)
    )
    circumstances = Text(longest=2000, load_default="")
    case_number = Text(longest=80, load_default="")
    campaign = Number("RC", load_default=None, allow_none=True)
    post = Whole(least=1, most=200, load_default=None, allow_none=True)
    anonymous = fields.Boolean(load_default=False)
    person_name = Text(longest=200, load_default="")
    person_document = Text(longest=80, load_default="")


@dataclass(frozen=True)
class MatchNew:
    """firearm: the record that an item is of; None: it is of none of those that fit."""

    reason: str
    firearm: str | None = None


class MatchNewSchema(Shape):
    makes = MatchNew
    reason = Text(required=True, longest=400)
    firearm = Number("F", load_default=None, allow_none=True)


@dataclass(frozen=True)
class HoldNew:
    """held_for: why it must stay; "" releases it. reason: of the release."""

    held_for: str = ""
    reason: str = ""


class HoldNewSchema(Shape):
    makes = HoldNew
    held_for = Text(longest=400, load_default="")
    reason = Text(longest=400, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """Either is said."""
        if not values["held_for"] and not values["reason"]:
            raise ValidationError("Say why.", "reason")


@dataclass(frozen=True)
class HandoverNew:
    """taker: the sign-in name of who is to sign for it. items: numbers of evidence."""

    taker: str
    purpose: EvidencePurpose
    place: str
    items: tuple[str, ...]
    note: str = ""


class HandoverNewSchema(Shape):
    makes = HandoverNew
    taker = Text(required=True, longest=80)
    purpose = Code(EvidencePurpose, required=True)
    place = Text(required=True, longest=120)
    items = fields.List(Number("EV"), required=True, validate=validate.Length(min=1, max=MOST_ITEMS))
    note = Text(longest=400, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """The first link is made when it is recovered, and an item is handed over once."""
        if values["purpose"] is EvidencePurpose.RECEIVED:
            raise ValidationError("Say what it changes hands for.", "purpose")
        if len(set(values["items"])) < len(values["items"]):
            raise ValidationError("An item is named twice.", "items")


@dataclass(frozen=True)
class SigningNew:
    """broken: numbers of items whose bag or seal is not whole; note: what was seen."""

    broken: tuple[str, ...] = ()
    note: str = ""


class SigningNewSchema(Shape):
    makes = SigningNew
    broken = fields.List(Number("EV"), load_default=(), validate=validate.Length(max=MOST_ITEMS))
    note = Text(longest=400, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """A broken seal is described."""
        if values["broken"] and not values["note"]:
            raise ValidationError("Say what was seen.", "note")


class PostSchema(Shape):
    n = fields.Integer(required=True)
    name = fields.String(required=True)
    place = fields.String(required=True)
    target = fields.Integer(required=True, allow_none=True)
    firearms = fields.Integer(required=True)
    parts = fields.Integer(required=True)
    ammunition = fields.Integer(required=True, metadata={"description": "Cartridges."})


class CampaignSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = Code(CampaignKind, required=True)
    name = fields.String(required=True)
    legal_basis = fields.String(required=True)
    agency = fields.Nested(PartyNameSchema, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    anonymous = fields.Boolean(required=True)
    traced = fields.Boolean(required=True)
    target = fields.Integer(required=True, allow_none=True)
    firearms = fields.Integer(required=True)
    parts = fields.Integer(required=True)
    ammunition = fields.Integer(required=True)
    posts = fields.List(fields.Nested(PostSchema), required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class CampaignsAsked(PageAsked):
    open: bool | None = None


class CampaignsAskedSchema(PageAskedSchema):
    makes = CampaignsAsked
    open = fields.Boolean(load_default=None)


class LinkSchema(Shape):
    """giver: null for the first link, when it was recovered."""

    n = fields.Integer(required=True)
    giver = fields.String(required=True, allow_none=True)
    taker = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)
    taken_at = fields.AwareDateTime(required=True)
    purpose = Code(EvidencePurpose, required=True)
    place = fields.String(required=True)
    bag = fields.String(required=True)
    intact = fields.Boolean(required=True)
    note = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256, bound to the link before."})


class ItemRowSchema(Shape):
    number = fields.String(required=True)
    recovery = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = Code(ItemKind, required=True)
    type = fields.String(required=True)
    maker = fields.String(required=True)
    model = fields.String(required=True)
    calibre = fields.String(required=True)
    mark = fields.String(required=True)
    mark_condition = Code(MarkCondition, required=True)
    condition = Code(ItemCondition, required=True)
    quantity = fields.Integer(required=True)
    bag = fields.String(required=True)
    authority_number = fields.String(
        required=True, metadata={"description": "Given by the authority, or empty."}
    )
    outcome = fields.String(required=True, metadata={"description": "Of its trace, or empty."})
    severity = fields.String(required=True, metadata={"description": "Of the gravest finding, or empty."})
    firearm = fields.String(required=True, allow_none=True)
    held_for = fields.String(required=True)
    state = Code(ItemState, required=True)
    custodian = fields.String(required=True)


class RecoveredItemSchema(ItemRowSchema):
    country = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    trace = fields.String(required=True, allow_none=True)
    custody_step = fields.Integer(required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    fits = fields.List(
        fields.String(), required=True, metadata={"description": "Records that the trace found to fit."}
    )
    chain = fields.List(fields.Nested(LinkSchema), required=True)
    chain_is_whole = fields.Boolean(required=True)
    origin = fields.Nested(OriginSchema, required=True, allow_none=True)


class RecoverySchema(Shape):
    """person_name, person_document: empty where nobody is named, or where the reader may not see them."""

    number = fields.String(required=True)
    kind = Code(RecoveryKind, required=True)
    recovered_on = fields.Date(required=True)
    place = fields.String(required=True)
    circumstances = fields.String(required=True)
    case_number = fields.String(required=True)
    agency = fields.Nested(PartyNameSchema, required=True)
    campaign = fields.String(required=True, allow_none=True)
    post = fields.Integer(required=True, allow_none=True)
    anonymous = fields.Boolean(required=True)
    person_name = fields.String(required=True)
    person_document = fields.String(required=True)
    items = fields.List(fields.Nested(ItemRowSchema), required=True)
    recorded_at = fields.AwareDateTime(required=True)


class RecoveryRowSchema(Shape):
    number = fields.String(required=True)
    kind = Code(RecoveryKind, required=True)
    recovered_on = fields.Date(required=True)
    place = fields.String(required=True)
    case_number = fields.String(required=True)
    campaign = fields.String(required=True, allow_none=True)
    anonymous = fields.Boolean(required=True)
    items = fields.Integer(required=True)


@dataclass(frozen=True, kw_only=True)
class RecoveriesAsked(PageAsked):
    kind: RecoveryKind | None = None
    campaign: str = ""
    case_number: str = ""
    on: date | None = None


class RecoveriesAskedSchema(PageAskedSchema):
    makes = RecoveriesAsked
    kind = Code(RecoveryKind, load_default=None)
    campaign = Number("RC", load_default="")
    case_number = Text(longest=80, load_default="")
    on = Day(load_default=None, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class ItemsAsked(PageAsked):
    """q: a number of evidence, authority or firearm, a bag, or a mark as read. mine: in one's own hands."""

    q: str = ""
    state: ItemState | None = None
    kind: ItemKind | None = None
    campaign: str = ""
    mine: bool | None = None
    open: bool | None = None


class ItemsAskedSchema(PageAskedSchema):
    makes = ItemsAsked
    q = Text(longest=128, load_default="")
    state = Code(ItemState, load_default=None)
    kind = Code(ItemKind, load_default=None)
    campaign = Number("RC", load_default="")
    mine = fields.Boolean(load_default=None)
    open = fields.Boolean(
        load_default=None, metadata={"description": "Records fit, and nobody has decided which it is."}
    )


class HandoverSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    giver = fields.String(required=True)
    taker = fields.String(required=True)
    purpose = Code(EvidencePurpose, required=True)
    place = fields.String(required=True)
    note = fields.String(required=True)
    state = Code(HandoverState, required=True)
    reason = fields.String(required=True)
    items = fields.List(fields.String(), required=True)
    offered_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class HandoversAsked(PageAsked):
    state: HandoverState | None = None


class HandoversAskedSchema(PageAskedSchema):
    makes = HandoversAsked
    state = Code(HandoverState, load_default=None)
