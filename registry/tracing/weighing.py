"""Holding records against what was told of a firearm."""

from __future__ import annotations

from typing import Protocol

from registry.directory.queries import fits_name
from registry.marks.reading import normal_form
from registry.tracing import rules
from schemas.tracing import Question
from schemas.vocabulary import MatchKind


class Record(Protocol):
    """What a record says that can agree with what was told."""

    @property
    def maker(self) -> str: ...
    @property
    def maker_short(self) -> str: ...
    @property
    def calibre(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def symbols(self) -> str: ...


def facts_of(match: MatchKind, item: Record, question: Question, calibre: str | None) -> rules.Facts:
    """How well a record fits. calibre: as told, by its code."""
    return rules.weigh(
        match,
        maker=fits_name(question.maker, item.maker, item.maker_short) if question.maker else None,
        calibre=None if calibre is None else item.calibre == calibre,
        type=None if question.type is None or item.type == "unknown" else item.type == question.type,
        country=None if question.country is None else item.country == question.country,
        model=_same_text(question.model, item.model),
        year=None if question.year is None or item.year is None else item.year == question.year,
        symbols=set(item.symbols.split()) >= set(question.symbols)
        if question.symbols and item.symbols
        else None,
    )


def _same_text(told: str, known: str) -> bool | None:
    if not told or not known:
        return None
    return normal_form(told) == normal_form(known)


class Weighing:
    """facts_of for many records of one question, each combination weighed once."""

    def __init__(self, question: Question, calibre: str | None) -> None:
        self._question = question
        self._calibre = calibre
        self._known: dict[tuple[object, ...], rules.Facts] = {}
        told = (question.maker, calibre, question.type, question.country, question.model, question.year)
        self.nothing_told = not any(told) and not question.symbols

    def facts(self, match: MatchKind, item: Record) -> rules.Facts:
        """As facts_of."""
        key: tuple[object, ...] = (
            (match,)
            if self.nothing_told
            else (
                match,
                item.maker,
                item.maker_short,
                item.calibre,
                item.type,
                item.country,
                item.model,
                item.year,
                item.symbols,
            )
        )
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = facts_of(match, item, self._question, self._calibre)
        return found
