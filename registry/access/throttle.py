"""Wrong tries, counted in the database so that every process knows them.

Logins, accounts and addresses are kept as keyed hashes: the table tells nobody who tried or from where.
A login that does not exist is counted like one that does. Whatever cannot be counted is not admitted:
counting and admitting are one transaction.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from registry.access.tables import WrongTries
from registry.core.errors import TooMany
from registry.core.work import Work

FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)
LONGEST_MEMORY = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """free: wrong tries without a wait; each further one doubles it. forget: after so long without one."""

    name: str
    free: int
    forget: timedelta


LOGIN = Limit("login", 5, LONGEST_MEMORY)
FACTOR = Limit("factor", 5, LONGEST_MEMORY)
ADDRESS = Limit("address", 30, timedelta(hours=1))  # an office shares one


class Tries:
    """The wrong tries of one subject, held until the end of the transaction."""

    def __init__(self, work: Work, limit: Limit, subject: str) -> None:
        self.work, self.limit = work, limit
        self.key = hmac.digest(work.key("wrong tries"), f"{limit.name} {subject}".encode(), "sha256")

    def locked_until(self) -> datetime | None:
        """Until when no try is admitted; None when one is."""
        question = select(WrongTries.locked_until).where(WrongTries.key == self.key)
        until = self.work.session.scalar(question)
        return until if until and until > self.work.now else None

    def hold(self) -> None:
        """Nobody else counts for this subject until the end of the transaction."""
        self.work.lock(f"wrong tries {self.key.hex()}")

    def count(self) -> None:
        """One more wrong try; after the free ones the wait begins and doubles."""
        now, row = self.work.now, self._row()
        row.failures = 1 if row.last_at + self.limit.forget <= now else row.failures + 1
        row.last_at = now
        beyond = row.failures - self.limit.free
        if beyond >= 0:
            row.locked_until = now + min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK)

    def _row(self) -> WrongTries:
        session, now = self.work.session, self.work.now
        session.execute(delete(WrongTries).where(WrongTries.last_at < now - LONGEST_MEMORY))
        row = session.get(WrongTries, self.key, populate_existing=True)
        if row is None:
            row = WrongTries(key=self.key, failures=0, last_at=now)
            session.add(row)
        return row

    def forgive(self) -> None:
        """Forget them all: the right one came."""
        self.work.session.execute(delete(WrongTries).where(WrongTries.key == self.key))


def held(work: Work, limit: Limit, subject: str, address: str) -> tuple[Tries, Tries]:
    """The wrong tries of a subject and of an address, both held; always in the same order."""
    both = Tries(work, limit, subject), Tries(work, ADDRESS, network(address))
    for tries in sorted(both, key=lambda tries: tries.key):
        tries.hold()
    return both


def refuse_address(work: Work, address: str) -> None:
    """Raise TooMany for an address from which too many wrong tries came."""
    if Tries(work, ADDRESS, network(address)).locked_until():
        raise TooMany("Too many wrong tries came from your network. Wait a while before the next.")


def network(address: str) -> str:
    """What counts as one place: an IPv4 address, or the 64 bits of IPv6 that one customer is given."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
