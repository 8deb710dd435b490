"""Answering whoever asks whether a document is genuine: nobody has to sign in, and guessing is hopeless.

A code that is not known counts as a wrong try of its network, however it is wrong; past the limit no
code is answered from there for a while. What cannot be counted is not answered. One look-up by digest
answers every text alike, so that the time it takes tells nothing of how near a guess came.
"""

from __future__ import annotations

from datetime import timedelta

from registry.access import throttle
from registry.core.errors import NotFound, TooMany
from registry.core.work import Actor, Office, Work
from registry.verification import codes, keys, queries
from schemas.vocabulary import Role

ANYONE = Actor(0, "anyone", Role.ADMINISTRATOR, frozenset())
LIMIT = throttle.Limit("verification", 20, timedelta(hours=1))
UNKNOWN = "No document of this registry has this code. Compare it letter by letter with the paper."
WAIT = "Too many unknown codes came from your network. Wait a while before the next."


def verify(office: Office, text: str, address: str, verifiable: queries.Verifiable) -> queries.Verified:
    """The document with a code; raises NotFound alike for every code that is none, TooMany past the limit."""
    place = throttle.network(address)
    with office.look(ANYONE) as work:
        if throttle.Tries(work, LIMIT, place).locked_until():
            raise TooMany(WAIT)
        code = codes.read(text)
        row = queries.by_code(work, code)
        if row is not None:
            return queries.verified(work, row, code, verifiable, keys.known(work))
    with office.begin(ANYONE, doing="verification") as work:
        _count(work, place)
    raise NotFound(UNKNOWN)


def _count(work: Work, place: str) -> None:
    tries = throttle.Tries(work, LIMIT, place)
    tries.hold()
    if not tries.locked_until():
        tries.count()
