"""Shapes of applications and licences as they are told; `licensing_views` has what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.licensing_vocabulary import (
    EvidenceKind,
    GoodsKind,
    Intermediary,
    LicenceKind,
    LicenceState,
    TemporaryPurpose,
)
from schemas.paging import PageAsked, PageAskedSchema

MOST_LINES, MOST_ITEMS, MOST_STATES = 50, 500, 20


def many(shape: type[Shape], most: int, **options: Any) -> fields.List[Any]:
    """A list of nested shapes, not longer than `most`."""
    return fields.List(fields.Nested(shape), validate=validate.Length(max=most), **options)


@dataclass(frozen=True)
class ItemNew:
    """firearm with component: on record here; lot with first and last; else serial, maker, country_made.

    quantity: of cartridges whose lot, named by its code as serial, is not on record here.
    """

    firearm: str | None = None
    component: int | None = None
    lot: str | None = None
    first: int | None = None
    last: int | None = None
    serial: str = ""
    maker: str = ""
    country_made: str | None = None
    quantity: int | None = None


class ItemNewSchema(Shape):
    makes = ItemNew
    firearm = Number("F", load_default=None, allow_none=True)
    component = Whole(least=1, most=99, load_default=None, allow_none=True)
    lot = Number("L", load_default=None, allow_none=True)
    first = Whole(
        least=0,
        most=10**12,
        load_default=None,
        allow_none=True,
        metadata={"description": "First position of a span of cartridges, from 0."},
    )
    last = Whole(least=0, most=10**12, load_default=None, allow_none=True)
    serial = Text(
        longest=64,
        load_default="",
        metadata={"description": "Of goods not on record here: of cartridges the code of their lot."},
    )
    maker = Text(longest=120, load_default="")
    country_made = Country(load_default=None, allow_none=True)
    quantity = Whole(
        least=1,
        most=10**9,
        load_default=None,
        allow_none=True,
        metadata={"description": "Cartridges of a lot that is not on record here."},
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """One of the three ways to name goods."""
        told = [name for name in ("firearm", "lot", "serial") if values.get(name)]
        if len(told) != 1:
            raise ValidationError("A firearm, a span of a lot, or a serial.", "serial")
        first, last = values.get("first"), values.get("last")
        if told == ["lot"] and (first is None or last is None or last < first):
            raise ValidationError("First and last position of the span.", "last")
        if told != ["lot"] and (first is not None or last is not None):
            raise ValidationError("Only of a lot on record.", "first")
        if told != ["firearm"] and values.get("component") is not None:
            raise ValidationError("Only of a firearm on record.", "component")
        if values.get("quantity") is not None and told != ["serial"]:
            raise ValidationError("Only of a lot that is not on record here.", "quantity")


@dataclass(frozen=True)
class LineNew:
    goods: GoodsKind
    hs: str
    description: str
    quantity: int
    calibre: str = ""
    war_material: bool = False
    items: tuple[ItemNew, ...] = ()


class LineNewSchema(Shape):
    makes = LineNew
    goods = Code(GoodsKind, required=True)
    hs = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9]{4,10}\Z", error="4 to 10 digits of the Harmonised System."),
        metadata={"description": "Heading of chapter 93, or a longer code."},
    )
    description = Text(required=True, longest=200)
    quantity = Whole(required=True, least=1, most=10**9)
    calibre = Text(longest=80, load_default="")
    war_material = fields.Boolean(load_default=False)
    items = many(ItemNewSchema, MOST_ITEMS, load_default=())


@dataclass(frozen=True)
class ParticipantNew:
    role: Intermediary
    name: str
    country: str
    address: str = ""


class ParticipantNewSchema(Shape):
    makes = ParticipantNew
    role = Code(Intermediary, required=True)
    name = Text(required=True, longest=200)
    country = Country(required=True)
    address = Text(longest=400, load_default="")


@dataclass(frozen=True, kw_only=True)
class Application:
    """What is asked for; what is left out stays as it is. direct: no other State is passed.

    place, conditions: of the authority, which alone may give them.
    """

    export_country: str | None = None
    import_country: str | None = None
    transits: tuple[str, ...] | None = None
    direct: bool | None = None
    recipient: str | None = None
    recipient_name: str | None = None
    recipient_address: str | None = None
    end_use: str | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    return_by: date | None = None
    lines: tuple[LineNew, ...] | None = None
    participants: tuple[ParticipantNew, ...] | None = None
    place: str | None = None
    conditions: str | None = None


class ApplicationSchema(Shape):
    """Fields left out stay as they are."""

    makes = Application
    export_country = Country(load_default=None)
    import_country = Country(load_default=None)
    transits = fields.List(
        Country(),
        load_default=None,
        validate=validate.Length(max=MOST_STATES),
        metadata={"description": "States on the way, in the order of the way."},
    )
    direct = fields.Boolean(load_default=None, metadata={"description": "No other State is passed."})
    recipient = Number(
        "P", load_default=None, metadata={"description": "Final recipient, where the directory has it."}
    )
    recipient_name = Text(longest=200, load_default=None)
    recipient_address = Text(longest=400, load_default=None)
    end_use = Text(longest=400, load_default=None)
    starts_on = Day(load_default=None)
    expires_on = Day(load_default=None, metadata={"description": "Its last day, until midnight."})
    return_by = Day(load_default=None, metadata={"description": "Until when what leaves for a time is back."})
    lines = many(LineNewSchema, MOST_LINES, load_default=None)
    participants = many(ParticipantNewSchema, MOST_STATES, load_default=None)
    place = Text(longest=120, load_default=None, metadata={"description": "Of issue; by the authority."})
    conditions = Text(longest=2000, load_default=None, metadata={"description": "By the authority."})

    def consistent(self, values: dict[str, Any]) -> None:
        """A State is passed once."""
        passed = values.get("transits") or ()
        if len(set(passed)) < len(passed):
            raise ValidationError("Name each State once.", "transits")


@dataclass(frozen=True, kw_only=True)
class LicenceNew(Application):
    """holder: who asks; left out by a trader, who asks for their own company."""

    kind: LicenceKind
    purpose: TemporaryPurpose | None = None
    holder: str | None = None


class LicenceNewSchema(ApplicationSchema):
    makes = LicenceNew  # type: ignore[assignment]
    kind = Code(LicenceKind, required=True)
    purpose = Code(
        TemporaryPurpose,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a temporary licence (FP 10(6)); empty: for good."},
    )
    holder = Number("P", load_default=None, allow_none=True)


@dataclass(frozen=True)
class Goods:
    """Which goods a line is made of."""

    line: int
    items: tuple[ItemNew, ...]


class GoodsSchema(Shape):
    makes = Goods
    line = Whole(required=True, least=1, most=MOST_LINES)
    items = many(ItemNewSchema, MOST_ITEMS, required=True)


@dataclass(frozen=True)
class ImportTold:
    number: str
    authority: str
    country: str
    issued_on: date
    expires_on: date


class ImportToldSchema(Shape):
    """The importing State's licence as the applicant shows it."""

    makes = ImportTold
    number = Text(required=True, longest=80)
    authority = Text(required=True, longest=200)
    country = Country(required=True)
    issued_on = Day(required=True)
    expires_on = Day(required=True)

    def consistent(self, values: dict[str, Any]) -> None:
        """The last day comes after the first."""
        if values["expires_on"] < values["issued_on"]:
            raise ValidationError("The last day comes after the first.", "expires_on")


