"""Sentences that keep what they were made of, so that an edge can say them in the reader's language.

Rules speak English: `said("The licence ends on %(date)s.", date=day)` is that English sentence, a string
like any other. It also carries template and values, and whoever shows it asks for it in a language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import bidirectional

from babel.numbers import format_decimal

Translate = Callable[[str], str]
"""From an English sentence or template to one in a language; what it does not know stays English."""


class Said(str):
    """An English sentence with its template ("%(name)s" for each value) and the values in it."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def within(self, translate: Translate) -> str:
        """The sentence in the language of `translate`, which gets templates; values that were said follow."""
        if not self.values:
            return translate(self.template) if self.template else ""
        return translate(self.template) % {n: in_words(value, translate) for n, value in self.values.items()}


def said(template: str, **values: Any) -> Said:
    """A sentence; raises KeyError when a value is missing. Beside values a percent sign is written "%%".

    A value may be a sentence itself, or a tuple of values, which are told with commas between them.
    """
    spoken = {n: value if type(value) is str else in_words(value, str) for n, value in values.items()}
    sentence = Said(template % spoken if spoken else template)
    sentence.template, sentence.values = template, values
    return sentence


def in_words(value: Any, translate: Translate) -> Any:
    """A sentence in another language, a tuple with commas between its values; anything else as it is."""
    if isinstance(value, Said):
        return value.within(translate)
    if isinstance(value, tuple):
        return translate(", ").join(str(in_words(one, translate)) for one in value)
    return value


def remade(value: Any, change: Callable[[str], Any]) -> Any:
    """A text changed; of a sentence the texts in it, while its own words stay; anything else as it is."""
    if isinstance(value, Said):
        return said(value.template, **{name: remade(one, change) for name, one in value.values.items()})
    if isinstance(value, tuple):
        return tuple(remade(one, change) for one in value)
    return change(value) if isinstance(value, str) else value


def plain(text: str) -> Said:
    """A text without values as a sentence; a sentence as it is."""
    return text if isinstance(text, Said) else said(text)


def amount(number: int) -> Said:
    """A whole number as it stands within a sentence, its thousands parted as the language parts them."""
    return said(f"{number:,}")


def word(code: str) -> Said:
    """A value of a closed list, as it stands within a sentence."""
    return said(code.replace("_", " "))


def listed(words: Iterable[str]) -> str:
    """Words as a list: a, b and c."""
    *first, last = tuple(words) or ("",)
    return said("%(first)s and %(last)s", first=tuple(first), last=last) if first else last


@lru_cache(maxsize=1024)
def words_of(codes: tuple[str, ...]) -> str:
    """Values of a closed list as a list; kept, since the same few are told in every answer."""
    return listed(map(word, codes))


def together(*sentences: str) -> str:
    """Sentences one after the other, without the empty ones."""
    told = {f"s{n}": one for n, one in enumerate(sentences) if one}
    if len(told) < 2:
        return next(iter(told.values()), "")
    return said(" ".join(f"%({name})s" for name in told), **told)


RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ps", "ur", "yi"))
"""Languages whose lines run from right to left."""
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"


def written(sentence: str) -> str:
    """A sentence as it is stored, template and values apart, so that it is said in any language later."""
    return json.dumps(_kept(plain(sentence)), ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> str:
    """What `written` stored; a text that was stored otherwise as it is."""
    told: str = _again(json.loads(text)) if text.startswith('{"say":') else text
    return told


@dataclass(frozen=True)
class Language:
    """A language for documents. code: of ISO 639, say "pt"; translate: into it."""

    code: str = "en"
    translate: Translate = str

    def __call__(self, template: str, **values: Any) -> str:
        """A text of a document, with its values."""
        sentence = said(template, **values) if values else plain(template)
        return self._run(self.told(sentence))

    def told(self, sentence: str) -> str:
        """A sentence of the records; a text that is none stays as it is."""
        words: str = in_words(self._set_apart(sentence), self.translate)
        return words

    def number(self, number: float | Decimal, places: int = 0) -> str:
        """A number with so many decimal places, its thousands parted, by the signs of the language (CLDR)."""
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return format_decimal(round(Decimal(str(number)), places), pattern, self.code)

    def label(self, code: str) -> str:
        """A value of a closed list, on its own ("" for an empty one)."""
        return self(code.replace("_", " ").capitalize()) if code else ""

    def row(self, *words: str | None) -> str:
        """Words one after the other, with the comma of the language, without the empty ones."""
        return self._run(self(", ").join(filter(None, words)))

    def _set_apart(self, value: Any) -> Any:
        """A sentence whose Latin names keep their points and brackets where lines run from right to left."""
        return remade(value, _marked) if self.code in RIGHT_TO_LEFT else value

    def _run(self, words: str) -> str:
        """A sentence runs as its language does, whatever letters a name that begins it has (UAX 9, HL1)."""
        if self.code not in RIGHT_TO_LEFT or not any(bidirectional(c) in ("R", "AL") for c in words):
            return words
        first = next((kind for c in words if (kind := bidirectional(c)) in ("L", "R", "AL")), "L")
        return RIGHT_TO_LEFT_MARK + words if first == "L" else words


def _marked(text: str) -> str:
    """A text in Latin letters between marks of its direction, where it begins or ends with a sign."""
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    strong = next((kind for c in text if (kind := bidirectional(c)) in ("L", "R", "AL")), "")
    return f"{LEFT_TO_RIGHT_MARK}{text}{LEFT_TO_RIGHT_MARK}" if strong == "L" else text


ENGLISH = Language()


class Sentences(dict[str, Said]):
    """Those met while a document is written: the document keeps English, these say it in other languages."""

    def text(self, value: Any) -> str:
        """A hook for encoders: the English of a sentence, which is remembered. Raises TypeError."""
        if not isinstance(value, Said):
            raise TypeError(f"{type(value).__name__} cannot be written")
        self[str(value)] = value
        return str(value)

    def kept(self) -> dict[str, Any]:
        """The sentences as plain lists, numbers and texts, to be stored."""
        return {english: _kept(sentence) for english, sentence in self.items()}

    @classmethod
    def again(cls, kept: Mapping[str, Any]) -> Sentences:
        """What was stored."""
        return cls((english, _again(raw)) for english, raw in kept.items())

    def within(self, document: Any) -> Any:
        """A document of dicts, lists and texts, with the sentences in it known as such again."""
        if isinstance(document, dict):
            return {name: self.within(value) for name, value in document.items()}
        if isinstance(document, list):
            return [self.within(value) for value in document]
        return self.get(document, document) if isinstance(document, str) else document


def _kept(value: Any) -> Any:
    if isinstance(value, Said):
        return {"say": value.template, "with": {name: _kept(one) for name, one in value.values.items()}}
    if isinstance(value, tuple):
        return [_kept(one) for one in value]
    return value if isinstance(value, int) else str(value)


def _again(raw: Any) -> Any:
    if isinstance(raw, dict):
        return said(raw["say"], **{name: _again(value) for name, value in raw["with"].items()})
    return tuple(_again(one) for one in raw) if isinstance(raw, list) else raw
