"""Shapes of label formats, printers and print jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Text, Whole
from schemas.label_vocabulary import (
    JobState,
    LabelDesign,
    LabelOutput,
    MediumKind,
    PrinterLanguage,
    RunKind,
)
from schemas.paging import PageAsked, PageAskedSchema

NAME = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,38}\Z", error="Letters, figures, . _ - and spaces.")
LANGUAGES = ("en", "pt", "ar")
RESOLUTIONS = (203, 300, 600)


def _length(least: float, most: float, **options: Any) -> fields.Float:
    return fields.Float(
        validate=validate.Range(min=least, max=most), metadata={"description": "Millimetres."}, **options
    )


@dataclass(frozen=True)
class MediumNew:
    """Millimetres. Of a roll only width and height count."""

    name: str
    kind: MediumKind
    width: float
    height: float
    page_width: float = 0.0
    page_height: float = 0.0
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    across: float = 0.0
    down: float = 0.0


class MediumNewSchema(Shape):
    makes = MediumNew
    name = fields.String(required=True, validate=NAME)
    kind = Code(MediumKind, required=True)
    width = _length(1, 500, required=True)
    height = _length(1, 500, required=True)
    page_width = _length(0, 1000, load_default=0.0)
    page_height = _length(0, 1000, load_default=0.0)
    columns = Whole(least=1, most=40, load_default=1)
    rows = Whole(least=1, most=80, load_default=1)
    left = _length(0, 500, load_default=0.0)
    top = _length(0, 500, load_default=0.0)
    across = _length(0, 500, load_default=0.0)
    down = _length(0, 500, load_default=0.0)


class MediumSchema(Shape):
    """A format of labels. own: kept by the authority; others are sold everywhere."""

    name = fields.String(required=True)
    kind = Code(MediumKind, required=True)
    width = fields.Float(required=True)
    height = fields.Float(required=True)
    page_width = fields.Float(required=True)
    page_height = fields.Float(required=True)
    columns = fields.Integer(required=True)
    rows = fields.Integer(required=True)
    left = fields.Float(required=True)
    top = fields.Float(required=True)
    across = fields.Float(required=True)
    down = fields.Float(required=True)
    own = fields.Boolean(required=True)


@dataclass(frozen=True)
class PrinterNew:
    """right, down: millimetres by which it prints too far left and up."""

    name: str
    language: PrinterLanguage = PrinterLanguage.PDF
    resolution: int = 300
    right: float = 0.0
    down: float = 0.0


class PrinterNewSchema(Shape):
    makes = PrinterNew
    name = fields.String(required=True, validate=NAME)
    language = Code(PrinterLanguage, load_default=PrinterLanguage.PDF)
    resolution = fields.Integer(
        load_default=300, validate=validate.OneOf(RESOLUTIONS), metadata={"description": "Dots to an inch."}
    )
    right = _length(-10, 10, load_default=0.0)
    down = _length(-10, 10, load_default=0.0)


class PrinterSchema(Shape):
    name = fields.String(required=True)
    language = Code(PrinterLanguage, required=True)
    resolution = fields.Integer(required=True)
    right = fields.Float(required=True)
    down = fields.Float(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class JobNew:
    """numbers: what is labelled; source: a list whose members are, such as a shipment.

    printer: its name; then its language and resolution count, not those given here.
    """

    design: LabelDesign
    medium: str
    numbers: tuple[str, ...] = ()
    source: str = ""
    language: str = "en"
    printer: str | None = None
    output: LabelOutput = LabelOutput.PDF
    resolution: int = 300


class JobNewSchema(Shape):
    makes = JobNew
    design = Code(LabelDesign, required=True)
    medium = fields.String(required=True, validate=NAME)
    numbers = fields.List(
        fields.String(validate=validate.Length(min=1, max=60)),
        load_default=(),
        validate=validate.Length(max=10_000),
        metadata={"description": "Registry numbers; of a part the firearm's with / and the part's number."},
    )
    source = Text(
        longest=40, load_default="", metadata={"description": "Shipment, recovery, disposal or lot."}
    )
    language = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))
    printer = fields.String(load_default=None, allow_none=True, validate=NAME)
    output = Code(LabelOutput, load_default=LabelOutput.PDF)
    resolution = fields.Integer(load_default=300, validate=validate.OneOf(RESOLUTIONS))

    def consistent(self, values: dict[str, Any]) -> None:
        """The list of numbers as a tuple."""
        if not values["numbers"] and not values["source"]:
            raise ValidationError("Name what is to be labelled.", "numbers")
        values["numbers"] = tuple(values["numbers"])


@dataclass(frozen=True)
class RunNew:
    """version: of the job as it was seen. jammed: the labels from `first` on are missing.

    start, used: free and used places of the first sheet.
    """

    version: int
    first: int = 0
    last: int = 0
    jammed: bool = False
    reason: str = ""
    start: int = 1
    used: tuple[int, ...] = ()


class RunNewSchema(Shape):
    makes = RunNew
    version = Whole(least=1, most=10**9, required=True)
    first = Whole(least=0, most=10_000, load_default=0, metadata={"description": "0: the next one."})
    last = Whole(least=0, most=10_000, load_default=0, metadata={"description": "0: the last one."})
    jammed = fields.Boolean(load_default=False)
    reason = Text(longest=200, load_default="", metadata={"description": "Why some are printed once more."})
    start = Whole(least=1, most=400, load_default=1, metadata={"description": "First free place."})
    used = fields.List(
        Whole(least=1, most=400), load_default=(), validate=validate.Length(max=400),
        metadata={"description": "Places of the first sheet that are used."},
    )  # fmt: skip

    def consistent(self, values: dict[str, Any]) -> None:
        """The list of places as a tuple."""
        values["used"] = tuple(values["used"])


class RunSchema(Shape):
    n = fields.Integer(required=True)
    kind = Code(RunKind, required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    reason = fields.String(required=True)
    sent_by = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)


class JobRowSchema(Shape):
    """A print job. sent: labels that went to the printer so far."""

    number = fields.String(required=True)
    design = Code(LabelDesign, required=True)
    medium = fields.String(required=True)
    printer = fields.String(required=True, allow_none=True)
    output = Code(LabelOutput, required=True)
    resolution = fields.Integer(required=True)
    language = fields.String(required=True)
    source = fields.String(required=True)
    labels = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    state = Code(JobState, required=True)
    created_at = fields.AwareDateTime(required=True)


class JobSchema(JobRowSchema):
    version = fields.Integer(required=True)
    created_by = fields.String(required=True)
    runs = fields.List(fields.Nested(RunSchema), required=True)


@dataclass(frozen=True)
class JobsAsked(PageAsked):
    state: JobState | None = None


class JobsAskedSchema(PageAskedSchema):
    makes = JobsAsked
    state = Code(JobState, load_default=None)


@dataclass(frozen=True)
class PreviewAsked:
    n: int = 1


class PreviewAskedSchema(Shape):
    makes = PreviewAsked
    n = Whole(least=1, most=10_000, strict=False, load_default=1, metadata={"description": "Which label."})


@dataclass(frozen=True)
class PrintingsAsked:
    number: str


class PrintingsAskedSchema(Shape):
    makes = PrintingsAsked
    number = Text(required=True, longest=60, metadata={"description": "As the label's code says it."})


class PrintingSchema(Shape):
    """One label on paper. latest: no later one of this kind was printed; job: "" of others' jobs."""

    number = fields.String(required=True)
    design = Code(LabelDesign, required=True)
    issue = fields.Integer(required=True)
    latest = fields.Boolean(required=True)
    job = fields.String(required=True)
    n = fields.Integer(required=True)
    kind = Code(RunKind, required=True)
    reason = fields.String(required=True)
    printed_by = fields.String(required=True)
    printed_at = fields.AwareDateTime(required=True)
