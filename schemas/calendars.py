"""Shapes of working-day calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Day, Text, Whole


@dataclass(frozen=True)
class WeekNew:
    begins_on: date
    free_days: tuple[int, ...]
    source: str


class WeekNewSchema(Shape):
    """Which days of the week are free from a day on."""

    makes = WeekNew
    begins_on = Day(required=True)
    free_days = fields.List(
        Whole(least=1, most=7),
        required=True,
        validate=validate.Length(max=6),
        metadata={"description": "1 (Monday) to 7 (Sunday)."},
    )
    source = Text(required=True, longest=200, metadata={"description": "The law that says so."})


@dataclass(frozen=True)
class HolidayNew:
    day: date
    name: str
    source: str


class HolidayNewSchema(Shape):
    makes = HolidayNew
    day = Day(required=True)
    name = Text(required=True, longest=120)
    source = Text(required=True, longest=200, metadata={"description": "The law or decree that says so."})


@dataclass(frozen=True)
class HolidayWithdrawal:
    reason: str


class HolidayWithdrawalSchema(Shape):
    makes = HolidayWithdrawal
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class YearNew:
    """source: whose list is on record and whole; empty: the published one is taken."""

    year: int
    source: str = ""


class YearNewSchema(Shape):
    makes = YearNew
    year = Whole(least=1990, most=2150, required=True)
    source = Text(
        longest=200,
        load_default="",
        metadata={"description": "Whose list is on record already; empty: the published one is taken."},
    )


@dataclass(frozen=True)
class YearAsked:
    year: int | None = None


class YearAskedSchema(Shape):
    makes = YearAsked
    year = Whole(
        least=1990, most=2150, strict=False, load_default=None, metadata={"description": "Else this one."}
    )


@dataclass(frozen=True)
class DeadlineAsked:
    begins_on: date
    working_days: int


class DeadlineAskedSchema(Shape):
    makes = DeadlineAsked
    begins_on = Day(required=True, metadata={"description": "This day itself does not count."})
    working_days = Whole(least=-1000, most=1000, strict=False, required=True)


class DeadlineSchema(Shape):
    day = fields.Date(required=True)
    working_days = fields.Integer(required=True)
    unknown_years = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "Years whose holidays nobody recorded yet: the day may be later."},
    )


class WeekSchema(Shape):
    begins_on = fields.Date(required=True)
    free_days = fields.List(fields.Integer(), required=True)
    source = fields.String(required=True)


class HolidaySchema(Shape):
    day = fields.Date(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    withdrawn = fields.String(
        required=True, metadata={"description": "Why it counts no more; empty while it does."}
    )


class CalendarSchema(Shape):
    state = fields.String(required=True)
    year = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={"description": "All holidays are on record."})
    source = fields.String(required=True)
    weeks = fields.List(fields.Nested(WeekSchema), required=True)
    holidays = fields.List(fields.Nested(HolidaySchema), required=True)


class CalendarRowSchema(Shape):
    state = fields.String(required=True)
    first_year = fields.Integer(required=True)
    last_year = fields.Integer(required=True)
