"""Figures: each recovered firearm has one status, and the share of those whose origin is established."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from registry.core.errors import Conflict, Invalid, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office
from registry.recovery import figures, figures_queries, origin_acts
from registry.recovery.figures import Counted, Facts, Figures, percent, status
from registry.recovery.views import ItemView
from registry.requests.tables import TraceRequestRow
from schemas.figures import FiguresAsked, OriginNew
from schemas.firearms import CustodyNew
from schemas.recovery_vocabulary import ItemKind, OriginBasis, RecoveryKind
from schemas.recovery_vocabulary import OriginStatus as S
from schemas.vocabulary import CustodyKind, DocumentKind, FirearmType, Role
from tests.firearms.world import made, register, serial, sold
from tests.makers import bearer, post, sign_in
from tests.recovery.test_disposal import approve, done, held, proposed
from tests.recovery.world import DAY, Scene, item_of, make_scene, pistol, record

EVER = FiguresAsked()


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts("identified", True, False, False, False), S.ESTABLISHED_HERE),
        (Facts("candidates", True, False, False, True), S.ESTABLISHED_HERE),
        (Facts("not_in_records", False, False, True, True), S.ESTABLISHED_ABROAD),
        (Facts("left_the_country", True, False, True, False), S.ESTABLISHED_ABROAD),
        (Facts("left_the_country", True, True, False, True), S.ESTABLISHED_OTHERWISE),
        (Facts("", False, True, False, False), S.ESTABLISHED_OTHERWISE),
        (Facts("left_the_country", True, False, False, True), S.WAITING),
        (Facts("not_in_records", False, False, False, True), S.WAITING),
        (Facts("left_the_country", True, False, False, False), S.TO_ASK),
        (Facts("identified", False, False, False, False), S.UNDECIDED),
        (Facts("candidates", False, False, False, False), S.UNDECIDED),
        (Facts("not_in_records", False, False, False, False), S.NOT_FOUND),
        (Facts("", False, False, False, False), S.UNTRACEABLE),
    ],
)
def test_each_firearm_has_one_status(facts: Facts, expected: S) -> None:
    assert status(facts) is expected


def test_every_status_is_defined_and_the_share_of_nothing_is_none() -> None:
    assert set(figures.DEFINITIONS) == set(S)
    empty = Figures(None, None, (), (), 0, 0)
    assert (empty.share, percent(empty.share), empty.numerator, empty.denominator) == (None, "–", 0, 0)
    some = Figures(None, None, (Counted("seized", "pistol", S.ESTABLISHED_HERE, 1),
                                Counted("found", "pistol", S.UNTRACEABLE, 2)), (), 0, 0)  # fmt: skip
    assert (some.numerator, some.denominator, some.traceable, percent(some.share)) == (1, 3, 1, "33.3%")
    assert some.by_type == {"pistol": {"seized": 1, "found": 2, "surrendered": 0, "collected": 0}}


def counted(office: Office, asked: FiguresAsked = EVER) -> dict[S, int]:
    with office.look(OPERATOR) as work:
        found = figures_queries.figures_of(work, asked)
    return {one: many for one, many in found.by_status.items() if many}


def exported(office: Office, scene: Scene, mark: str) -> None:
    left = CustodyNew(
        CustodyKind.EXPORTED,
        date(2003, 4, 1),
        from_party=scene.world.dealer.number,
        country="AR",
        document_kind=DocumentKind.EXPORT_LICENCE,
        document_number="EX-1",
    )
    register(
        office,
        scene.world,
        made(scene.world),
        sold(scene.world.maker, scene.world.dealer),
        left,
        marks=(serial(mark),),
    )


def test_firearms_are_described_as_the_questionnaire_on_illicit_arms_flows_asks(
    office: Office, scene: Scene
) -> None:
    exported(office, scene, "XPT00001")
    record(
        office, scene, pistol("XPT00001"),
        pistol("NOWHERE77", maker="Beretta", calibre="9x19", country="IT"),
        pistol("", maker="", calibre="nobody's own", country=None),
    )  # fmt: skip
    with office.look(OPERATOR) as work:
        found = figures_queries.figures_of(work, EVER)
    told = {(one.by, one.value): one.firearms for one in found.shares}
    matched = figures.Described
    assert told[matched.CALIBRE, "9 mm Luger"] == 2
    assert told[matched.CALIBRE, "nobody's own"] == 1
    assert told[matched.MAKER, "Beretta"] == told[matched.MAKER, ""] == 1
    assert told[matched.COUNTRY_MADE, "IT"] == 1
    assert told[matched.EXPORTED_TO, "AR"] == 1
    assert sum(many for (by, _), many in told.items() if by is matched.MAKER) == found.denominator == 3
    assert [(one.kind, one.recoveries) for one in found.occasions] == [("seized", 1)]


def test_the_smaller_shares_stand_together() -> None:
    by = figures.Described.MAKER
    shares = [figures.Share(by, f"M{n:02d}", n) for n in range(1, 16)]
    named, others = figures.largest([*shares, figures.Share(figures.Described.CALIBRE, "9x19", 99)], by)
    assert [one.value for one in named[:2]] == ["M15", "M14"]
    assert (len(named), others) == (figures.MOST_SHOWN, 1 + 2 + 3)


def asked_abroad(office: Office, trace: str | None, state: str, answer: dict[str, Any] | None = None) -> None:
    assert trace is not None
    with office.begin(OPERATOR, doing="test") as work:
        work.session.add(
            TraceRequestRow(
                direction="out", peer="AR", state=state, urgency="routine", case_number="1", asked="{}",
                answer=json.dumps(answer, separators=(",", ":")) if answer else "",
                thread=f"{state}{trace}"[:36],
                trace_id=parse_registry_number("T", trace), made_at=work.now, made_by=0, version=1,
            )
        )  # fmt: skip


def establish(office: Office, scene: Scene, item: ItemView, **given: Any) -> ItemView:
    values: dict[str, Any] = {
        "basis": OriginBasis.INTELLIGENCE,
        "established_on": DAY,
        "origin": "Stolen from a convoy in 2019",
        "source": "File 118 of the intelligence service",
    }
    version = given.pop("version", item.version)
    with office.begin(scene.giver) as work:
        key = parse_registry_number("EV", item.number)
        return origin_acts.establish(work, key, OriginNew(**(values | given)), version)


def test_what_is_recovered_is_counted_once_and_moves_as_its_origin_becomes_known(
    office: Office, scene: Scene
) -> None:
    register(office, scene.world)
    exported(office, scene, "XPT00001")
    found = record(
        office, scene, pistol(), pistol("XPT00001"), pistol("NOWHERE77"), pistol(""),
        pistol("", kind=ItemKind.AMMUNITION, type=FirearmType.UNKNOWN, quantity=40),
    )  # fmt: skip
    here, abroad, nowhere, unmarked, _ = (item_of(office, scene, row.number) for row in found.items)
    assert (here.firearm is not None, abroad.outcome) == (True, "left_the_country")
    assert counted(office) == {S.ESTABLISHED_HERE: 1, S.TO_ASK: 1, S.NOT_FOUND: 1, S.UNTRACEABLE: 1}
    asked_abroad(office, abroad.trace, "sent")
    assert counted(office)[S.WAITING] == 1
    asked_abroad(office, abroad.trace, "answered", {"outcome": "identified", "next_state": None})
    asked_abroad(office, nowhere.trace, "answered", {"outcome": "not_in_records"})
    assert counted(office) == {
        S.ESTABLISHED_HERE: 1, S.ESTABLISHED_ABROAD: 1, S.NOT_FOUND: 1, S.UNTRACEABLE: 1,
    }  # fmt: skip
    told = establish(office, scene, unmarked)
    assert told.origin is not None
    assert told.origin.origin == "Stolen from a convoy in 2019"
    corrected = establish(office, scene, told, origin="Made in a clandestine workshop")
    assert corrected.origin is not None
    assert corrected.origin.origin == "Made in a clandestine workshop"
    with office.look(OPERATOR) as work:
        whole = figures_queries.figures_of(work, EVER)
    assert (whole.numerator, whole.denominator, whole.cartridges, percent(whole.share)) == (3, 4, 40, "75.0%")
    before = FiguresAsked(until=DAY - timedelta(days=1))
    assert counted(office, before) == {}
    assert sum(counted(office, FiguresAsked(since=DAY, until=DAY)).values()) == 4


def test_an_origin_is_not_established_wrongly(office: Office, scene: Scene) -> None:
    found = record(office, scene, pistol(""), pistol("", kind=ItemKind.PART, type=FirearmType.UNKNOWN))
    gun, part = (item_of(office, scene, row.number) for row in found.items)
    with pytest.raises(Invalid, match="has not come"):
        establish(office, scene, gun, established_on=date(2999, 1, 1))
    with pytest.raises(Invalid, match="of firearms"):
        establish(office, scene, part)
    with pytest.raises(Stale):
        establish(office, scene, gun, version=gun.version + 1)
    assert counted(office) == {S.UNTRACEABLE: 1}


def test_what_is_shown_is_of_a_year_at_most() -> None:
    today = date(2026, 3, 4)

    def shown(since: date | None, until: date | None) -> tuple[date | None, date | None]:
        found = figures.period(FiguresAsked(since, until), today)
        return found.since, found.until

    assert shown(None, None) == (date(2026, 1, 1), today)
    assert shown(None, date(2020, 5, 6)) == (date(2020, 1, 1), date(2020, 5, 6))
    assert shown(date(2026, 2, 3), None) == (date(2026, 2, 3), today)
    assert shown(date(2027, 2, 3), None) == (date(2027, 2, 3), date(2027, 2, 3))
    assert shown(date(2024, 1, 1), date(2025, 1, 1)) == (date(2024, 1, 1), date(2025, 1, 1))
    with pytest.raises(Invalid):
        shown(date(2024, 1, 1), date(2025, 1, 2))


def test_what_was_destroyed_is_counted_by_the_day_it_was_done(office: Office, scene: Scene) -> None:
    batch = proposed(office, scene, *held(office, scene, pistol("QQ1"), pistol("QQ2")))
    approve(office, scene.third, batch)
    done(office, scene.taker, batch)
    with office.look(OPERATOR) as work:
        this_day = figures_queries.figures_of(work, FiguresAsked(work.today, work.today))
        earlier = figures_queries.figures_of(work, FiguresAsked(until=DAY))
    assert [(one.kind, one.method, one.firearms) for one in this_day.ended] == [
        ("destruction", "smelting", 2)
    ]
    assert (this_day.denominator, earlier.denominator, earlier.ended) == (0, 2, ())


def test_pages_file_paper_and_api_say_the_same(app: Flask, office: Office, scene: Scene) -> None:
    register(office, scene.world)
    found = record(office, scene, pistol(), pistol("NOWHERE77"), kind=RecoveryKind.FOUND)
    browser = sign_in(app, Role.POLICE)
    page = browser.get("/recoveries/figures?since=2020-01-01&until=2020-12-31").get_data(as_text=True)
    assert "50.0%" in page
    assert "1 of 2 firearms" in page
    assert "/recoveries/figures.pdf?since=2020-01-01&amp;until=2020-12-31" in page
    wrong = browser.get("/recoveries/figures?since=2020-01-02&until=2020-01-01")
    assert wrong.status_code == 422
    assert "The last day comes after the first." in wrong.get_data(as_text=True)
    lines = browser.get("/recoveries/figures.csv").get_data(as_text=True).splitlines()
    assert lines[0] == "table,kind,type,status,method,counts,firearms"
    assert "recovered,found,pistol,established_here,,yes,1" in lines
    assert lines[-2:] == ["numerator,,,,,,1", "denominator,,,,,,2"]
    paper = browser.get("/recoveries/figures.pdf?since=2020-01-01").get_data()
    printed = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    read = printed.stdout.decode()
    assert "1 of 2 firearms: 50.0%" in read
    assert "Established here" in read
    number = found.items[1].number
    version = item_of(office, scene, number).version
    form = {"basis": "examination", "established_on": "2020-03-03", "origin": "Converted", "source": "Lab 7"}
    shown = post(browser, f"/evidence/{number}/origin", version=version, **(form | {"origin": ""}))
    assert shown.status_code == 422
    assert post(browser, f"/evidence/{number}/origin", version=version, **form).status_code == 303
    assert "Converted" in browser.get(f"/evidence/{number}").get_data(as_text=True)
    auditor, told = partial(app.test_client().get, headers=bearer(app, Role.AUDITOR)), {}
    for query, many in (("?since=2020-01-01&until=2020-12-31", 2), ("?until=2020-12-30", 2), ("", 0)):
        told = told or auditor(f"/api/v1/figures/recoveries{query}").get_json()
        assert auditor(f"/api/v1/figures/recoveries{query}").get_json()["denominator"] == many
    plain = browser.get("/recoveries/figures").get_data(as_text=True)
    assert f'value="{office.today.year}-01-01"' in plain  # which period it is stands on the page
    for long in ("/api/v1/figures/recoveries?since=2020-01-01", "/recoveries/figures?since=2020-01-01"):
        refused = auditor(long) if long.startswith("/api") else browser.get(long)
        assert refused.status_code == 422
        assert "At most a year is shown at once" in refused.get_data(as_text=True)
    assert (told["numerator"], told["denominator"], told["share"]) == (2, 2, 1.0)
    assert {one["status"] for one in told["counted"]} == {"established_here", "established_otherwise"}
    spoken = app.test_cli_runner().invoke(args=["recovery", "figures", "--since", "2020-01-01"])
    assert "2 of 2 firearms: 100.0%" in spoken.output
    refused = app.test_cli_runner().invoke(args=["recovery", "figures", "--since", "soon"])
    assert refused.exit_code == 1
    assert "since" in refused.output


def test_the_database_keeps_an_origin_with_its_source(office: Office, scene: Scene) -> None:
    record(office, scene, pistol(""))
    row = "INSERT INTO item_origin VALUES (1, 'other', '2020-01-01', 'x', '', 0, '2020-01-01 00:00:00')"
    with pytest.raises(Conflict), office.begin(OPERATOR, doing="test") as work:
        work.session.execute(text(row))
