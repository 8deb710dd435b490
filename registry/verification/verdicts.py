"""The check of a paper's square without a network: `papers.js` comes to the same by the same steps. Pure.

1. What was scanned is in the one form in which the registry signs, else it is not ours.
2. The key that it names is known; a paper of another State, or an unknown key, cannot be judged here.
3. The key signed these very bytes as a paper, and nobody withdrew the key.
4. The facts are of the version that is read here, of this State, and issued while the key served.
5. The code beside the facts is the code of that paper.
6. The list of endings has it, or it is out of its own dates, or the list is too old to tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registry.verification import cbor, codes, signed
from registry.verification.facts import ID, LATEST, PaperFacts, Unreadable, unpacked
from schemas.verification_vocabulary import Ending, PaperDoubt, PaperVerdict

ENDINGS = tuple(Ending)


@dataclass(frozen=True)
class KnownKey:
    """A public key that signs papers of a State. serves_until: what it signs was issued before that."""

    kid: bytes
    public: bytes
    state: str
    serves_from: datetime
    serves_until: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class EndingsList:
    """Papers that are no longer good, as signed at a time. endings: by id of the paper."""

    state: str
    made_at: datetime
    next_at: datetime
    endings: Mapping[bytes, Ending]


@dataclass(frozen=True)
class Checked:
    """verdict, and what it is based on; ending, doubt: where the verdict is one of those.

    stale: whether the list is older than the time by which there is a newer one.
    """

    verdict: PaperVerdict
    facts: PaperFacts | None = None
    ending: Ending | None = None
    doubt: PaperDoubt | None = None
    stale: bool = False


NOT_OURS = Checked(PaperVerdict.NOT_OURS)


def check(
    text: str, state: str, keys: Sequence[KnownKey], endings: EndingsList | None, now: datetime
) -> Checked:
    """What a scanned text comes to at a moment. state: whose registry checks."""
    code, figures = signed.carried(text)
    try:
        found = signed.opened(signed.from_figures(figures or "0"))
    except signed.NotSigned:
        return NOT_OURS
    key = next((one for one in keys if one.kid == found.kid), None)
    if key is None:
        return _of_unknown_key(found.payload, state)
    if not found.is_by(key.public, signed.PAPER):
        return NOT_OURS
    if key.withdrawn_at is not None:
        return Checked(PaperVerdict.CANNOT_TELL, doubt=PaperDoubt.WITHDRAWN_KEY)
    try:
        facts = unpacked(found.payload)
    except Unreadable:
        return Checked(PaperVerdict.CANNOT_TELL, doubt=PaperDoubt.NEW_FORM)
    if facts.issuer != key.state or facts.issued_at >= key.serves_until or not _belongs(code, facts):
        return NOT_OURS
    return _standing(facts, endings, now)


def _of_unknown_key(payload: bytes, state: str) -> Checked:
    """Nothing of it is shown but whose it claims to be: anybody may have signed it."""
    try:
        other = unpacked(payload).issuer != state
    except Unreadable:
        return NOT_OURS
    doubt = PaperDoubt.OTHER_STATE if other else PaperDoubt.UNKNOWN_KEY
    return Checked(PaperVerdict.CANNOT_TELL, doubt=doubt)


def _belongs(text: str, facts: PaperFacts) -> bool:
    """Whether the code beside the facts is that of the paper; a scanner may leave the address out."""
    return not text or paper_id(codes.seal_of(codes.read(text))) == facts.id


def paper_id(seal: bytes) -> bytes:
    """How lists and squares name a paper: the beginning of its seal."""
    return seal[:ID]


def _standing(facts: PaperFacts, endings: EndingsList | None, now: datetime) -> Checked:
    stale = endings is None or endings.next_at <= now
    ended = endings.endings.get(facts.id) if endings else None
    if ended is not None:
        return Checked(PaperVerdict.NO_LONGER_GOOD, facts, ended, stale=stale)
    early = facts.starts_at is not None and now < facts.starts_at
    late = facts.ends_at is not None and now >= facts.ends_at
    if early or late:
        return Checked(PaperVerdict.OUT_OF_DATES, facts, stale=stale)
    if stale:
        doubt = PaperDoubt.OLD_LIST if endings else PaperDoubt.NO_LIST
        return Checked(PaperVerdict.CANNOT_TELL, facts, doubt=doubt, stale=True)
    return Checked(PaperVerdict.GENUINE, facts)


def packed_list(told: EndingsList) -> dict[int, Any]:
    """A list as it is signed: the ids of each ending in one run of bytes, in their order."""
    ids = dict.fromkeys(ENDINGS, b"")
    for paper, ending in sorted(told.endings.items()):
        ids[ending] += paper
    runs = {number: ids[ending] for number, ending in enumerate(ENDINGS, 1) if ids[ending]}
    return {0: 1, 1: told.state, 2: int(told.made_at.timestamp()), 3: int(told.next_at.timestamp()), 4: runs}


def read_list(raw: bytes, keys: Sequence[KnownKey]) -> EndingsList:
    """A signed list; raises NotSigned unless one of these keys, not withdrawn, signed it as that."""
    found = signed.opened(raw)
    key = next((one for one in keys if one.kid == found.kid and one.withdrawn_at is None), None)
    if key is None or not found.is_by(key.public, signed.REVOCATIONS):
        raise signed.NotSigned("not signed by a key that is known")
    try:
        form = cbor.decoded(found.payload)
    except cbor.NotCbor as error:
        raise signed.NotSigned(str(error)) from None
    match form:
        case {0: 1, 1: str(state), 2: int(made), 3: int(following), 4: dict(runs), **more} if not more:
            if state == key.state and 0 <= made <= LATEST and 0 <= following <= LATEST:
                return EndingsList(state, _at(made), _at(following), _endings(runs))
    raise signed.NotSigned("no list of this version")


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _endings(runs: Mapping[int, Any]) -> dict[bytes, Ending]:
    found: dict[bytes, Ending] = {}
    for number, ids in runs.items():
        if not 1 <= number <= len(ENDINGS) or not isinstance(ids, bytes) or len(ids) % ID:
            raise signed.NotSigned("no list of papers")
        found.update((ids[at : at + ID], ENDINGS[number - 1]) for at in range(0, len(ids), ID))
    return found
