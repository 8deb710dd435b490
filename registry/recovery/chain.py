"""The chain of evidence: each link is bound to the one before it. Pure.

A link says who gave, who took, when both signed, why, where, in which bag and whether the seal was whole.
Its digest is SHA-256 over the digest before it and what it says, so that a copy on paper shows whether
anything was changed, left out or put in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.core.errors import Unmet
from schemas.words import said

NOTHING = b"\0" * 32
"""What stands before the first link."""


@dataclass(frozen=True)
class Link:
    """One link. giver: the account that gave, None for the first; times in UTC."""

    n: int
    giver: int | None
    taker: int
    given_at: datetime
    taken_at: datetime
    purpose: str
    place: str
    bag: str
    intact: bool
    note: str


def digest(item: str, link: Link, before: bytes) -> bytes:
    """The digest of a link of an item, by its number, after the digest of the link before."""
    told = [
        item, link.n, link.giver, link.taker, _moment(link.given_at), _moment(link.taken_at), link.purpose,
        link.place, link.bag, link.intact, link.note,
    ]  # fmt: skip
    return hashlib.sha256(before + json.dumps(told, ensure_ascii=False).encode()).digest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def broken(item: str, links: Sequence[tuple[Link, bytes]]) -> list[Unmet]:
    """What is wrong with a chain of links and their digests: nothing, if it is whole."""
    unmet: list[Unmet] = []
    before, holder, last = NOTHING, None, None
    for n, (link, kept) in enumerate(links, 1):
        if link.n != n:
            unmet.append(Unmet(said("Link %(n)s is missing.", n=n), f"{n}", "FP 6"))
        if link.giver != holder:
            unmet.append(Unmet(said("Link %(n)s was given by somebody else.", n=link.n), f"{n}", "FP 6"))
        if link.taken_at < link.given_at or (last is not None and link.given_at < last):
            unmet.append(Unmet(said("Link %(n)s is before what it follows.", n=link.n), f"{n}", "FP 6"))
        if digest(item, link, before) != kept:
            unmet.append(Unmet(said("Link %(n)s is not as it was signed.", n=link.n), f"{n}", "FP 6"))
        before, holder, last = kept, link.taker, link.taken_at
    if not links:
        unmet.append(Unmet("There is no chain of evidence.", "", "FP 6"))
    return unmet


@dataclass(frozen=True)
class Held:
    """What of an item counts when it is to change hands."""

    number: str
    custodian: int
    offered: bool
    in_evidence: bool


def unmet_to_offer(items: Sequence[Held], giver: int, taker: int) -> list[Unmet]:
    """Only who holds evidence gives it, each item once, to somebody else."""
    unmet = []
    if giver == taker:
        unmet.append(Unmet("Nobody hands evidence to themselves.", "taker", "FP 6"))
    for n, item in enumerate(items):
        field = f"items.{n}"
        if not item.in_evidence:
            unmet.append(Unmet(said("%(number)s is no longer there.", number=item.number), field, "FP 6"))
        elif item.custodian != giver:
            unmet.append(
                Unmet(said("%(number)s is in the hands of somebody else.", number=item.number), field, "FP 6")
            )
        elif item.offered:
            unmet.append(Unmet(said("%(number)s is being handed over.", number=item.number), field, "FP 6"))
    return unmet
