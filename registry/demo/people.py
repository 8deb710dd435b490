"""The parties of the demonstration: makers, dealers, bodies and invented persons, registered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.demo import catalogue
from registry.directory import acts, queries
from registry.directory.queries import PartyView
from schemas.directory import PartyNew
from schemas.vocabulary import PartyKind

HOME = "BR"
SEED = 20061229


@dataclass(frozen=True)
class People:
    """Registry numbers: makers by (short name, State), the rest in the order of the catalogue."""

    makers: dict[tuple[str, str], str]
    dealers: tuple[str, ...]
    importers: tuple[str, ...]
    bodies: dict[str, str]
    regions: dict[str, str]
    persons: tuple[str, ...]


def register(work: Work, persons: int) -> People:
    """Register everyone the demonstration needs."""
    random = Random(SEED)
    return People(
        makers={
            (maker.short, maker.country): _body(
                work, PartyKind.MAKER, maker.name, maker.short, maker.place, maker.country
            )
            for maker in catalogue.makers()
        },
        dealers=tuple(_body(work, PartyKind.DEALER, name, "", place) for name, place in catalogue.DEALERS),
        importers=tuple(
            _body(work, PartyKind.IMPORTER, name, "", place) for name, place in catalogue.IMPORTERS
        ),
        bodies={
            short: _body(work, PartyKind.PUBLIC_BODY, name, short, place)
            for name, short, place in catalogue.BODIES
        },
        regions={
            code: _body(
                work,
                PartyKind.PUBLIC_BODY,
                f"Superintendência Regional da Polícia Federal – {code}",
                f"SR/PF/{code}",
                code,
            )
            for code in catalogue.STATES_OF_BRAZIL
        },
        persons=tuple(_person(work, random, n) for n in range(persons)),
    )


def _body(work: Work, kind: PartyKind, name: str, short: str, place: str, country: str = HOME) -> str:
    new = PartyNew(kind=kind, country=country, name=name, short_name=short, place=place)
    return acts.register_party(work, new).number


def _person(work: Work, random: Random, n: int) -> str:
    born = date(1940, 1, 1) + timedelta(days=random.randrange(60 * 365))
    view: PartyView = acts.register_party(
        work,
        PartyNew(
            kind=PartyKind.PERSON,
            country=HOME,
            full_name=f"{random.choice(catalogue.FIRST_NAMES)} {random.choice(catalogue.LAST_NAMES)}",
            birth_date=born,
            document_kind="CPF",
            document_number=_document(random),
        ),
    )
    return view.number


def _document(random: Random) -> str:
    """Eleven invented digits whose last two check the others, as in Brazil."""
    digits = [random.randrange(10) for _ in range(9)]
    for _ in range(2):
        weighed = sum(weight * digit for weight, digit in enumerate(reversed(digits), 2))
        digits.append(-weighed % 11 % 10)
    return "".join(map(str, digits))


def number_of(work: Work, name: str) -> str:
    """The registry number of a party of the demonstration."""
    party = queries.party_named(work.session, None, name)
    if party is None:
        raise NotFound(f"The demonstration has no party {name}")
    return queries.party_number(party.id)
