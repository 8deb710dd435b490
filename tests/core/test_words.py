"""Sentences of rules are English strings that can be said in another language."""

from __future__ import annotations

import msgspec
import orjson
import pytest

from schemas.words import (
    ENGLISH,
    Language,
    Sentences,
    amount,
    in_words,
    listed,
    plain,
    remade,
    said,
    together,
    word,
)

PORTUGUESE = {
    "%(left)s of %(all)s %%": "%(left)s em %(all)s %%",
    "a lot": "um lote",
    "%(what)s is lost": "%(what)s perdido",
    "%(first)s and %(last)s": "%(first)s e %(last)s",
    "Look at %(what)s.": "Veja %(what)s.",
    "maker": "fabricante",
    ", ": "; ",
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
        said("%(what)s is lost", who="nobody")


def test_lists_and_several_sentences_are_said_in_the_language_too() -> None:
    names = listed([word("maker"), "9 mm", said("a lot")])
    assert names == "maker, 9 mm and a lot"
    assert in_words(names, translate) == "fabricante; 9 mm e um lote"
    assert listed(["A"]) == "A"
    assert listed([]) == ""
    both = together(said("Look at %(what)s.", what=word("maker")), "", said("a lot"))
    assert both == "Look at maker. a lot"
    assert in_words(both, translate) == "Veja fabricante. um lote"
    assert in_words(together("", said("a lot")), translate) == "um lote"
    assert together("", "") == ""


def test_texts_in_a_sentence_change_and_its_own_words_stay() -> None:
    told = said("Look at %(what)s.", what=(said("%(what)s is lost", what="Ana"), "Ana"))
    again = remade(told, lambda text: text.replace("Ana", "P-1"))
    assert in_words(again, translate) == "Veja P-1 perdido; P-1."


def test_numbers_are_written_by_the_signs_of_the_language() -> None:
    assert ENGLISH.number(1_859_000) == "1,859,000"
    assert Language("pt").number(1_859_000) == "1.859.000"
    assert Language("pt").number(14.82, 3) == "14,820"
    assert Language("ar").number(999) == "999"
    assert amount(1_859_000) == "1,859,000"


def test_names_in_latin_letters_keep_their_points_where_lines_run_from_right_to_left() -> None:
    arabic = Language("ar", {"From %(name)s": "من %(name)s"}.__getitem__)
    assert arabic("From %(name)s", name="Armería S.A.") == "من \u200eArmería S.A.\u200e"
    assert arabic("From %(name)s", name="Taurus") == "من Taurus"


def test_a_plain_text_is_a_sentence_and_keeps_its_percent_sign() -> None:
    assert plain("100 % sure") == "100 % sure"
    assert plain("100 % sure").within(translate) == "100 % sure"
    assert plain(said("a lot")).within(translate) == "um lote"


def test_a_stored_document_is_english_and_its_sentences_come_again() -> None:
    met = Sentences()
    told = said("%(what)s is lost", what=listed([said("a lot"), 7, "it"]))
    document = msgspec.json.encode({"found": [told], "name": "a lot"}, enc_hook=met.text)
    assert document == b'{"found":["a lot, 7 and it is lost"],"name":"a lot"}'
    kept = orjson.loads(orjson.dumps(met.kept()))
    again = Sentences.again(kept).within(orjson.loads(document))
    assert again["found"][0].within(translate) == "um lote; 7 e it perdido"
    assert again["name"] == "a lot"


def test_only_sentences_are_written_so() -> None:
    with pytest.raises(TypeError, match="complex"):
        msgspec.json.encode({"odd": 1j}, enc_hook=Sentences().text)


def test_a_sentence_runs_as_its_language_does_whatever_name_begins_it() -> None:
    arabic = {"%(giver)s to %(receiver)s": "%(giver)s إلى %(receiver)s", ", ": "، ", "Broker": "سمسار"}
    say = Language("ar", lambda text: arabic.get(text, text))
    assert say("%(giver)s to %(receiver)s", giver="Taurus", receiver="Rossi") == "\u200fTaurus إلى Rossi"
    assert say("%(giver)s to %(receiver)s", giver="شركة", receiver="Rossi") == "شركة إلى Rossi"
    assert say.row("Taurus", "", "سمسار") == "\u200fTaurus، سمسار"
    assert say.row("Taurus", "Rossi") == "Taurus، Rossi"
    assert say("Rossi") == "Rossi"
    assert ENGLISH.row("Taurus", None, "سمسار") == "Taurus, سمسار"
