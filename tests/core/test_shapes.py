"""Reading plainly good documents without marshmallow gives what marshmallow gives, always."""

from __future__ import annotations

import importlib
import os
import pkgutil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

import schemas
from schemas.base import Shape
from schemas.exchange import MessageSchema, Place, Sender
from schemas.fields import Code, Codes, Country, Day, Number, Text, Whole
from schemas.request_messages import TraceRequestSchema
from schemas.tracing import QuestionSchema
from schemas.vocabulary import Purpose


def shapes() -> list[type[Shape]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{module.name}")
    found, waiting = [], [Shape]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return sorted(set(found), key=lambda shape: shape.__name__)


NOTHING = [None, "", " ", 0, -1, True, [], {}]
TEXTS = ["x", " padded ", "é", "a\x00b", "\u202e", "x" * 5000, "BR", "br", "BRA", "F-000000001-Z"]
DAYS = ["1300-01-01", "1299-12-31", "2026-02-30", "2026-W01-1", "20260101", "2026-1-01", "٢٠٢٦-٠١-٠١"]
NUMBERS = [1.0, 1.5, 1299, 1300, 2200, 2201, 10**9, 10**9 + 1, 10**30]
GOOD = ["1.0", "trace.request", "none", "019a0000-0000-7000-8000-000000000000", "x" * 43]
ODD: st.SearchStrategy[Any] = st.sampled_from([*NOTHING, *TEXTS, *DAYS, *NUMBERS])


def values_of(field: Any) -> st.SearchStrategy[Any]:
    if isinstance(field, Code):
        return st.sampled_from([str(code) for code in field.codes]) | ODD
    if isinstance(field, Text):
        return st.text(min_size=0, max_size=field.longest + 2) | ODD
    if isinstance(field, Whole):
        return st.integers(field.least - 1, field.most + 1) | ODD
    if isinstance(field, Day):
        return st.dates().map(str) | ODD
    if isinstance(field, fields.Boolean):
        return st.booleans() | ODD
    if isinstance(field, fields.List):
        return st.lists(values_of(field.inner), max_size=2) | ODD
    if isinstance(field, fields.Dict):
        return st.dictionaries(st.sampled_from(TEXTS), ODD, max_size=2) | ODD
    if isinstance(field, fields.Nested) and isinstance(field.schema, Shape):
        return documents(field.schema) | ODD
    return st.sampled_from(GOOD) | ODD if type(field) is fields.String else ODD


def documents(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: values_of(field) for name, field in shape.fields.items() if field.required}
    others = {name: values_of(field) for name, field in shape.fields.items() if not field.required}
    return st.fixed_dictionaries(required, optional=others | {"unknown": ODD})


def outcome(read: Any, document: Any) -> Any:
    try:
        return "made", read(document)
    except ValidationError as error:
        return "refused", error.messages


PLAIN = [shape for shape in shapes() if shape()._plan is not None]


def test_most_shapes_that_people_send_are_read_plainly() -> None:
    assert QuestionSchema in PLAIN
    assert len(PLAIN) >= 150


@pytest.mark.parametrize("made", PLAIN, ids=lambda shape: shape.__name__)
def test_plain_reading_agrees_with_marshmallow(made: type[Shape]) -> None:
    shape = made()

    @settings(max_examples=30 if os.environ.get("CI") else 100)
    @given(documents(shape))
    def agrees(document: dict[str, Any]) -> None:
        assert outcome(shape.take, document) == outcome(shape.load, document)

    agrees()


@pytest.mark.parametrize("document", [None, [], "text", 3, {}, {"kind": "firearm"}])
def test_what_is_no_document_is_refused_alike(document: Any) -> None:
    shape = QuestionSchema()
    assert outcome(shape.take, document) == outcome(shape.load, document)
    assert outcome(shape.take, document)[0] == "refused"


def test_a_good_question_never_reaches_marshmallow(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = QuestionSchema()
    monkeypatch.setattr(shape, "load", lambda given: pytest.fail("marshmallow was asked"))
    question = shape.take(
        {
            "kind": "firearm",
            "purpose": "recovered_firearm",
            "case_number": " 7/26 ",
            "mark": "AB?1",
            "year": 1978,
        }
    )
    assert (question.purpose, question.case_number, question.year) == (
        Purpose.RECOVERED_FIREARM,
        "7/26",
        1978,
    )


def test_a_good_message_of_another_state_never_reaches_marshmallow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shape, "load", lambda shape, given: pytest.fail("marshmallow was asked"))
    message = {
        "ver": "1.0", "type": "trace.request", "iss": "PT", "aud": "BR", "iat": 1, "exp": 2,
        "jti": "019a0000-0000-7000-8000-000000000000", "thread": "019a0000-0000-7000-8000-000000000000",
        "ch": {"seq": 1}, "purpose": {"case": "7/26"}, "body": {"mark": "AB1", "photographs": False},
    }  # fmt: skip
    taken = MessageSchema().take(message)
    assert (taken.ch, taken.purpose.case, taken.actor) == (Place(1), "7/26", Sender())
    assert TraceRequestSchema().take(taken.body).mark == "AB1"


@pytest.mark.parametrize("wrong", [{"seq": 0}, {"seq": 1, "more": 1}, {}, None, [1], {"seq": 1, "prev": "x"}])
def test_what_is_wrong_within_is_named_as_marshmallow_names_it(wrong: Any) -> None:
    shape = MessageSchema()
    document = {"ver": "1.0", "ch": wrong, "actor": {"user": 3}, "path": ["br"], "body": []}
    assert outcome(shape.take, document) == outcome(shape.load, document)
    assert "ch" in outcome(shape.take, document)[1]


def test_fields_with_a_check_of_their_own_are_left_to_marshmallow() -> None:
    assert not hasattr(Number("F"), "plainly")
    assert Country().plainly()("BR") == "BR"


def test_a_list_of_codes_is_measured_as_it_was_sent() -> None:
    field = Codes(Purpose, most=2)
    assert field.deserialize([Purpose.REGISTRATION, Purpose.REGISTRATION]) == (Purpose.REGISTRATION,)
    with pytest.raises(ValidationError, match="maximum length 2"):
        field.deserialize([Purpose.REGISTRATION] * 3)