@dataclass(frozen=True)
class EndUserTold:
    number: str
    issued_on: date
    country: str
    end_user: str
    address: str
    signed_by: str
    end_use: str
    contract: str = ""
    expires_on: date | None = None
    position: str = ""
    certified_by: str = ""
    no_re_export: bool = False
    delivery_verification: bool = False


class EndUserToldSchema(Shape):
    """The end-user certificate as the applicant shows it."""

    makes = EndUserTold
    number = Text(required=True, longest=80)
    issued_on = Day(required=True)
    country = Country(required=True)
    end_user = Text(required=True, longest=200)
    address = Text(required=True, longest=400)
    signed_by = Text(required=True, longest=200)
    end_use = Text(required=True, longest=400)
    contract = Text(longest=80, load_default="")
    expires_on = Day(load_default=None, allow_none=True)
    position = Text(longest=120, load_default="")
    certified_by = Text(
        longest=200, load_default="", metadata={"description": "Authority of the final country."}
    )
    no_re_export = fields.Boolean(load_default=False)
    delivery_verification = fields.Boolean(load_default=False)


@dataclass(frozen=True)
class EvidenceNew:
    kind: EvidenceKind
    number: str
    issued_by: str
    issued_on: date
    expires_on: date | None = None
    sha256: str = ""
    note: str = ""


class EvidenceNewSchema(Shape):
    makes = EvidenceNew
    kind = Code(EvidenceKind, required=True)
    number = Text(required=True, longest=80)
    issued_by = Text(required=True, longest=200)
    issued_on = Day(required=True)
    expires_on = Day(load_default=None, allow_none=True)
    sha256 = fields.String(
        load_default="",
        validate=validate.Regexp(r"^([0-9a-f]{64})?\Z", error="64 hexadecimal digits."),
        metadata={"description": "SHA-256 of the file that was shown."},
    )
    note = Text(longest=400, load_default="")


@dataclass(frozen=True)
class Said:
    text: str


class SaidSchema(Shape):
    """What is asked, or answered."""

    makes = Said
    text = Text(required=True, longest=2000)


@dataclass(frozen=True)
class Because:
    reason: str


class BecauseSchema(Shape):
    makes = Because
    reason = Text(required=True, longest=2000)


@dataclass(frozen=True, kw_only=True)
class LicencesAsked(PageAsked):
    """mine: taken up by whoever asks; overdue: not decided in time, or not returned in time."""

    q: str = ""
    kind: LicenceKind | None = None
    state: LicenceState | None = None
    country: str = ""
    holder: str = ""
    temporary: bool | None = None
    mine: bool = False
    overdue: bool = False


class LicencesAskedSchema(PageAskedSchema):
    makes = LicencesAsked
    q = Text(
        longest=80, load_default="", metadata={"description": "Number, or how the holder's name begins."}
    )
    kind = Code(LicenceKind, load_default=None)
    state = Code(LicenceState, load_default=None)
    country = Text(longest=2, load_default="", metadata={"description": "Of export or import."})
    holder = Text(longest=25, load_default="")
    temporary = fields.Boolean(load_default=None)
    mine = fields.Boolean(load_default=False)
    overdue = fields.Boolean(load_default=False)
