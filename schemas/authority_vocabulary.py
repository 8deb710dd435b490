"""Closed lists of the directory of authorities, each with its source. Published: never renamed."""

from __future__ import annotations

from enum import StrEnum


class CardPart(StrEnum):
    """What a card says; everybody reads those parts that its State or the officer made public."""

    AUTHORITY = "authority"
    CONTACT = "contact"  # FP 13(2)
    ANSWERS = "answers"
    LANGUAGES = "languages"
    REQUIREMENTS = "requirements"


class AnswerKind(StrEnum):
    """What an authority answers, by the type of the message that asks it."""

    TRACE = "trace.request"  # FP 12(4), ITI 17
    LICENCE = "licence.verify.request"  # FP 10(2)(a), 10(5)
    TRANSIT = "transit.notice"  # FP 10(2)(b), 10(3)
    RECEIPT = "receipt-of-goods.request"  # FP 10(4)
    CONSENT = "consent.request"  # ITI 15


class CardOrigin(StrEnum):
    """Where a card comes from."""

    ENTERED = "entered"  # by an officer, from the source that is named
    SIGNED = "signed"  # the State's own key set


class CardStanding(StrEnum):
    """Whether a card still counts as checked."""

    CURRENT = "current"
    OLD = "old"
    NONE = "none"


class EntryKind(StrEnum):
    """What an officer did with a card."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"


class Region(StrEnum):
    """Regions of the United Nations (Standard country or area codes, M49)."""

    AFRICA = "africa"
    AMERICAS = "americas"
    ASIA = "asia"
    EUROPE = "europe"
    OCEANIA = "oceania"
    ANTARCTICA = "antarctica"
