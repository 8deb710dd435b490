"""What a problem means for its sender, when to try again, and how much is taken from whom."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from schemas.exchange import JTI

LARGEST_BODY = 256 * 1024  # bytes, as they travel
LARGEST_RECORD = 180 * 1024  # bytes of the record, which grow by a third when sealed
SKEW = 300  # seconds that a sender's clock may be ahead
PEER_PER_MINUTE = 15_000
REFUSED_PER_MINUTE = 120  # of one State: each is written down, so it is limited as what is taken
BAD_PER_MINUTE = 60
LARGEST_ORDER = 16 * 1024  # bytes, of what asks for a file
ORDERS_PER_MINUTE = 60  # of one State: each may be answered by ten megabytes
ORDER_LIVES = 300  # seconds; who hears one later gets nothing for it
MOST_WANTED = 500  # files of one State that are still to be fetched
FETCHED_A_DAY = 2**30  # bytes of one State's files
FETCHED_WITHIN = timedelta(days=14)  # as long as the message that names a file could be on its way
MOST_HELD = 1_000  # messages of one State that wait for what should have come before them
HELD_AT_MOST = timedelta(days=15)  # longer than any message lives that they could wait for
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
SHORTEST_WAIT = timedelta(seconds=20)  # longer than one delivery takes, so that none overlaps the next
ALERT_AFTER = timedelta(hours=4)


class Code(StrEnum):
    """Why a message was not taken."""

    BAD_SIGNATURE = "bad-signature"
    UNKNOWN_KEY = "unknown-key"
    WRONG_AUDIENCE = "wrong-audience"
    EXPIRED = "expired"
    FUTURE_DATED = "future-dated"
    ID_REUSE = "id-reuse"
    UNSUPPORTED_VERSION = "unsupported-version"
    UNSUPPORTED_TYPE = "unsupported-type"
    SCHEMA = "schema"
    TOO_LARGE = "too-large"
    NOT_AUTHORISED = "not-authorised"
    REFUSED = "refused"
    GONE = "gone"
    WRONG_THREAD = "wrong-thread"
    UNSEALABLE = "unsealable"
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"


TRANSIENT = frozenset({Code.UNSEALABLE, Code.TOO_MANY, Code.UNAVAILABLE})
"""A message may arrive damaged, sealed for a key that was just replaced, too early or at a bad moment."""

FINAL_FOR_FILES = frozenset({Code.GONE, Code.NOT_AUTHORISED})
"""Each order for a file is a new one: only that it will never be given ends the asking."""

STATUS = {Code.GONE: 410, Code.TOO_LARGE: 413, Code.TOO_MANY: 429, Code.UNAVAILABLE: 503}


def status(code: Code) -> int:
    """The HTTP status of a problem."""
    return STATUS.get(code, 422)


def is_permanent(code: str) -> bool:
    """Whether trying again with the same record is in vain; an unknown reason is not."""
    return code in set(Code) - TRANSIENT


def wait(tries: int, chance: float) -> timedelta:
    """Until the next try: full jitter, 30 s doubling to 6 h. chance: uniform in [0, 1)."""
    longest: timedelta = min(FIRST_WAIT * int(2 ** min(tries, 16)), LONGEST_WAIT)
    return SHORTEST_WAIT + (longest - SHORTEST_WAIT) * chance


def account_of(state: str) -> int:
    """The account under which a State acts: below zero, made of the letters of its code."""
    return -((ord(state[0]) - 64) * 32 + ord(state[1]) - 64)


def state_of(account: int) -> str:
    """The State that acts under an account below zero."""
    first, second = divmod(-account, 32)
    return chr(first + 64) + chr(second + 64)


def is_identifier(text: str) -> bool:
    """Whether this is a UUID of version 7."""
    return JTI.fullmatch(text) is not None
