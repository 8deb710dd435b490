"""Sentences that keep what they were made of, so that an edge can say them in the reader's language.

Rules speak English: `said("The licence ends on %(date)s.", date=day)` is that English sentence, a string
like any other. It also carries template and values, and whoever shows it asks for it in a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Said(str):
    """An English sentence with its template ("%(name)s" for each value) and the values in it."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def within(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate`, which gets templates; values that were said follow."""
        spoken = {name: in_words(value, translate) for name, value in self.values.items()}
        return translate(self.template) % spoken if spoken else translate(self.template).replace("%%", "%")


def said(template: str, **values: Any) -> Said:
    """A sentence; raises KeyError when a value is missing. A literal percent sign is written "%%"."""
    sentence = Said(template % values)
    sentence.template, sentence.values = template, values
    return sentence


def in_words(value: Any, translate: Callable[[str], str]) -> Any:
    """A sentence in another language; anything else as it is."""
    return value.within(translate) if isinstance(value, Said) else value
