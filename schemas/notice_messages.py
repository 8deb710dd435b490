"""Bodies of the messages about licences and shipments (FP art. 10), beside what every message says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Text, Whole
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.notices_vocabulary import Came, Standing

MOST_LINES, MOST_NAMES, MOST_STATES = 50, 500, 20
_AMOUNT = 10**12


def _text(longest: int, **given: Any) -> Text:
    return Text(longest=longest, **({"load_default": ""} | given))


def _day(**given: Any) -> Day:
    return Day(**({"load_default": None, "allow_none": True} | given))


@dataclass(frozen=True)
class GoodsTold:
    """A line. left: what is not shipped of it yet, None where that is not told. names: serials and spans."""

    n: int
    goods: GoodsKind
    hs: str
    description: str
    quantity: int
    calibre: str = ""
    left: int | None = None
    names: tuple[str, ...] = ()


class GoodsToldSchema(Shape):
    makes = GoodsTold
    n = Whole(least=1, most=1000, required=True)
    goods = Code(GoodsKind, required=True)
    hs = Text(longest=10, required=True)
    description = Text(longest=200, required=True)
    quantity = Whole(least=1, most=_AMOUNT, required=True)
    calibre = _text(80)
    left = Whole(least=0, most=_AMOUNT, load_default=None, allow_none=True)
    names = fields.List(Text(longest=200), load_default=(), validate=validate.Length(max=MOST_NAMES))


def _lines(**given: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(GoodsToldSchema), validate=validate.Length(max=MOST_LINES), **given)


def _refuse_twice(lines: list[Any]) -> None:
    if len({line.n for line in lines}) < len(lines):
        raise ValidationError("A number stands for one line.", "lines")


@dataclass(frozen=True, kw_only=True)
class LicenceAsked:
    """A licence as its paper shows it, and our own licence for which it is needed."""

    number: str
    issued_on: date
    expires_on: date
    for_licence: str = ""


class LicenceAskedSchema(Shape):
    makes = LicenceAsked
    number = Text(longest=80, required=True)
    issued_on = Day(required=True)
    expires_on = Day(required=True)
    for_licence = _text(40)


@dataclass(frozen=True, kw_only=True)
class LicenceTold:
    """How a licence stands at its issuer, and what bears on the export; nothing else of it.

    since: from when it has not been in force. exporter, importer: companies; natural persons are not named.
    """

    number: str
    standing: Standing
    since: date | None = None
    kind: LicenceKind | None = None
    export_country: str = ""
    import_country: str = ""
    issued_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    exporter: str = ""
    importer: str = ""
    lines: tuple[GoodsTold, ...] = ()


class LicenceToldSchema(Shape):
    makes = LicenceTold
    number = Text(longest=80, required=True)
    standing = Code(Standing, required=True)
    since = _day()
    kind = Code(LicenceKind, load_default=None, allow_none=True)
    export_country = _text(2)
    import_country = _text(2)
    issued_on = _day()
    starts_on = _day()
    expires_on = _day()
    exporter = _text(400)
    importer = _text(200)
    lines = _lines(load_default=())

    def consistent(self, values: dict[str, Any]) -> None:
        """A licence in force is told with what it allows; every line has a number of its own."""
        _refuse_twice(values.get("lines") or [])
        needed = ("issued_on", "expires_on", "lines")
        if values.get("standing") is Standing.IN_FORCE and not all(values.get(name) for name in needed):
            raise ValidationError("Of a licence in force its days and its goods are told.", "standing")


@dataclass(frozen=True)
class PaperTold:
    """The importing State's licence, whose information transit States get in advance (FP 10(3))."""

    number: str
    authority: str
    issued_on: date
    expires_on: date


class PaperToldSchema(Shape):
    makes = PaperTold
    number = Text(longest=80, required=True)
    authority = Text(longest=200, required=True)
    issued_on = Day(required=True)
    expires_on = Day(required=True)


