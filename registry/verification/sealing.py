"""Printing a document under its code: an edge, since it knows where this registry is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import request

from registry.core.printing.paper import Seal
from registry.core.web.context import Registry, actor, registry, request_id
from registry.core.work import Actor, Begin, Look
from registry.verification import codes, issuing, key_queries, keys, queries, signing, verdicts
from registry.verification.facts import PaperFacts
from registry.verification.signed import figures
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH, Language


@dataclass(frozen=True)
class Desk:
    """Where a document leaves from: this registry, for whom, and where codes are verified ("" unknown)."""

    parts: Registry
    who: Actor
    origin: str
    request_id: str = ""

    def look(self) -> Look:
        """A transaction that reads."""
        return self.parts.office.look(self.who, request_id=self.request_id)

    def begin(self) -> Begin:
        """A transaction that issues."""
        return self.parts.office.begin(self.who, request_id=self.request_id, doing="document.issue")


def desk_of(parts: Registry, who: Actor) -> Desk:
    """Where nobody asks over the web: a code's address is known where the settings name it."""
    return Desk(parts, who, parts.settings.origin)


def _desk() -> Desk:
    """Of the request that is answered; production does not believe what a request says of its host."""
    settings = registry().settings
    origin = settings.origin or ("" if settings.production else request.host_url.rstrip("/"))
    return Desk(registry(), actor(), origin, request_id())


def sealed(
    kind: IssuedKind,
    subject: str,
    draw: Callable[[Seal], bytes],
    edition: str = "1",
    language: Language = ENGLISH,
    facts: PaperFacts | None = None,
    desk: Desk | None = None,
) -> bytes:
    """The document as drawn with its seal, signed; what was printed is on record before it is handed out.

    On record is what was drawn, since each signature is another one; whoever shows the file proves both.
    Drawn outside of any transaction. The caller has made sure that whoever asks may have the document.
    facts: what its square says besides, signed, so that it can be checked without a network. desk: where it
    leaves from, by default the request that is answered. Raises SigningFails.
    """
    desk = desk or _desk()
    document = _document(desk, kind, subject, edition)
    printed = draw(_seal(desk, document, language, facts))
    if not _is_kept(desk, document.id, printed):
        with desk.begin() as work:
            issuing.keep_print(work, document.id, printed, language.code)
    return _signed(desk, printed)


def _signed(desk: Desk, printed: bytes) -> bytes:
    """A document signed by the authority's key; as it is where there is none."""
    with desk.look() as work:
        by, now = keys.serving(work), work.now
    if by is None:
        return printed
    settings = desk.parts.settings
    return signing.sign_at(printed, by, settings.authority, now, settings.timestamp_url)


def _seal(desk: Desk, document: issuing.Issued, say: Language, facts: PaperFacts | None) -> Seal:
    words = say("Whether this document is genuine and still good is told to everyone, without sign-in:")
    code = document.code
    square = _square(desk, document, facts) if facts else ""
    return Seal(codes.shown(code), _address(desk, code), words, square)


def _square(desk: Desk, document: issuing.Issued, facts: PaperFacts) -> str:
    """What a telephone opens, with the signed facts behind #; "" where no key signs."""
    paper = verdicts.paper_id(codes.seal_of(document.code))
    told = replace(facts, id=paper, issued_at=document.issued_at)
    with desk.look() as work:
        raw = key_queries.signed_facts(work, told)
    if not raw:
        return ""
    return f"{_address(desk, document.code) or document.code}#{figures(raw)}"


def _document(desk: Desk, kind: IssuedKind, subject: str, edition: str) -> issuing.Issued:
    with desk.look() as work:
        if known := issuing.known(work, kind, subject, edition):
            return known
    with desk.begin() as work:
        return issuing.issue(work, kind, subject, edition)


def _is_kept(desk: Desk, document_id: int, printed: bytes) -> bool:
    with desk.look() as work:
        return hashlib.sha256(printed).digest() in queries.digests(work, document_id)


def _address(desk: Desk, code: str) -> str:
    """Where the code is verified; "" where this registry does not know where it is found."""
    return f"{desk.origin}/verify/{codes.shown(code)}" if desk.origin else ""
