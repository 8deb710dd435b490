"""Printing a document under its code: an edge, since it knows where this registry is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from flask import request

from registry.core.printing.paper import Seal
from registry.core.web.context import Registry, actor, registry, request_id
from registry.core.work import Actor, Begin
from registry.verification import codes, issuing, key_queries, keys, queries, signing, verdicts
from registry.verification.facts import PaperFacts
from registry.verification.signed import figures
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH, Language


def sealed(
    kind: IssuedKind,
    subject: str,
    draw: Callable[[Seal], bytes],
    edition: str = "1",
    language: Language = ENGLISH,
    facts: PaperFacts | None = None,
) -> bytes:
    """The document as drawn with its seal, signed; what was printed is on record before it is handed out.

    On record is what was drawn, since each signature is another one; whoever shows the file proves both.
    Drawn outside of any transaction. The caller has made sure that whoever asks may have the document.
    facts: what its square says besides, signed, so that it can be checked without a network.
    """
    document = _document(kind, subject, edition)
    printed = draw(_seal(document, language, facts))
    if not _is_kept(document.id, printed):
        with _begin() as work:
            issuing.keep_print(work, document.id, printed, language.code)
    return signed(printed)


def signed(printed: bytes) -> bytes:
    """A document signed by the authority's key; as it is where there is none. Raises SigningFails."""
    return signed_for(registry(), actor(), printed)


def signed_for(parts: Registry, who: Actor, printed: bytes) -> bytes:
    """The same, where nobody asks over the web."""
    with parts.office.look(who) as work:
        by, now = keys.serving(work), work.now
    if by is None:
        return printed
    return signing.sign_at(printed, by, parts.settings.authority, now, parts.settings.timestamp_url)


def _seal(document: issuing.Issued, say: Language, facts: PaperFacts | None) -> Seal:
    words = say("Whether this document is genuine and still good is told to everyone, without sign-in:")
    code = document.code
    square = _square(document, facts) if facts else ""
    return Seal(codes.shown(code), _address(code), words, square)


def _square(document: issuing.Issued, facts: PaperFacts) -> str:
    """What a telephone opens, with the signed facts behind #; "" where no key signs."""
    paper = verdicts.paper_id(codes.seal_of(document.code))
    told = replace(facts, id=paper, issued_at=document.issued_at)
    with registry().office.look(actor(), request_id=request_id()) as work:
        raw = key_queries.signed_facts(work, told)
    if not raw:
        return ""
    return f"{_address(document.code) or document.code}#{figures(raw)}"


def _document(kind: IssuedKind, subject: str, edition: str) -> issuing.Issued:
    with registry().office.look(actor(), request_id=request_id()) as work:
        if known := issuing.known(work, kind, subject, edition):
            return known
    with _begin() as work:
        return issuing.issue(work, kind, subject, edition)


def _is_kept(document_id: int, printed: bytes) -> bool:
    with registry().office.look(actor(), request_id=request_id()) as work:
        return hashlib.sha256(printed).digest() in queries.digests(work, document_id)


def _begin() -> Begin:
    return registry().office.begin(actor(), request_id=request_id(), doing="document.issue")


def _address(code: str) -> str:
    """Where the code is verified; "" where production does not say where it is found."""
    settings = registry().settings
    origin = settings.origin or ("" if settings.production else request.host_url.rstrip("/"))
    return f"{origin}/verify/{codes.shown(code)}" if origin else ""