@dataclass(frozen=True, kw_only=True)
class TransitNotice:
    """What is to pass through: FP 10(3), before the licence is issued. import_licence: None where none is."""

    licence: str
    kind: LicenceKind
    export_country: str
    import_country: str
    transits: tuple[str, ...]
    recipient: str
    lines: tuple[GoodsTold, ...]
    exporter: str = ""
    recipient_address: str = ""
    end_use: str = ""
    starts_on: date | None = None
    expires_on: date | None = None
    import_licence: PaperTold | None = None


class TransitNoticeSchema(Shape):
    makes = TransitNotice
    licence = Text(longest=40, required=True)
    kind = Code(LicenceKind, required=True)
    export_country = Country(required=True)
    import_country = Country(required=True)
    transits = fields.List(Country(), required=True, validate=validate.Length(min=1, max=MOST_STATES))
    recipient = Text(longest=200, required=True)
    lines = _lines(required=True)
    exporter = _text(200)
    recipient_address = _text(400)
    end_use = _text(400)
    starts_on = _day()
    expires_on = _day()
    import_licence = fields.Nested(PaperToldSchema, load_default=None, allow_none=True)


@dataclass(frozen=True)
class NoObjection:
    """reference: of the notice there; valid_until: None for as long as the licence."""

    reference: str
    valid_until: date | None = None
    words: str = ""


class NoObjectionSchema(Shape):
    makes = NoObjection
    reference = Text(longest=80, required=True)
    valid_until = _day()
    words = _text(2000)


@dataclass(frozen=True)
class Objection:
    words: str
    reference: str = ""


class ObjectionSchema(Shape):
    makes = Objection
    words = Text(longest=2000, required=True)
    reference = _text(80)


@dataclass(frozen=True, kw_only=True)
class ShipmentTold:
    """A shipment as its exporting State knows it. licence: ours; import_licence: of the State it goes to.

    expected_on: at our customs; departed_on: None before it left.
    """

    shipment: str
    licence: str
    import_country: str
    lines: tuple[GoodsTold, ...]
    import_licence: str = ""
    transits: tuple[str, ...] = ()
    carrier: str = ""
    waybill: str = ""
    seal: str = ""
    expected_on: date | None = None
    departed_on: date | None = None


class ShipmentToldSchema(Shape):
    makes = ShipmentTold
    shipment = Text(longest=40, required=True)
    licence = Text(longest=40, required=True)
    import_country = Country(required=True)
    lines = _lines(required=True)
    import_licence = _text(80)
    transits = fields.List(Country(), load_default=(), validate=validate.Length(max=MOST_STATES))
    carrier = _text(200)
    waybill = _text(80)
    seal = _text(80)
    expected_on = _day()
    departed_on = _day()

    def consistent(self, values: dict[str, Any]) -> None:
        """Every line has a number of its own, by which its receipt is told."""
        _refuse_twice(values.get("lines") or [])


@dataclass(frozen=True)
class LineCame:
    n: int
    received: int


class LineCameSchema(Shape):
    makes = LineCame
    n = Whole(least=1, most=1000, required=True)
    received = Whole(least=0, most=_AMOUNT, required=True)


@dataclass(frozen=True, kw_only=True)
class ReceiptTold:
    """FP 10(4). reference: of the clearance there; lines: by the numbers that were asked about."""

    came: Came
    received_on: date | None = None
    reference: str = ""
    lines: tuple[LineCame, ...] = ()
    words: str = ""


class ReceiptToldSchema(Shape):
    makes = ReceiptTold
    came = Code(Came, required=True)
    received_on = _day()
    reference = _text(80)
    lines = fields.List(
        fields.Nested(LineCameSchema), load_default=(), validate=validate.Length(max=MOST_LINES)
    )
    words = _text(1000)

    def consistent(self, values: dict[str, Any]) -> None:
        """What came is told by line, with its day and the paper; a difference in words too."""
        _refuse_twice(values.get("lines") or [])
        came = values.get("came")
        if came is Came.NOT_YET:
            return
        for name in ("received_on", "reference", "lines"):
            if not values.get(name):
                raise ValidationError("Needed of what came.", name)
        if came is Came.PART and not values.get("words"):
            raise ValidationError("Say what is known of the difference.", "words")


@dataclass(frozen=True)
class TakenBack:
    words: str


class TakenBackSchema(Shape):
    makes = TakenBack
    words = Text(longest=2000, required=True)
