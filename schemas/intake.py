"""Shapes of intakes: registers kept elsewhere that are brought in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Number, Text, Whole
from schemas.intake_vocabulary import AliasField, IntakeKind, IntakePolicy, IntakeState
from schemas.paging import PageAsked, PageAskedSchema

LARGEST_FILE = 48 << 20
"""Bytes of a file that is sent over HTTP; larger ones are read at the command line."""
LARGEST_WORKBOOK = 16 << 20
"""The same of a workbook, which takes longer to read."""
LONGEST_SHEET = 31
"""Characters of the name of a sheet."""


@dataclass(frozen=True)
class IntakeNew:
    """content: base64 of the file. received: the records of a closed company that it is a copy of. sheet:
    of a workbook with several.
    """

    name: str
    content: str
    policy: IntakePolicy = IntakePolicy.GOOD_ROWS
    received: str | None = None
    sheet: str = ""
    kind: IntakeKind = IntakeKind.FIREARMS


class IntakeNewSchema(Shape):
    makes = IntakeNew
    name = Text(required=True, longest=200, metadata={"description": "Name of the file."})
    content = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LARGEST_FILE * 4 // 3 + 4),
        metadata={"description": "The file (CSV, JSON Lines or XLSX) in base64."},
    )
    policy = Code(IntakePolicy, load_default=IntakePolicy.GOOD_ROWS)
    received = Number("RX", load_default=None, allow_none=True)
    sheet = Text(load_default="", longest=LONGEST_SHEET, metadata={"description": "Of a workbook."})
    kind = Code(
        IntakeKind,
        load_default=IntakeKind.FIREARMS,
        metadata={"description": "What its rows tell of."},
    )


@dataclass(frozen=True)
class UndoNew:
    reason: str


class UndoNewSchema(Shape):
    makes = UndoNew
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class EnteringNew:
    reason: str


class EnteringNewSchema(Shape):
    """That rows are entered which take more than one person."""

    makes = EnteringNew
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class IntakeSetting:
    """mapping: our field to a column of the file; constants: our field to a value for every row."""

    mapping: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    policy: IntakePolicy | None = None


class IntakeSettingSchema(Shape):
    makes = IntakeSetting
    mapping = fields.Dict(
        fields.String(validate=validate.Length(max=30)),
        fields.String(validate=validate.Length(max=400)),
        load_default=dict,
        metadata={"description": "Our field to the column of the file."},
    )
    constants = fields.Dict(
        fields.String(validate=validate.Length(max=30)),
        fields.String(validate=validate.Length(max=200)),
        load_default=dict,
        metadata={"description": "Our field to a value for every row without one."},
    )
    policy = Code(IntakePolicy, load_default=None, allow_none=True)

    def consistent(self, values: dict[str, Any]) -> None:
        """Not more than there are fields."""
        for name in ("mapping", "constants"):
            if len(values[name]) > 60:
                raise ValidationError("More than there are fields.", name)


@dataclass(frozen=True)
class AliasNew:
    """text: as registers write it; value: what it stands for."""

    field: AliasField
    text: str
    value: str


class AliasNewSchema(Shape):
    makes = AliasNew
    field = Code(AliasField, required=True)
    text = Text(required=True, longest=200)
    value = Text(required=True, longest=80, metadata={"description": "Number of a party, or a code."})


class AliasSchema(Shape):
    field = fields.String(required=True)
    text = fields.String(required=True)
    value = fields.String(required=True)


class IntakeRowSchema(Shape):
    """A file that is brought in. known: rows that were brought in before; doubted: entered with a doubt."""

    number = fields.String(required=True)
    name = fields.String(required=True)
    kind = Code(IntakeKind, required=True)
    state = Code(IntakeState, required=True)
    policy = Code(IntakePolicy, required=True)
    rows = fields.Integer(required=True)
    good = fields.Integer(required=True)
    bad = fields.Integer(required=True)
    entered = fields.Integer(required=True)
    known = fields.Integer(required=True)
    doubted = fields.Integer(required=True)
    conflicts = fields.Integer(required=True, metadata={"description": "Identities claimed twice."})
    lost = fields.Integer(
        required=True, metadata={"description": "Rows that were good and are wrong when they are entered."}
    )
    problem = fields.String(required=True, metadata={"description": "Why it stopped."})
    chunks = fields.Integer(required=True)
    done = fields.Integer(required=True, metadata={"description": "Of its pieces, in this state."})
    created_at = fields.AwareDateTime(required=True)


class IntakeSchema(IntakeRowSchema):
    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    encoding = fields.String(required=True)
    separator = fields.String(required=True)
    sheet = fields.String(required=True, metadata={"description": "Of a workbook; empty otherwise."})
    columns = fields.List(fields.String(), required=True)
    mapping = fields.Dict(required=True)
    constants = fields.Dict(required=True)
    received = fields.String(required=True, allow_none=True)
    created_by = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    undone_by = fields.String(required=True, allow_none=True, metadata={"description": "Who approved it."})
    undone_at = fields.AwareDateTime(required=True, allow_none=True)
    to_approve = fields.Integer(
        required=True, metadata={"description": "Good rows that are entered only once others approve."}
    )
    approvers = fields.Integer(
        required=True, metadata={"description": "How many people beside the one who proposes it."}
    )
    approval = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The proposal that they approved."}
    )


class IntakeFaultSchema(Shape):
    """What is wrong with a cell, so that its row is not entered."""

    line = fields.Integer(required=True)
    field = fields.String(required=True)
    column = fields.String(required=True)
    value = fields.String(required=True)
    reason = fields.String(required=True)
    suggestion = fields.String(required=True)


class DoubtSchema(Shape):
    field = fields.String(required=True)
    value = fields.String(required=True, metadata={"description": "As it was told; empty of a person."})
    reason = fields.String(required=True)


class EnteredSchema(Shape):
    """What a line of a file became."""

    line = fields.Integer(required=True)
    record = fields.String(required=True, metadata={"description": "Its number."})
    doubts = fields.List(fields.Nested(DoubtSchema), required=True)


class SourceSchema(Shape):
    """Of which line of which file a record came."""

    intake = fields.String(required=True)
    name = fields.String(required=True)
    line = fields.Integer(required=True)
    received = fields.String(required=True, allow_none=True)
    doubts = fields.List(fields.Nested(DoubtSchema), required=True)


@dataclass(frozen=True, kw_only=True)
class IntakesAsked(PageAsked):
    state: IntakeState | None = None


class IntakesAskedSchema(PageAskedSchema):
    makes = IntakesAsked
    state = Code(IntakeState, load_default=None)


@dataclass(frozen=True, kw_only=True)
class FaultsAsked(PageAsked):
    after_line: int = 0


class FaultsAskedSchema(PageAskedSchema):
    makes = FaultsAsked
    after_line = Whole(
        least=0,
        most=10**9,
        load_default=0,
        strict=False,
        metadata={"description": "Rows after this line; each comes with all that is wrong with it."},
    )
