"""Sentences of rules are English strings that can be said in another language."""

from __future__ import annotations

import msgspec
import orjson
import pytest

from schemas.words import in_words, said

PORTUGUESE = {
    "%(left)s of %(all)s %%": "%(left)s em %(all)s %%",
    "a lot": "um lote",
    "%(what)s is lost": "%(what)s perdido",
}


def translate(template: str) -> str:
    return PORTUGUESE.get(template, template)


def test_a_sentence_is_an_english_string_and_knows_its_parts() -> None:
    sentence = said("%(left)s of %(all)s %%", left=3, all=41)
    assert sentence == "3 of 41 %"
    assert sentence.within(translate) == "3 em 41 %"


def test_what_is_said_inside_another_sentence_is_translated_too() -> None:
    assert said("%(what)s is lost", what=said("a lot")).within(translate) == "um lote perdido"


def test_anything_else_stays_as_it_is() -> None:
    assert in_words("100 % sure", translate) == "100 % sure"
    assert in_words(None, translate) is None


def test_a_sentence_travels_as_text() -> None:
    sentence = said("a lot")
    assert msgspec.json.encode({"found": sentence}, enc_hook=str) == b'{"found":"a lot"}'
    assert orjson.dumps(sentence) == b'"a lot"'


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        said("%(what)s is lost")
