"""Invented firearms of real models, with what goes wrong with marks in practice.

Serials repeat across models, zeros and letters O stand for each other, some are altered or were never
there, a few identities are claimed twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from registry.demo.catalogue import SYMBOLS, Model, makers, models
from registry.demo.people import HOME, People
from registry.directory.calibres import BY_CODE
from schemas.firearms import ComponentNew, CustodyNew, FirearmNew, MarkNew
from schemas.vocabulary import (
    ComponentKind,
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    MarkCondition,
    MarkKind,
    MarkTechnique,
    Symbol,
)

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
CYRILLIC = "АБВГДЕЖЗИКЛМНПРСТУФХЦЧШЭЮЯ"
HISTORIC_SUCCESSOR = {"SU": "RU", "YU": "RS", "CS": "CZ"}
OPENED = date(1990, 1, 2)  # when the register of the demonstration begins


def firearms(count: int, people: People, today: date, seed: int) -> Iterator[FirearmNew]:
    """So many firearms, the same for the same seed; one in 400 claims the identity of another."""
    random = Random(seed)
    weighted = [model for model in models() for _ in range(model.weight)]
    last: FirearmNew | None = None
    for n in range(count):
        if last is not None and n % 400 == 399:
            yield _claimed_again(random, last, people)
            continue
        last = _firearm(random, random.choice(weighted), people, today)
        yield last


def _firearm(random: Random, model: Model, people: People, today: date) -> FirearmNew:
    year = random.randint(model.first_year, min(model.last_year, today.year - 1))
    country = _country(model, year)
    entered = _entered(random, year, today)
    marks = _marks(random, model, country, year, entered)
    return FirearmNew(
        type=FirearmType(model.type),
        action=FirearmAction(model.action),
        maker=people.makers[model.maker, country],
        calibre=BY_CODE[random.choice(model.calibres)].name,
        country_made=country,
        model=model.name,
        year_made=year if random.random() > 0.06 else None,
        components=_components(model),
        marks=marks,
        custody=tuple(_custody(random, model, country, people, entered, today)),
    )


def _country(model: Model, year: int) -> str:
    """The State of the maker; of two with one short name, the one of that time."""
    found = [maker.country for maker in makers() if maker.short == model.maker]
    return found[-1] if len(found) > 1 and year < 1993 else found[0]


def _entered(random: Random, year: int, today: date) -> date:
    """The day of the first step: old firearms came into the register when it began."""
    first = max(date(year, 1, 1), OPENED)
    last = min(date(max(year, OPENED.year) + 3, 12, 31), today - timedelta(days=400))
    return first + timedelta(days=random.randrange(max((last - first).days, 1)))


def _serial(random: Random, pattern: str) -> str:
    kinds = {"9": "0123456789", "A": LETTERS, "Я": CYRILLIC}
    return "".join(random.choice(kinds[c]) if c in kinds else c for c in pattern)


def _components(model: Model) -> tuple[ComponentNew, ...]:
    kinds = [ComponentKind.FRAME_OR_RECEIVER, ComponentKind.BARREL]
    if model.action == "revolving":
        kinds.append(ComponentKind.CYLINDER)
    elif model.type == "pistol":
        kinds.append(ComponentKind.SLIDE)
    elif model.type in ("rifle", "shotgun", "submachine_gun"):
        kinds.append(ComponentKind.BOLT_OR_BREECH_BLOCK)
    return tuple(ComponentNew(kind) for kind in kinds)


def _marks(random: Random, model: Model, country: str, year: int, entered: date) -> tuple[MarkNew, ...]:
    serial = _serial(random, model.serials)
    maker_mark = MarkNew(
        kind=MarkKind.MANUFACTURE,
        text=serial,
        symbols=tuple(Symbol(name) for name in SYMBOLS.get(model.maker, ())),
        component=1,
        place="frame, right side" if model.type in ("pistol", "revolver") else "receiver, left side",
        technique=MarkTechnique.LASER if year > 2000 else MarkTechnique.STAMPED,
        height_mm=Decimal(random.choice(("1.6", "1.8", "2.0", "2.5"))),
        depth_mm=Decimal(random.choice(("0.08", "0.10", "0.12"))),
        condition=_condition(random),
        country=country,
        year=year,
    )
    marks = [maker_mark]
    if random.random() < 0.01:  # never marked: the authority gave it a number
        number = f"REG-{_serial(random, '9999999')}"
        marks = [replace(maker_mark, kind=MarkKind.REGISTRATION, text=number, symbols=(), country=HOME)]
    elif random.random() < 0.25:
        marks.append(replace(maker_mark, component=2, place="barrel", symbols=()))
    if country != HOME and random.random() > 0.04:
        marks.append(
            MarkNew(
                kind=MarkKind.IMPORT,
                text=f"{HOME} {entered.year}",
                component=1,
                place="frame, underside",
                technique=MarkTechnique.LASER,
                height_mm=Decimal("1.6"),
                country=HOME,
                year=entered.year,
                marked_on=entered,
            )
        )
    return tuple(marks)


def _condition(random: Random) -> MarkCondition:
    chances = (MarkCondition.ALTERED, MarkCondition.OBLITERATED, MarkCondition.RESTORED)
    return random.choice(chances) if random.random() < 0.02 else MarkCondition.INTACT


def _custody(
    random: Random, model: Model, country: str, people: People, entered: date, today: date
) -> Iterator[CustodyNew]:
    """From the maker or importer to a dealer, a person or a public body, and what happened then."""
    day = entered
    holder = people.makers[model.maker, country] if country == HOME else random.choice(people.importers)
    if country == HOME:
        yield CustodyNew(
            CustodyKind.MANUFACTURED,
            day,
            to_party=holder,
            document_kind=DocumentKind.PRODUCTION_RECORD,
            document_number=_paper(random, "OP"),
        )
    else:
        yield CustodyNew(
            CustodyKind.IMPORTED,
            day,
            to_party=holder,
            country=HISTORIC_SUCCESSOR.get(country, country),
            document_kind=DocumentKind.IMPORT_LICENCE,
            document_number=_paper(random, f"{HOME}-IMP-{day.year}"),
        )
    war = model.action == "automatic"
    owners = list(people.bodies.values()) if war else people.persons
    dealer, owner = random.choice(people.dealers), random.choice(owners)
    way = (
        [(CustodyKind.TRANSFERRED, owner)] if war else [(CustodyKind.SOLD, dealer), (CustodyKind.SOLD, owner)]
    )
    if not war and random.random() < 0.3:
        way.append((CustodyKind.SOLD, random.choice([p for p in people.persons if p != owner])))
    for kind, taker in way:
        day += timedelta(days=random.randint(20, 900))
        if day >= today:
            return
        yield CustodyNew(
            kind,
            day,
            from_party=holder,
            to_party=taker,
            document_kind=DocumentKind.INVOICE,
            document_number=_paper(random, "NF"),
        )
        holder = taker
    yield from _later(random, people, holder, day, today)


def _later(random: Random, people: People, holder: str, day: date, today: date) -> Iterator[CustodyNew]:
    """Most stay where they are; some are stolen, lost, exported, seized, surrendered or destroyed."""
    chance = random.random()
    day += timedelta(days=random.randint(60, 2500))
    if day >= today or chance > 0.22:
        return
    if chance < 0.05:
        yield CustodyNew(
            CustodyKind.EXPORTED,
            day,
            from_party=holder,
            country=random.choice(("PY", "AR", "UY", "US", "PT")),
            document_kind=DocumentKind.EXPORT_LICENCE,
            document_number=_paper(random, f"{HOME}-EXP-{day.year}"),
        )
    elif chance < 0.14:
        kind = CustodyKind.STOLEN if chance < 0.12 else CustodyKind.LOST
        yield CustodyNew(
            kind,
            day,
            from_party=holder,
            document_kind=DocumentKind.POLICE_REPORT,
            document_number=_paper(random, "BO"),
            place=random.choice(("São Paulo", "Recife", "Rio de Janeiro")),
        )
    else:
        yield from _taken(random, people, day, today, chance)


def _taken(random: Random, people: People, day: date, today: date, chance: float) -> Iterator[CustodyNew]:
    kind = CustodyKind.SEIZED if chance < 0.19 else CustodyKind.SURRENDERED
    yield CustodyNew(
        kind,
        day,
        to_party=people.bodies["PCERJ"],
        place="Rio de Janeiro",
        document_kind=DocumentKind.POLICE_REPORT,
        document_number=_paper(random, "BO"),
    )
    day += timedelta(days=random.randint(100, 700))
    if day < today and random.random() < 0.6:
        yield CustodyNew(
            CustodyKind.DESTROYED,
            day,
            place="Rio de Janeiro",
            document_kind=DocumentKind.DESTRUCTION_CERTIFICATE,
            document_number=_paper(random, "DEST"),
        )


def _paper(random: Random, kind: str) -> str:
    return f"{kind}-{random.randrange(10**6):06d}"


def _claimed_again(random: Random, first: FirearmNew, people: People) -> FirearmNew:
    """The same identity, recorded by someone else: a conflict for a supervisor."""
    seized = CustodyNew(
        CustodyKind.SEIZED,
        OPENED + timedelta(days=9000 + random.randrange(2000)),
        to_party=people.bodies["PCERJ"],
        document_kind=DocumentKind.POLICE_REPORT,
        document_number=_paper(random, "BO"),
    )
    marks = tuple(mark for mark in first.marks if mark.kind is not MarkKind.IMPORT)
    return replace(first, year_made=None, custody=(seized,), marks=marks)
