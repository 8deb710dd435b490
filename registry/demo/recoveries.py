"""Campaigns and recoveries of the demonstration, on the model of what States did; all people are invented.

South Africa's amnesty of 2019–2020 (section 139 of Act 60 of 2000), Argentina's voluntary surrender for
anonymous people (Law 26.216), weapons collection in Mali.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from registry.access import approval_queries, approvals
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office, Work
from registry.demo import catalogue
from registry.demo.people import SEED, number_of
from registry.firearms import list_queries
from registry.recovery import (
    acts,
    campaign_acts,
    disposal_acts,
    disposal_queries,
    evidence_acts,
    origin_acts,
    queries,
)
from registry.recovery.views import CampaignView, ItemRow, RecoveryView
from schemas.disposal import CompletionNew, DisposalNew, WitnessNew
from schemas.figures import OriginNew
from schemas.firearms import FirearmsAsked
from schemas.recovery import CampaignNew, HandoverNew, ItemNew, ItemsAsked, PostNew, RecoveryNew, SigningNew
from schemas.recovery_vocabulary import (
    CampaignKind,
    DisposalMethod,
    EvidencePurpose,
    ItemCondition,
    ItemKind,
    OriginBasis,
    RecoveryKind,
)
from schemas.vocabulary import CustodyKind, FirearmType, MarkCondition

AGENCY = "Superintendência Regional da Polícia Federal – SP"
POSTS = (("Fórum Central", "São Paulo"), ("Catedral", "Campinas"), ("Ginásio Municipal", "Santos"))
TYPES = (FirearmType.PISTOL, FirearmType.REVOLVER, FirearmType.SHOTGUN, FirearmType.HANDMADE)


def load(office: Office, officer: Actor, police: Actor, taker: str, taking: Actor) -> None:
    """Campaigns with a few days of collection, a seizure, and evidence that changed hands.

    taker: the sign-in name of `taking`, who signs for the evidence.
    """
    random = Random(SEED)
    with office.begin(officer) as work:
        today = work.today
        agency = number_of(work, AGENCY)
        drives = [campaign_acts.open_campaign(work, new) for new in _campaigns(agency, today)]
        stolen = _stolen(work)
    for drive in drives[:2]:
        with office.begin(police) as work:
            for n in range(12):
                acts.record(work, _handed_in(random, drive, agency, today, n))
    with office.begin(police) as work:
        seized = acts.record(work, _seizure(agency, today, stolen))
    _established(office, police, seized)
    _hand_over(office, police, taker, taking, seized)


def _established(office: Office, police: Actor, seized: RecoveryView) -> None:
    """A workshop was found by other means than a mark."""
    unmatched = [row for row in seized.items if row.kind == ItemKind.FIREARM and not row.firearm]
    for row in unmatched[:1]:
        with office.begin(police) as work:
            told = OriginNew(
                OriginBasis.INTELLIGENCE,
                work.today,
                "Assembled in a clandestine workshop in Duque de Caxias",
                "Inquiry 311 of the Polícia Federal",
            )
            origin_acts.establish(work, parse_registry_number("EV", row.number), told, row.version)


def dispose(office: Office, officer: Actor, supervisor: Actor, police: Actor) -> None:
    """Some of what was handed in is destroyed; another batch waits for a second person."""
    with office.look(police) as work:
        mine = [
            item for item in queries.items(work, ItemsAsked(mine=True, limit=200)).items if _may_end(item)
        ]
    numbers = tuple(item.number for item in mine[:20])
    with office.begin(police) as work:
        offered = evidence_acts.offer(
            work, HandoverNew("officer", EvidencePurpose.DISPOSAL, "Store of the police", numbers)
        )
    with office.begin(officer) as work:
        evidence_acts.sign(work, parse_registry_number("EH", offered.number), SigningNew())
        first = disposal_acts.propose(work, _batch(numbers[:12]))
        disposal_acts.propose(work, _batch(numbers[12:]))
    with office.begin(supervisor) as work:
        waits = first.proposal or 0
        approvals.approve(work, waits, approval_queries.row_of(work, waits).digest)
    with office.begin(officer) as work:
        key = parse_registry_number("DC", first.number)
        version = disposal_queries.disposal(work, key).version
        disposal_acts.complete(work, key, _done(work.today), version)


def _may_end(item: ItemRow) -> bool:
    return bool(
        item.kind == ItemKind.FIREARM and not item.held_for and (item.firearm or item.authority_number)
    )


def _batch(numbers: tuple[str, ...]) -> DisposalNew:
    return DisposalNew(
        numbers,
        "Usina Siderúrgica, Volta Redonda",
        "Handed in; no case asks for them",
        method=DisposalMethod.SMELTING,
    )


def _done(today: date) -> CompletionNew:
    return CompletionNew(
        today,
        (
            WitnessNew("Marta Invented", "Public prosecutor's office"),
            WitnessNew("Otávio Invented", "Viva Comunidade, civil society"),
        ),
        Decimal("14.820"),
    )


def _campaigns(agency: str, today: date) -> list[CampaignNew]:
    posts = tuple(PostNew(name, place, 500) for name, place in POSTS)
    first, last = today - timedelta(days=60), today + timedelta(days=120)
    return [
        CampaignNew(
            CampaignKind.VOLUNTARY_SURRENDER, "Entrega Voluntária",
            "Invented, after Argentina's Law 26.216: nobody is asked for a name", agency, first, last,
            anonymous=True, target=5_000, posts=posts,
        ),
        CampaignNew(
            CampaignKind.AMNESTY, "Anistia de Armas",
            "Invented, after section 139 of South Africa's Act 60 of 2000", agency, first, last,
            target=20_000, posts=posts,
        ),
        CampaignNew(
            CampaignKind.COLLECTION_DRIVE, "Coleta nas Comunidades",
            "Invented, after the collection of weapons in Mali", agency, first, last,
            anonymous=True, traced=False, posts=posts[:1],
        ),
    ]  # fmt: skip


def _stolen(work: Work) -> list[ItemNew]:
    """Some firearms of the register that were reported stolen, as they lie on the table."""
    asked = FirearmsAsked(status=CustodyKind.STOLEN, limit=3)
    found = list_queries.firearms(work, asked).items
    return [
        ItemNew(
            type=FirearmType(gun.type),
            maker=gun.maker,
            calibre=gun.calibre,
            mark=gun.mark,
            condition=ItemCondition.SERVICEABLE,
            bag=f"PF-{n:06d}",
        )
        for n, gun in enumerate(found, 410)
    ]


def _handed_in(random: Random, drive: CampaignView, agency: str, today: date, n: int) -> RecoveryNew:
    post = random.choice(drive.posts)
    named = f"{random.choice(catalogue.FIRST_NAMES)} {random.choice(catalogue.LAST_NAMES)}"
    return RecoveryNew(
        RecoveryKind.COLLECTED,
        today - timedelta(days=1 + n),
        post.place,
        agency,
        tuple(_item(random) for _ in range(random.randint(1, 3))),
        campaign=drive.number,
        post=post.n,
        anonymous=drive.anonymous,
        person_name="" if drive.anonymous else named,
    )


def _item(random: Random) -> ItemNew:
    chance = random.random()
    if chance < 0.2:
        return ItemNew(ItemKind.AMMUNITION, calibre=".38 Special", quantity=random.randint(5, 80))
    type_ = random.choice(TYPES)
    if chance < 0.45 or type_ is FirearmType.HANDMADE:
        return ItemNew(
            type=type_,
            mark_condition=MarkCondition.OBLITERATED
            if type_ is not FirearmType.HANDMADE
            else MarkCondition.INTACT,
            condition=ItemCondition.UNSERVICEABLE,
        )
    digits = f"{random.randint(100_000, 999_999)}"
    return ItemNew(
        type=type_, maker="Rossi", mark=f"{digits[:3]}?{digits[4:]}", condition=ItemCondition.UNKNOWN
    )


def _seizure(agency: str, today: date, stolen: Sequence[ItemNew]) -> RecoveryNew:
    return RecoveryNew(
        RecoveryKind.SEIZED,
        today - timedelta(days=3),
        "Santos, SP",
        agency,
        (
            *stolen,
            ItemNew(type=FirearmType.HANDMADE, calibre="9 mm Luger", note="Submachine gun without any mark"),
            ItemNew(ItemKind.AMMUNITION, mark="UZZ18", calibre="9 mm Luger", quantity=117, bag="PF-000420"),
        ),
        circumstances="In a container searched at the port",
        case_number="IPL 2291",
    )


def _hand_over(office: Office, giver: Actor, taker: str, taking: Actor, seized: RecoveryView) -> None:
    """All but the last item go to the laboratory; the last one is still to be signed for."""
    *most, last = (item.number for item in seized.items)
    for items in (most, [last]):
        new = HandoverNew(taker, EvidencePurpose.EXAMINATION, "Laboratory of ballistics", tuple(items))
        with office.begin(giver) as work:
            made = evidence_acts.offer(work, new)
        if items is most:
            with office.begin(taking) as work:
                evidence_acts.sign(work, parse_registry_number("EH", made.number), SigningNew())
