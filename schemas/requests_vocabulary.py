"""Closed lists of requests between States, each with its source. Stored and published: never renamed."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Whether we ask or are asked."""

    OUT = "out"
    IN = "in"


class Side(StrEnum):
    """Who does something in a request."""

    ASKING = "asking"
    ASKED = "asked"


class Urgency(StrEnum):
    """How fast an answer is needed; the targets are ours, no treaty sets a time (FP 12(4): prompt)."""

    URGENT = "urgent"
    ROUTINE = "routine"


class RequestState(StrEnum):
    """Where a request stands, the same on both sides (ITI 17-24)."""

    DRAFT = "draft"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"  # ITI 19
    MORE_ASKED = "more_asked"  # ITI 21
    DELAYED = "delayed"  # ITI 22
    ANSWERED = "answered"  # ITI 20
    ANSWERED_IN_PART = "answered_in_part"  # ITI 22
    REFUSED = "refused"  # ITI 22
    CLARIFYING = "clarifying"  # ITI 23
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class RequestAct(StrEnum):
    """What is done in a request; `registry/requests/life.py` says by whom and when."""

    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ASK_MORE = "ask_more"
    GIVE_MORE = "give_more"
    ANSWER = "answer"
    ANSWER_IN_PART = "answer_in_part"
    DELAY = "delay"
    REFUSE = "refuse"
    CLARIFY = "clarify"
    REMIND = "remind"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    NAME_HOLDER = "name_holder"  # who holds it last, which two officers release
    KEEP_HOLDER = "keep_holder"  # that this is not told, and why
    WITHDRAW_ONWARD = "withdraw_onward"  # what the asked State asks another one for us


class FieldWanted(StrEnum):
    """What a request asks to be told; nothing else of our records is told (ITI 15, 18)."""

    MANUFACTURE = "manufacture"
    TRANSFERS = "transfers"  # with the State it went to
    LAST_LAWFUL_STATUS = "last_lawful_status"
    LAST_LAWFUL_HOLDER = "last_lawful_holder"


class FieldTold(StrEnum):
    """What an answer says of a field that was wanted."""

    TOLD = "told"
    IN_PART = "told_in_part"
    WITHHELD = "withheld"
    NOT_ON_RECORD = "not_on_record"
    SECOND_STEP = "second_step"  # two officers decide about it apart


class HolderField(StrEnum):
    """What is told of the last holder beside the name, as far as it is on record."""

    BIRTH_DATE = "birth_date"
    DOCUMENT = "document"  # of identity; of a company its registration number
    ADDRESS = "address"


class HolderState(StrEnum):
    """Where the identity of the last holder stands that another State has asked for."""

    NOT_ASKED = ""
    ASKED = "asked"
    NAMED = "named"
    KEPT = "kept"


class NoticeKind(StrEnum):
    """What else is written into the course of a request."""

    DRAFTED = "drafted"
    TRACED = "traced"
    NOT_TRACED = "not_traced"
    ESCALATED = "escalated"
    CONSENT_ASKED = "consent_asked"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    ASKED_NEXT = "asked_next"
    CHAIN_ENDED = "chain_ended"
    DISCLOSURE_TOLD = "disclosure_told"  # to the source, before, FP 12(5)
    DISCLOSURE_SEEN = "disclosure_seen"  # by the source
    DISCLOSED = "disclosed"
    ASKED_ONWARD = "asked_onward"  # another State, on behalf of the one that asks
    TOLD_ONWARD = "told_onward"  # what became of that
    ERASED = "erased"  # what the other State let us keep until a day, ITI 15


class RestrictionGround(StrEnum):
    """The four grounds on which an answer may be delayed, restricted or refused (ITI 22)."""

    ONGOING_INVESTIGATION = "ongoing_investigation"
    CONFIDENTIALITY_LAW = "confidentiality_law"
    CONFIDENTIALITY_NOT_GUARANTEED = "confidentiality_not_guaranteed"
    NATIONAL_SECURITY = "national_security"


class AttachmentState(StrEnum):
    """Where a file stands that goes with a request or answer, or came with it."""

    GOES_NEXT = "goes_next"  # with our next step
    SENT = "sent"
    AWAITED = "awaited"  # named by the other State, being fetched
    KEPT = "kept"  # fetched, and it is what was announced
    NOT_TAKEN = "not_taken"


class Means(StrEnum):
    """By which other means a request or answer goes, where it does not go by the exchange."""

    POST = "post"
    COURIER = "courier"
    DIPLOMATIC_BAG = "diplomatic_bag"
    BY_HAND = "by_hand"
    EMAIL = "email"
    FAX = "fax"
    INTERPOL = "interpol"  # ITI 33-35


class Usefulness(StrEnum):
    """What an answer was good for, told to whoever gave it."""

    LED_TO_SOURCE = "led_to_source"
    LED_TO_NEXT_STATE = "led_to_next_state"
    USED_AS_EVIDENCE = "used_as_evidence"
    NO_USE = "no_use"


class Delegation(StrEnum):
    """Whether the State asked may ask the next one on behalf of whoever asks."""

    NONE = "none"
    ALLOWED = "allowed"


class ForOthers(StrEnum):
    """Who decides whether something is done on behalf of another State."""

    NEVER = "never"
    OFFICER = "officer"
    MACHINE = "machine"


class Onward(StrEnum):
    """Whether an answer may go on to others (ITI 15)."""

    NONE = "none"
    CONSENT = "consent"  # once the source has consented


class ConsentState(StrEnum):
    """What the source of an answer said to its onward use."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
