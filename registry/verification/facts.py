"""What the square of a licence or certificate says, small enough to be read from paper. Pure.

The form is docs/offline-papers.md. What does not fit is left out at its end, never cut in silence: a name
ends in …, and of goods the number of lines that are not in the square is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from registry.verification import cbor
from schemas.verification_vocabulary import PaperKind, PaperRole

VERSION = 1
BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
MOST_BYTES = 300
"""Of the facts: with signature, key and address a QR code of version 17 holds them, 85 modules of 0.43 mm."""
LONGEST_NAME, LONGEST_WORDS, LONGEST_CODE = 52, 36, 36
ID = 8
LATEST = 253_402_300_799
"""The last second of the year 9999."""
KINDS, ROLES = tuple(PaperKind), tuple(PaperRole)
"""In the square each is its place in this order, from 1: new ones go to the end."""


class Unreadable(ValueError):
    """Signed, but not in the form of this version."""


@dataclass(frozen=True)
class PaperParty:
    role: PaperRole
    name: str


@dataclass(frozen=True)
class PaperLine:
    """Goods: what they are called, calibre and mark or "", and how many."""

    what: str
    calibre: str
    quantity: int
    mark: str = ""


@dataclass(frozen=True)
class PaperFacts:
    """What a paper says. id: of the very paper, the beginning of the digest of its verification code.

    issuer: the State; route: countries from export through transit to import; starts_at, ends_at: None for
    what has no dates; more_lines: those that are not in the square; mark: of deactivation.
    """

    kind: PaperKind
    issuer: str
    number: str
    parties: tuple[PaperParty, ...] = ()
    route: tuple[str, ...] = ()
    lines: tuple[PaperLine, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    mark: str = ""
    more_lines: int = 0
    id: bytes = bytes(ID)
    issued_at: datetime = BEFORE


def packed(facts: PaperFacts) -> dict[int, Any]:
    """The facts as they are signed, with as many lines of goods as there is room for."""
    short = replace(
        facts,
        parties=tuple(replace(one, name=cut(one.name, LONGEST_NAME)) for one in facts.parties),
        lines=tuple(map(_short, facts.lines)),
        mark=cut(facts.mark, LONGEST_WORDS),
    )
    for shown in range(len(short.lines), -1, -1):
        more = facts.more_lines + len(short.lines) - shown
        form = _form(replace(short, lines=short.lines[:shown], more_lines=more))
        if len(cbor.encoded(form)) <= MOST_BYTES:
            return form
    return _form(_bare(short, facts.more_lines + len(short.lines)))


def _bare(facts: PaperFacts, more: int) -> PaperFacts:
    """With the first parties alone that leave room."""
    parties = facts.parties
    while len(cbor.encoded(_form(replace(facts, lines=(), parties=parties)))) > MOST_BYTES and parties:
        parties = parties[:-1]
    return replace(facts, lines=(), more_lines=more, parties=parties)


def cut(words: str, most: int) -> str:
    """Words of at most so many bytes of UTF-8; what is longer ends in …"""
    raw = words.encode("utf-8", "replace")
    if len(raw) <= most:
        return raw.decode("utf-8")
    return raw[: most - 3].decode("utf-8", "ignore").rstrip() + "…"


def _short(line: PaperLine) -> PaperLine:
    return PaperLine(
        cut(line.what, LONGEST_WORDS), cut(line.calibre, 24), line.quantity, cut(line.mark, LONGEST_CODE)
    )


def _form(facts: PaperFacts) -> dict[int, Any]:
    form: dict[int, Any] = {
        0: VERSION,
        1: KINDS.index(facts.kind) + 1,
        2: facts.issuer,
        3: facts.number,
        4: facts.id,
        5: int(facts.issued_at.timestamp()),
        8: [[ROLES.index(one.role) + 1, one.name] for one in facts.parties],
        9: list(facts.route),
        10: [[one.what, one.calibre, one.quantity, one.mark] for one in facts.lines],
    }
    if facts.starts_at:
        form[6] = int(facts.starts_at.timestamp())
    if facts.ends_at:
        form[7] = int(facts.ends_at.timestamp())
    if facts.more_lines:
        form[11] = facts.more_lines
    if facts.mark:
        form[12] = facts.mark
    return form


def unpacked(raw: bytes) -> PaperFacts:
    """The facts in a signed content; raises Unreadable."""
    try:
        form = cbor.decoded(raw)
    except cbor.NotCbor as error:
        raise Unreadable(str(error)) from None
    if not isinstance(form, dict) or not _KEYS <= form.keys() <= _KEYS | _MORE or form[0] != VERSION:
        raise Unreadable("not of this version")
    return PaperFacts(
        kind=KINDS[_number(form[1], len(KINDS)) - 1],
        issuer=_text(form[2]),
        number=_text(form[3]),
        id=_id(form[4]),
        issued_at=_moment(form[5]),
        starts_at=_moment(form[6]) if 6 in form else None,
        ends_at=_moment(form[7]) if 7 in form else None,
        parties=tuple(map(_party, _list(form[8]))),
        route=tuple(map(_text, _list(form[9]))),
        lines=tuple(map(_line, _list(form[10]))),
        more_lines=_number(form.get(11, 0), least=0),
        mark=_text(form.get(12, "")),
    )


_KEYS = frozenset({0, 1, 2, 3, 4, 5, 8, 9, 10})
_MORE = frozenset({6, 7, 11, 12})


def _number(value: Any, most: int = cbor.LARGEST, least: int = 1) -> int:
    if not isinstance(value, int) or not least <= value <= most:
        raise Unreadable("not such a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable("no text")
    return value


def _id(value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != ID:
        raise Unreadable("no paper")
    return value


def _moment(value: Any) -> datetime:
    return datetime.fromtimestamp(_number(value, LATEST, 0), UTC)


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Unreadable("no list")
    return value


def _party(value: Any) -> PaperParty:
    match value:
        case [role, name]:
            return PaperParty(ROLES[_number(role, len(ROLES)) - 1], _text(name))
    raise Unreadable("no party")


def _line(value: Any) -> PaperLine:
    match value:
        case [what, calibre, quantity, mark]:
            return PaperLine(_text(what), _text(calibre), _number(quantity, least=0), _text(mark))
    raise Unreadable("no goods")
