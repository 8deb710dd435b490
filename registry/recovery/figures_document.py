"""The figures as a paper: the indicator, what it is made of, and what was destroyed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.core.printing.paper import (
    Bars,
    Block,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.recovery.figures import DEFINITIONS, ESTABLISHED, Figures, Share, largest, percent
from registry.verification.queries import Standing, Verifiable
from schemas.recovery_vocabulary import Described, RecoveryKind
from schemas.vocabulary import IssuedKind
from schemas.words import Language, Said, said

DESCRIBED: Mapping[Described, Said] = {
    Described.MAKER: said("Makers"),
    Described.CALIBRE: said("Calibres"),
    Described.COUNTRY_MADE: said("States of manufacture"),
    Described.IMPORTED_FROM: said("States they had lawfully come from"),
    Described.EXPORTED_TO: said("States they had lawfully gone to"),
}
"""Titles of the tables that describe the firearms."""
_OF_STATES = frozenset({Described.COUNTRY_MADE, Described.IMPORTED_FROM, Described.EXPORTED_TO})


def _name_of(share: Share, language: str) -> str:
    """What a share is of, States by their name."""
    return country_name(share.value, language) if share.value and share.by in _OF_STATES else share.value


def draw(found: Figures, authority: str, printed_on: str, seal: Seal, say: Language) -> bytes:
    """The paper as PDF."""
    frame = Frame.in_language(
        say,
        title=say("Recovered firearms and their origin"),
        number=period(found, say),
        authority=authority,
        issued=printed_on,
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def period(found: Figures, say: Language) -> str:
    """The period in words."""
    if found.since is None and found.until is None:
        return say("All years")
    return f"{found.since or '…'} – {found.until or '…'}"


def _blocks(found: Figures, say: Language) -> Iterator[Block]:
    told = say("%(established)s of %(all)s firearms: %(share)s")
    yield Paragraph(
        told
        % {
            "established": say.number(found.numerator),
            "all": say.number(found.denominator),
            "share": percent(found.share, say),
        },
        large=True,
    )
    yield Paragraph(
        say(
            "SDG indicator 16.4.2: share of seized, found and surrendered arms whose illicit origin or "
            "context was traced or established by a competent authority."
        )
    )
    yield KeyValues(
        [
            (say("Numerator"), say.number(found.numerator)),
            (say("Denominator"), say.number(found.denominator)),
            (say("Of those with a legible mark"), say.number(found.traceable)),
            (say("Parts recovered"), say.number(found.parts)),
            (say("Rounds recovered"), say.number(found.cartridges)),
        ]
    )
    yield Heading(say("Status of each firearm"))
    yield Bars([(say.label(s), many, s in ESTABLISHED) for s, many in found.by_status.items()])
    heads = ((say("Status"), 3.4), (say("Definition"), 7.4), (say("Is counted"), 1.7), (say("Firearms"), 1.8))
    yield Table(
        heads,
        [
            (
                say.label(s),
                say(DEFINITIONS[s]),
                say("yes") if s in ESTABLISHED else say("no"),
                say.number(many),
            )
            for s, many in found.by_status.items()
        ],
    )
    yield Heading(say("Types of firearms"))
    yield Table(
        ((say("Type"), 4.0), *((say.label(kind), 2.0) for kind in RecoveryKind), (say("Together"), 2.0)),
        [
            (
                say.label(kind) or say("Unknown"),
                *(say.number(many) for many in ways.values()),
                say.number(sum(ways.values())),
            )
            for kind, ways in found.by_type.items()
        ],
    )
    yield from _described(found, say)
    yield Heading(say("Occasions"))
    yield Table(
        ((say("Recovered"), 4.0), (say("Occasions"), 2.0)),
        [(say.label(one.kind), say.number(one.recoveries)) for one in found.occasions],
    )
    yield Heading(say("Destroyed or disposed of"))
    yield Table(
        ((say("How"), 4.0), (say("Method"), 4.0), (say("Firearms"), 2.0)),
        [(say.label(one.kind), say.label(one.method), say.number(one.firearms)) for one in found.ended],
    )


def described(found: Figures, say: Language) -> Iterator[tuple[str, list[tuple[str, int]], int]]:
    """By maker, calibre and State, as the questionnaire on illicit arms flows asks for them.

    (title, the largest shares by name, all others together) of each kind there is anything of.
    """
    for by, title in DESCRIBED.items():
        shares, others = largest(found.shares, by)
        if shares:
            named = [(_name_of(one, say.code) or say("Not known"), one.firearms) for one in shares]
            yield say(title), named, others


def _described(found: Figures, say: Language) -> Iterator[Block]:
    for title, shares, others in described(found, say):
        rows = [(name, say.number(many)) for name, many in shares]
        if others:
            rows.append((say("All others"), say.number(others)))
        yield Heading(title)
        yield Table(((say("Name"), 8.0), (say("Firearms"), 2.0)), rows)


def subject(found: Figures) -> str:
    """What a paper of figures is about: its period, as ISO 8601-2 writes it, or "all"."""
    if found.since is None and found.until is None:
        return "all"
    return f"{found.since or '..'}/{found.until or '..'}"


def stands(work: Work, number: str, edition: str) -> Standing:
    """Figures tell what was on record on their day; those of a later day take their place."""
    return Standing(True, "", (("date", edition),))


VERIFIABLE: Verifiable = {IssuedKind.RECOVERY_FIGURES: stands}
