"""What tests of recovery stand on: a world of firearms, two people who may hold evidence, a campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.core.numbers import parse_registry_number
from registry.core.policy import permissions
from registry.core.work import OPERATOR, Actor, Office
from registry.recovery import acts, campaign_acts, evidence_acts, evidence_queries
from registry.recovery.views import CampaignView, HandoverView, ItemView, RecoveryView
from schemas.recovery import CampaignNew, HandoverNew, ItemNew, PostNew, RecoveryNew, SigningNew
from schemas.recovery_vocabulary import CampaignKind, EvidencePurpose, RecoveryKind
from schemas.vocabulary import FirearmType, Role
from tests.firearms.world import World, make_world
from tests.makers import make_account

DAY = date(2020, 3, 2)


@dataclass(frozen=True)
class Scene:
    """giver, taker, third: people with an account each, who have just shown who they are."""

    world: World
    giver: Actor
    taker: Actor
    third: Actor
    logins: dict[int, str]


def person(office: Office, role: Role) -> tuple[Actor, str]:
    account = make_account(office, role)
    proof = replace(OPERATOR.proof, sign_in=account.id) if OPERATOR.proof else None
    return Actor(account.id, account.login, role, permissions(role), proof=proof), account.login


def make_scene(office: Office) -> Scene:
    roles = (Role.POLICE, Role.AUTHORITY_OFFICER, Role.AUTHORITY_SUPERVISOR)
    people = [person(office, role) for role in roles]
    return Scene(
        make_world(office), *(actor for actor, _ in people), {actor.user_id: login for actor, login in people}
    )


def pistol(mark: str = "TAB12345", **given: Any) -> ItemNew:
    values = {"type": FirearmType.PISTOL, "maker": "Taurus", "calibre": "9 mm Luger", "mark": mark}
    return ItemNew(**(values | given))


def seizure(scene: Scene, *items: ItemNew, **given: Any) -> RecoveryNew:
    values: dict[str, Any] = {
        "kind": RecoveryKind.SEIZED,
        "recovered_on": DAY,
        "place": "Santos",
        "agency": scene.world.police.number,
        "items": items or (pistol(),),
        "circumstances": "In a car stopped on the motorway",
        "case_number": "2020/77",
    }
    return RecoveryNew(**(values | given))


def record(office: Office, scene: Scene, *items: ItemNew, **given: Any) -> RecoveryView:
    with office.begin(given.pop("by", scene.giver)) as work:
        return acts.record(work, seizure(scene, *items, **given))


def campaign(office: Office, scene: Scene, **given: Any) -> CampaignView:
    values: dict[str, Any] = {
        "kind": CampaignKind.AMNESTY,
        "name": "Amnesty of 2020",
        "legal_basis": "Law 1",
        "agency": scene.world.police.number,
        "starts_on": date(2020, 1, 1),
        "ends_on": date(2020, 6, 30),
        "anonymous": True,
        "posts": (PostNew("North", "Recife", 100), PostNew("South", "Curitiba")),
    }
    with office.begin(scene.taker) as work:
        return campaign_acts.open_campaign(work, CampaignNew(**(values | given)))


def item_of(office: Office, scene: Scene, number: str) -> ItemView:
    with office.look(scene.taker) as work:
        return evidence_queries.item(work, parse_registry_number("EV", number))


def offer(office: Office, scene: Scene, giver: Actor, taker: Actor, *items: str) -> HandoverView:
    new = HandoverNew(scene.logins[taker.user_id], EvidencePurpose.STORAGE, "Store", items)
    with office.begin(giver) as work:
        return evidence_acts.offer(work, new)


def sign(office: Office, taker: Actor, number: str, *broken: str, note: str = "") -> HandoverView:
    with office.begin(taker) as work:
        key = parse_registry_number("EH", number)
        return evidence_acts.sign(work, key, SigningNew(broken, note))
