"""Keys that sign papers, and the list of papers that are no longer good."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import or_, select

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.verification import signed, verdicts
from registry.verification.facts import PaperFacts, packed
from registry.verification.tables import IssuedDocument, PaperKey
from registry.verification.verdicts import EndingsList, KnownKey
from schemas.verification_vocabulary import Ending
from schemas.vocabulary import IssuedKind

NONCE = 12
NEXT = timedelta(hours=24)
"""After so long a device should have fetched a newer list."""
AT_ONCE = 500

Ended = Callable[[Work], Iterable[tuple[str, str, Ending]]]
"""(number of a record, edition of its paper that is not meant or "", why the others are no longer good);
for the papers of one kind, of which those may be left out that are out of their own dates."""
Endings = Mapping[IssuedKind, Ended]


class NoPaperKey(NotFound):
    """There is no key that signs papers."""

    code = "no-paper-key"
    title = "No key signs papers here"


def keys(work: Work) -> list[PaperKey]:
    """Every key there ever was, the first one first."""
    order = (PaperKey.valid_from, PaperKey.made_at, PaperKey.kid)
    return list(work.session.scalars(select(PaperKey).order_by(*order)))


def known(work: Work) -> list[KnownKey]:
    """The public keys, as whoever checks papers needs them."""
    return [
        KnownKey(
            bytes.fromhex(row.kid),
            row.public,
            work.home,
            row.valid_from,
            row.valid_until,
            row.withdrawn_at,
        )
        for row in keys(work)
    ]


def signing(work: Work, issued_at: datetime) -> Ed25519PrivateKey | None:
    """The key for what was issued then: the newest that served, else the next; None where there is none.

    The same one at every print, so that a paper printed again is the same.
    """
    serve = [
        row
        for row in keys(work)
        if row.sealed is not None and row.valid_from <= work.now and row.valid_until > issued_at
    ]
    early = [row for row in serve if row.valid_from <= issued_at]
    chosen = early[-1] if early else serve[0] if serve else None
    return _unsealed(work, chosen) if chosen else None


def sealed(work: Work, kid: str, private: bytes) -> bytes:
    """A private half as it is kept."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(work.key("paper keys")).encrypt(nonce, private, kid.encode("ascii"))


def _unsealed(work: Work, row: PaperKey) -> Ed25519PrivateKey | None:
    """A private half; None where the registry's secret key is another one than when it was made."""
    kept = row.sealed or b""
    try:
        cipher = AESGCM(work.key("paper keys"))
        raw = cipher.decrypt(kept[:NONCE], kept[NONCE:], row.kid.encode("ascii"))
    except (InvalidTag, ValueError):
        return None
    return Ed25519PrivateKey.from_private_bytes(raw)


def signed_facts(work: Work, facts: PaperFacts) -> bytes:
    """What goes into the square of a paper; b"" where no key signs."""
    key = signing(work, facts.issued_at)
    return signed.sign(key, packed(facts), signed.PAPER) if key else b""


def endings(work: Work, offered: Endings) -> EndingsList:
    """Which papers are no longer good at this moment, and by when there is a newer list."""
    made = work.now.replace(microsecond=0)
    found: dict[bytes, Ending] = {}
    for paper, ending in [*_of_documents(work, offered), *_of_subjects(work, offered)]:
        found[paper] = min(ending, found.get(paper, ending), key=_WORST.index)
    return EndingsList(work.home, made, made + NEXT, found)


_WORST = (Ending.REVOKED, Ending.SUSPENDED, Ending.REPLACED, Ending.ENDED)


def signed_endings(work: Work, offered: Endings) -> bytes:
    """The list of endings, signed; raises NoPaperKey."""
    key = signing(work, work.now)
    if key is None:
        raise NoPaperKey("No key signs papers here: see `flask --app wsgi papers keygen`")
    return signed.sign(key, verdicts.packed_list(endings(work, offered)), signed.REVOCATIONS)


def _of_documents(work: Work, offered: Endings) -> Iterator[tuple[bytes, Ending]]:
    query = select(IssuedDocument.seal, IssuedDocument.revoked_at).where(
        IssuedDocument.kind.in_([kind.value for kind in offered]),
        or_(IssuedDocument.revoked_at.is_not(None), IssuedDocument.superseded_at.is_not(None)),
    )
    for seal, revoked_at in work.session.execute(query):
        yield verdicts.paper_id(seal), Ending.REVOKED if revoked_at else Ending.REPLACED


def _of_subjects(work: Work, offered: Endings) -> Iterator[tuple[bytes, Ending]]:
    for kind, ended in offered.items():
        told = list(ended(work))
        for at in range(0, len(told), AT_ONCE):
            yield from _papers(work, kind, told[at : at + AT_ONCE])


def _papers(
    work: Work, kind: IssuedKind, some: Sequence[tuple[str, str, Ending]]
) -> Iterator[tuple[bytes, Ending]]:
    told: dict[str, list[tuple[str, Ending]]] = {}
    for number, edition, ending in some:
        told.setdefault(number, []).append((edition, ending))
    query = select(IssuedDocument.subject, IssuedDocument.edition, IssuedDocument.seal).where(
        IssuedDocument.kind == kind.value, IssuedDocument.subject.in_(list(told))
    )
    for number, edition, seal in work.session.execute(query):
        for good, ending in told[number]:
            if edition != good:
                yield verdicts.paper_id(seal), ending
