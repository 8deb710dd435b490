"""Closed lists of retention: classes of records, what terms are counted from, how a record stands."""

from __future__ import annotations

from enum import StrEnum


class RecordClass(StrEnum):
    """What is kept and disposed of as one record (FP art. 7)."""

    FIREARM = "firearm"  # with marks, parts, custody, deactivations
    LOT = "lot"  # of ammunition, with packages, movements and sales
    LICENCE = "licence"  # with its shipments
    RECOVERY = "recovery"  # with its items and their chain of evidence
    TRACE = "trace"
    PERSON = "person"  # personal data of a natural person; the records in which they take part stay


class CountedFrom(StrEnum):
    """The event from which a term is counted."""

    LAST_EVENT = "last_event"
    MANUFACTURE = "manufacture"
    TRANSFER = "transfer"  # sale, import, export or other change of hands
    DESTRUCTION = "destruction"  # until there is one the term has not begun


class Standing(StrEnum):
    """How a record stands on a day."""

    OVER = "over"  # every term is over and nothing holds it
    HELD = "held"  # every term is over, but something holds it
    KEPT = "kept"  # a term runs
    NOT_BEGUN = "not_begun"  # a term waits for its event
    NO_TERM = "no_term"  # no law says how long: it is kept


class HoldKind(StrEnum):
    """What keeps a record beyond its terms."""

    LEGAL = "legal"
    TRACE = "trace"
    LICENCE = "licence"
    SHIPMENT = "shipment"
    EVIDENCE = "evidence"
    CONFLICT = "conflict"
    DEACTIVATION = "deactivation"
    INCIDENT = "incident"
    REFERENCE = "reference"  # another record rests on it


class ReceivedKind(StrEnum):
    """The form in which a company's own records came to the authority."""

    BOUND_BOOK = "bound_book"
    CARDS = "cards"
    PAPERS = "papers"
    FILES = "files"
    DATABASE = "database"
