"""Closed lists of notices and questions between States about licences and shipments. Never renamed."""

from __future__ import annotations

from enum import StrEnum


class Matter(StrEnum):
    """What a notice or question is about."""

    LICENCE = "licence"  # whether a licence that was shown is genuine and in force, FP 10(2)(a), 10(5)
    TRANSIT = "transit"  # whether a State on the way objects, FP 10(2)(b), 10(3)
    EXPORT = "export"  # that a shipment comes
    RECEIPT = "receipt"  # whether a shipment came, FP 10(4)


class NoticeState(StrEnum):
    """Where it stands, the same on both sides."""

    TOLD = "told"  # nothing is to be answered
    ASKED = "asked"
    CONFIRMED = "confirmed"  # genuine and in force; no objection; all of it came
    IN_PART = "in_part"
    NOT_YET = "not_yet"
    DENIED = "denied"  # not in force or not known; an objection
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # by a later notice of the same shipment


class NoticeAct(StrEnum):
    """What a side does; `registry/notices/life.py` says which and when."""

    ASK = "ask"
    CONFIRM = "confirm"
    DENY = "deny"
    IN_PART = "in_part"
    NOT_YET = "not_yet"
    WITHDRAW = "withdraw"


class NoticeEvent(StrEnum):
    """What else is written into the course of one."""

    ESCALATED = "escalated"
    ALARM = "alarm"
    SEEN = "seen"
    REPLACED = "replaced"
    COMPARED = "compared"  # with the record of our own customs


class Effect(StrEnum):
    """What another State's word did to our licence or shipment."""

    MET = "met"  # the condition is met by it
    UNDONE = "undone"  # what was met is not any more
    STAYS = "stays"  # nothing changed there
    CROSSED = "crossed"  # it crossed ours on the way, or a later one came first


class Alarm(StrEnum):
    """Why somebody has to look."""

    UNDONE = "undone"  # what a licence in use rested on is gone
    DENIED = "denied"  # not in force, not known, or an objection
    DIFFERS = "differs"  # what was shown or sent is not what the other State says
    ELSEWHERE = "elsewhere"  # a State shows a licence of ours that does not name it
    NOT_IN_FORCE = "not_in_force"  # goods are announced under a licence that does not allow them


class Standing(StrEnum):
    """How a licence stands at its issuer."""

    IN_FORCE = "in_force"
    NOT_YET_VALID = "not_yet_valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    RETURNED = "returned"
    UNKNOWN = "unknown"  # to the issuer, as one that names the State that asks


class Came(StrEnum):
    """What the importing State says of a shipment, FP 10(4)."""

    FULL = "full"
    PART = "part"
    NOT_YET = "not_yet"
