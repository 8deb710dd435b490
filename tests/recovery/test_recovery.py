"""Recording what was recovered: law, campaign, trace, theft, the firearm's custody, numbers and papers."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from registry.core.errors import Conflict, Forbidden, Invalid, Refused
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.firearms import acts as firearm_acts
from registry.firearms import queries as firearm_queries
from registry.recovery import acts, campaign_acts, queries
from schemas.firearms import CustodyNew
from schemas.recovery import ClosingNew, HoldNew, ItemNew, ItemsAsked, MatchNew
from schemas.recovery_vocabulary import ItemKind, RecoveryKind
from schemas.vocabulary import CustodyKind, FirearmType, MarkCondition, Role
from tests.firearms.world import register, serial
from tests.labelling import printed
from tests.makers import EVERYTHING, bearer, make_actor
from tests.recovery.world import DAY, Scene, campaign, item_of, make_scene, pistol, record, seizure


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


def stolen(office: Office, scene: Scene) -> str:
    gun = register(office, scene.world)
    step = CustodyNew(CustodyKind.STOLEN, date(2019, 1, 5), from_party=scene.world.dealer.number)
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", gun.number)
        return firearm_acts.add_custody(work, key, step, gun.version).number


def test_a_stolen_firearm_is_found_held_and_its_seizure_recorded(office: Office, scene: Scene) -> None:
    number = stolen(office, scene)
    made = record(office, scene, pistol("tab-12345"))
    (item,) = made.items
    assert (item.firearm, item.outcome, item.severity) == (number, "identified", "alarm")
    assert "stolen" in item.held_for
    assert item.authority_number == ""
    with office.look(EVERYTHING) as work:
        gun = firearm_queries.firearm(work, parse_registry_number("F", number))
    last = gun.custody[-1]
    assert (gun.status, last.happened_on, last.document_number) == ("seized", DAY, "2020/77")
    assert gun.holder is not None
    assert gun.holder.number == scene.world.police.number
    found = item_of(office, scene, item.number)
    assert found.custody_step == last.n
    assert found.trace is not None
    assert {f["kind"] for f in found.findings} >= {"reported_stolen"}
    assert found.chain_is_whole
    assert [(link.giver, link.purpose) for link in found.chain] == [(None, "received")]


def test_a_serial_alone_is_no_identity_and_an_officer_decides(office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    (item,) = record(office, scene, pistol(maker="")).items
    assert (item.firearm, item.authority_number) == (None, "")
    found = item_of(office, scene, item.number)
    assert found.fits == (gun.number,)
    key = parse_registry_number("EV", item.number)
    with office.begin(scene.taker) as work:
        matched = acts.match(
            work, key, MatchNew("The maker's mark is on the slide", gun.number), item.version
        )
    assert (matched.firearm, matched.custody_step) == (gun.number, 3)
    with office.begin(scene.taker) as work, pytest.raises(Conflict):
        acts.match(work, key, MatchNew("again", gun.number), matched.version)


@pytest.mark.parametrize("mark", ["", "NONE", "????", "Z?"])
def test_what_bears_no_readable_mark_gets_the_authoritys_number(
    office: Office, scene: Scene, mark: str
) -> None:
    (item,) = record(office, scene, pistol(mark, mark_condition=MarkCondition.OBLITERATED)).items
    assert (item.outcome, item.firearm) == ("", None)
    assert item.authority_number.startswith("AN-")
    with office.look(EVERYTHING) as work:
        asked = queries.items(work, _items_asked(item.authority_number))
    assert [row.number for row in asked.items] == [item.number]


def _items_asked(q: str) -> ItemsAsked:
    return ItemsAsked(q=q)


def test_what_is_not_in_the_records_gets_a_number_and_none_of_those_that_fit_does_too(
    office: Office, scene: Scene
) -> None:
    register(office, scene.world)
    unknown, open_ = record(office, scene, pistol("QQ99881"), pistol("TAB1?345", maker="")).items
    assert unknown.outcome == "not_in_records"
    assert unknown.authority_number
    assert (open_.outcome, open_.authority_number) == ("candidates", "")
    key = parse_registry_number("EV", open_.number)
    with office.begin(scene.taker) as work:
        decided = acts.match(work, key, MatchNew("Another maker's proof marks"), open_.version)
    assert decided.authority_number
    assert decided.fits == ()


def test_a_firearm_recovered_twice_is_tied_to_one_item_only(office: Office, scene: Scene) -> None:
    register(office, scene.world)
    first, second = record(office, scene, pistol(), pistol()).items
    assert first.firearm is not None
    assert second.firearm is None


def test_a_chain_that_does_not_allow_it_keeps_nobody_from_recording(office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", gun.number)
        firearm_acts.add_custody(work, key, CustodyNew(CustodyKind.DESTROYED, date(2019, 5, 5)), gun.version)
    (item,) = record(office, scene, pistol()).items
    found = item_of(office, scene, item.number)
    assert (found.firearm, found.custody_step) == (gun.number, None)
    assert "destroyed" in found.held_for


def test_parts_and_ammunition_are_recovered_too(office: Office, scene: Scene) -> None:
    made = record(
        office,
        scene,
        ItemNew(kind=ItemKind.PART, mark="", note="A slide"),
        ItemNew(kind=ItemKind.AMMUNITION, mark="UZZ18", calibre="9 mm Luger", quantity=120),
    )
    part, rounds = made.items
    assert part.authority_number
    assert (rounds.authority_number, rounds.outcome, rounds.quantity) == ("", "not_in_records", 120)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"recovered_on": date(2999, 1, 1)}, "recovered_on"),
        ({"circumstances": ""}, "circumstances"),
        ({"kind": RecoveryKind.COLLECTED}, "campaign"),
        ({"kind": RecoveryKind.SURRENDERED}, "person_name"),
        ({"kind": RecoveryKind.SURRENDERED, "anonymous": True}, "anonymous"),
    ],
)
def test_law_refuses(office: Office, scene: Scene, changed: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        record(office, scene, **changed)
    assert field in {unmet.field for unmet in refused.value.unmet}


def test_a_mark_that_cannot_be_read_as_one_is_refused_at_its_item(office: Office, scene: Scene) -> None:
    with pytest.raises(Invalid) as refused:
        record(office, scene, pistol("TAB1"), pistol("AB[12"))
    assert refused.value.unmet[0].field == "items.1.mark"
    with office.look(EVERYTHING) as work:
        assert queries.items(work, _items_asked("TAB1")).items == ()  # all of it, or nothing


def test_a_bag_holds_one_item(office: Office, scene: Scene) -> None:
    record(office, scene, pistol("A1234", bag="B-1"))
    with pytest.raises(Refused) as refused:
        record(office, scene, pistol("A1235", bag="B-2"), pistol("A1236", bag="B-1"), pistol("A1", bag="B-2"))
    assert {unmet.field for unmet in refused.value.unmet} == {"items.0.bag", "items.1.bag", "items.2.bag"}


def test_a_campaign_takes_on_its_terms_and_counts_by_post(office: Office, scene: Scene) -> None:
    drive = campaign(office, scene)
    given = {"kind": RecoveryKind.COLLECTED, "campaign": drive.number, "post": 1, "circumstances": ""}
    record(office, scene, pistol("A1001"), anonymous=True, **given)
    record(office, scene, ItemNew(kind=ItemKind.AMMUNITION, quantity=40), person_name="Ana Reis", **given)
    for changed, field in (
        ({"post": 3}, "post"),
        ({"recovered_on": date(2020, 7, 1)}, "recovered_on"),
        ({"kind": RecoveryKind.SEIZED}, "kind"),
    ):
        with pytest.raises(Refused) as refused:
            record(office, scene, anonymous=True, **(given | changed))
        assert field in {unmet.field for unmet in refused.value.unmet}
    key = parse_registry_number("RC", drive.number)
    with office.begin(scene.taker) as work:
        closed = campaign_acts.close_campaign(work, key, ClosingNew("The law ended"), drive.version)
    assert [(post.firearms, post.ammunition) for post in closed.posts] == [(1, 40), (0, 0)]
    with pytest.raises(Refused):
        record(office, scene, anonymous=True, **given)


def test_where_an_amnesty_forbids_it_nothing_is_traced(office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    drive = campaign(office, scene, traced=False)
    (item,) = record(
        office,
        scene,
        pistol(),
        kind=RecoveryKind.COLLECTED,
        campaign=drive.number,
        post=2,
        anonymous=True,
    ).items
    assert (item.outcome, item.firearm, bool(item.authority_number)) == ("", None, True)
    with office.look(EVERYTHING) as work:
        assert firearm_queries.firearm(work, parse_registry_number("F", gun.number)).status == "sold"


def test_who_handed_it_in_is_told_only_to_those_who_may_see_people(office: Office, scene: Scene) -> None:
    made = record(office, scene, kind=RecoveryKind.SURRENDERED, person_name="Ana Reis", person_document="123")
    assert (made.person_name, made.person_document) == ("Ana Reis", "123")
    with office.look(make_actor(Role.CUSTOMS)) as work:
        seen = queries.recovery(work, parse_registry_number("RV", made.number))
    assert (seen.person_name, seen.person_document) == ("", "")


def test_traders_record_no_recoveries(office: Office, scene: Scene) -> None:
    trader = make_actor(Role.TRADER, 1)
    with office.begin(trader) as work, pytest.raises(Forbidden):
        acts.record(work, seizure(scene))


def test_a_held_item_is_released_with_a_reason(office: Office, scene: Scene) -> None:
    (item,) = record(office, scene).items
    key = parse_registry_number("EV", item.number)
    with office.begin(scene.taker) as work:
        kept = acts.hold(work, key, HoldNew("Needed in court"), item.version)
    assert kept.held_for == "Needed in court"
    with office.begin(scene.taker) as work:
        assert acts.hold(work, key, HoldNew("", "Judged"), kept.version).held_for == ""


def test_the_api_records_and_prints(app: Flask, client: FlaskClient, office: Office, scene: Scene) -> None:
    register(office, scene.world)
    headers = bearer(app, Role.POLICE)
    body = {
        "kind": "found",
        "recovered_on": "2020-03-02",
        "place": "Santos",
        "agency": scene.world.police.number,
        "circumstances": "In the river",
        "items": [{"mark": "TAB12345", "maker": "Taurus", "type": "pistol", "bag": "BAG-000917"}],
    }
    made = client.post("/api/v1/recoveries", json=body, headers=headers)
    assert made.status_code == 201, made.json
    (item,) = made.json["items"]
    assert item["firearm"]
    one = client.get(f"/api/v1/evidence/{item['number']}", headers=headers).json
    assert one["chain_is_whole"] is True
    receipt = client.get(f"/api/v1/recoveries/{made.json['number']}/receipt.pdf", headers=headers)
    assert receipt.status_code == 200
    words = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=receipt.data, stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    assert item["number"] in words
    assert "Polícia Civil" in words
    labels = printed(client, headers, "evidence", source=made.json["number"])
    assert codes(labels) == {item["number"]}


def codes(pdf: bytes) -> set[str]:
    """What a reader finds on the first page: Code 128 and Data Matrix."""
    png = subprocess.run(
        ["pdftoppm", "-r", "203", "-png", "-singlefile", "-"], input=pdf, stdout=subprocess.PIPE, check=True
    ).stdout
    read = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
    assert len(read) == 2
    return {one.text for one in read}


def test_a_day_is_recorded_whole_or_not_at_all(office: Office, scene: Scene) -> None:
    good = seizure(scene, pistol("A1001"))
    bad = replace(seizure(scene, pistol("A1002")), circumstances="")
    with pytest.raises(Refused) as refused, office.begin(scene.giver) as work:
        acts.record_day(work, [good, bad])
    assert refused.value.unmet[0].field == "1.circumstances"
    with office.look(EVERYTHING) as work:
        assert queries.items(work, _items_asked("A1001")).items == ()


def test_a_type_differing_from_the_record_is_left_to_an_officer(office: Office, scene: Scene) -> None:
    register(office, scene.world, marks=(serial("RRR55512"),))
    (item,) = record(office, scene, pistol("RRR55512", type=FirearmType.RIFLE)).items
    assert item.firearm is None
