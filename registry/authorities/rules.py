"""What a card says to whom, whether it is old, and where two of them differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.core.errors import Unmet
from schemas.authority_vocabulary import AnswerKind, CardPart, CardStanding
from schemas.exchange_keys import Card
from schemas.words import said

DAYS = 365
"""When a card is old, before the authority has set a term of its own."""


@dataclass(frozen=True)
class Parts:
    """What a card says, whoever wrote it. public: what everybody reads."""

    authority: str = ""
    contact: str = ""
    answers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    requirements: str = ""
    links: tuple[str, ...] = ()
    public: frozenset[str] = frozenset()

    def text(self, part: CardPart) -> str:
        """A part as one text, to be held against another card's."""
        if part is CardPart.REQUIREMENTS:
            return " ".join([self.requirements, *self.links]).strip()
        value = getattr(self, part.value)
        return value if isinstance(value, str) else " ".join(sorted(value))


def signed(card: Card) -> Parts:
    """The card in a State's key set.

    Of what it answers, the types that ask for something; addresses within its requirements are links; its
    `public` opens the parts that it names, and nothing where it says something else.
    """
    words = card.requirements.split()
    links = tuple(word for word in words if word.startswith("https://"))
    return Parts(
        card.authority,
        card.contact,
        _known(AnswerKind, card.answers),
        tuple(card.languages),
        " ".join(word for word in words if word not in links),
        links,
        frozenset(_known(CardPart, card.public.split())),
    )


def _known(codes: type[AnswerKind] | type[CardPart], told: Iterable[str]) -> tuple[str, ...]:
    names = set(told)
    return tuple(code.value for code in codes if code.value in names)


def published(parts: Parts) -> Card:
    """A card as the next key set signs it."""
    return Card(
        parts.authority,
        parts.contact[:400],
        parts.answers,
        parts.languages,
        parts.text(CardPart.REQUIREMENTS),
        " ".join(part.value for part in CardPart if part.value in parts.public),
    )


def withheld(parts: Parts, authorized: bool) -> tuple[CardPart, ...]:
    """Parts that say something and are not for whoever reads."""
    if authorized:
        return ()
    return tuple(part for part in CardPart if part.value not in parts.public and parts.text(part))


def differing(one: Parts, other: Parts) -> tuple[CardPart, ...]:
    """Where two cards of a State do not say the same."""
    return tuple(part for part in CardPart if _plainly(one.text(part)) != _plainly(other.text(part)))


def _plainly(text: str) -> str:
    return " ".join(text.casefold().split())


def standing(updated: datetime | None, days: int, now: datetime) -> CardStanding:
    """Whether a card is current, old, or none is there."""
    if updated is None:
        return CardStanding.NONE
    return CardStanding.OLD if updated < oldest(days, now) else CardStanding.CURRENT


def oldest(days: int, now: datetime) -> datetime:
    """A card last updated before this is old."""
    return now - timedelta(days=days)


def unmet_for_languages(languages: Sequence[str], known: Iterable[str]) -> list[Unmet]:
    """Codes that are no language of ISO 639."""
    strange = sorted(set(languages) - set(known))
    words = said("No language has the code %(code)s.", code=", ".join(strange))
    return [Unmet(words, "languages")] if strange else []


def in_common(languages: Sequence[str], ours: Sequence[str], fallback: str = "en") -> str:
    """The first of their languages that papers are printed in here, else the fallback."""
    return next((code for code in languages if code in ours), fallback)
