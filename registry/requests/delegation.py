"""What one State asks another on behalf of a third: what has to hold of the whole way of the word. Pure.

Each question carries the signed record of the one that it goes on from. The first was asked by a State for
itself, which allowed it; the others ask the same, for the same use, and never for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from registry.core.errors import Unmet
from registry.requests.chain import Link, ending
from schemas.exchange import Message
from schemas.request_messages import MOST_HOPS, TraceRequest
from schemas.requests import RequestNew
from schemas.requests_vocabulary import Delegation, FieldWanted, Onward, RequestState
from schemas.words import said


@dataclass(frozen=True)
class Question:
    """A question of one State to another. sha256: of its record; proven: its signature was verified here."""

    message: Message
    body: TraceRequest
    sha256: str
    proven: bool


def unmet_in_way(way: Sequence[Question]) -> list[Unmet]:
    """What is wrong in a way of questions, the first one first: forged, widened, too long, in a circle."""
    return [Unmet(words, field, "ITI 15, 24") for field, words in _wrong(way)]


def _wrong(way: Sequence[Question]) -> Iterator[tuple[str, str]]:
    if len(way) > MOST_HOPS + 1:
        yield "path", said("A question goes on over %(most)s States at most.", most=MOST_HOPS)
        return
    for n, one in enumerate(way):
        if tuple(one.message.path) != tuple(each.message.iss for each in way[: n + 1]):
            yield "path", said("The States so far, whoever sends last: this is another way.")
        if one.message.delegation != Delegation.ALLOWED:
            words = said("%(state)s has not allowed that others ask for it.", state=one.message.iss)
            yield "delegation", words
    for before, after in pairwise(way):
        yield from _goes_on(before, after)
    if reason := circle(way):
        yield "behalf", reason


def _goes_on(before: Question, after: Question) -> Iterator[tuple[str, str]]:
    first, then = before.message, after.message
    if first.type != then.type or first.aud != then.iss:
        yield "behalf", said("The record that goes along is no question to %(state)s.", state=then.iss)
    if not first.iat <= then.iat + _APART or then.iat >= first.exp:
        yield "behalf", said("What %(state)s asked was over when it was asked on.", state=first.iss)
    if then.purpose != first.purpose:
        yield "purpose", said("Asked for another use than %(state)s has.", state=first.iss)
    if _plain(before.body) != _plain(after.body):
        yield "body", said("Asked for something else than %(state)s asks.", state=first.iss)
    if wider := set(after.body.fields_wanted) - set(before.body.fields_wanted):
        fields = tuple(sorted(wider))
        yield "fields_wanted", said("More is to be told than was asked: %(fields)s.", fields=fields)
    if FieldWanted.LAST_LAWFUL_HOLDER in after.body.fields_wanted:
        yield "fields_wanted", said("Who holds it last is asked by a State for itself alone.")
    if not _as_narrow(first, then):
        yield "handling", said("%(state)s has restricted it more than that.", state=first.iss)


_FIREARM = ("mark", "maker", "model", "calibre", "type", "country", "year")


def is_another(before: TraceRequest | RequestNew, now: TraceRequest | RequestNew) -> bool:
    """Whether another firearm is asked for: something that was told of it is told otherwise now."""
    told = ((getattr(before, name), getattr(now, name)) for name in _FIREARM)
    return any(first not in ("", None, first_now) for first, first_now in told)


_APART = 300  # seconds that clocks of States may differ


def _plain(body: TraceRequest) -> TraceRequest:
    """What is asked, without the way there and what a hop may narrow."""
    return replace(body, left_on=None, document_kind="", document_number="", fields_wanted=(), behalf="")


def _as_narrow(first: Message, then: Message) -> bool:
    """Whether what binds the second is no wider than what binds the first."""
    was, now = first.handling, then.handling
    until = was.retain_until is None or (
        now.retain_until is not None and now.retain_until <= was.retain_until
    )
    onward = was.onward == Onward.CONSENT or now.onward != Onward.CONSENT
    return until and onward and (not was.caveat or now.caveat == was.caveat)


def transfers(way: Sequence[Question]) -> list[Link]:
    """The transfers that led along a way, as links of a chain; of the first question where it told one."""
    return [_link(one) for n, one in enumerate(way) if n or one.body.left_on]


def _link(one: Question) -> Link:
    body = one.body
    paper = " ".join(filter(None, (body.document_kind, body.document_number)))
    left = body.left_on.isoformat() if body.left_on else ""
    return Link(one.message.iss, RequestState.ANSWERED, "left_the_country", one.message.aud, left, paper)


def circle(way: Sequence[Question], last: Link | None = None) -> str:
    """Why a transfer on a way, or the last one, does not lead on: it comes again, or back in time; or ""."""
    links = [*transfers(way), *([last] if last else [])]
    return next((why for n in range(1, len(links)) if (why := ending(links[: n + 1], ""))), "")
