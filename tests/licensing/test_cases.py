"""Every case answered by rules, API and page alike, and no licence issued with a condition unmet."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from registry.core.days import day_in
from registry.core.errors import Refused
from registry.core.work import Office
from registry.licensing import queries, rules
from tests.licensing import world
from tests.licensing.cases import CASES, Case, set_law
from tests.makers import EVERYTHING, bearer, sign_in

TAGS = re.compile(r"<[^>]+>")


def by_rules(office: Office, number: str) -> dict[str, list[str]]:
    with office.look(EVERYTHING) as work:
        row = queries.licence_row(work, queries.licence_key(number))
        conditions = rules.conditions_to_issue(queries.facts(work, row), day_in(row.zone, work.now))
    return {one.key.value: [unmet.message for unmet in one.unmet] for one in conditions if not one.met}


def wrong(case: Case, found: dict[str, list[str]]) -> str:
    """What differs from what the case says, "" for nothing."""
    if set(found) != set(case.missing):
        return f"{case.name}: {found}"
    vague = [key for key, words in case.missing.items() if not any(words in said for said in found[key])]
    return f"{case.name}: {vague} {found}" if vague else ""


def test_rules_api_and_page_answer_every_case_alike(app: Flask, office: Office) -> None:
    set_law(office)
    client, browser = app.test_client(), sign_in(app)
    officer = bearer(app)
    differences = []
    for case in CASES:
        number = world.make(office, case.situation)
        found = by_rules(office, number)
        differences += filter(None, [wrong(case, found)])
        answered = client.get(f"/api/v1/licences/{number}", headers=officer).json
        told = {
            one["key"]: [unmet["message"] for unmet in one["unmet"]]
            for one in answered["to_issue"]
            if not one["met"]
        }
        if told != found:
            differences.append(f"{case.name}, API: {told}")
        page = " ".join(unescape(TAGS.sub(" ", browser.get(f"/licences/{number}").text)).split())
        unsaid = [words for some in found.values() for words in some if words not in page]
        if unsaid or page.count("Unmet") != len(found):
            differences.append(f"{case.name}, page: {unsaid or page.count('Unmet')}")
        differences += _proposed(app, office, case, number, found, officer)
    assert differences == []
    assert len(CASES) >= 60


def _proposed(
    app: Flask, office: Office, case: Case, number: str, found: dict[str, list[str]], officer: dict[str, str]
) -> list[str]:
    """Proposed through the API exactly when nothing is missing; refused with the same words."""
    version = world.read(office, number).version
    answer = app.test_client().post(
        f"/api/v1/licences/{number}/propose",
        json={"reason": "Case"},
        headers={**officer, "If-Match": f'"{version}"'},
    )
    said = [error["message"] for error in answer.json.get("errors", [])]
    expected = [words for some in found.values() for words in some]
    if (answer.status_code, said) != ((422, expected) if found else (202, [])):
        return [f"{case.name}, proposal: {answer.status_code} {said}"]
    return []


@pytest.mark.parametrize("case", [case for case in CASES if case.missing][::6], ids=lambda case: case.name)
def test_no_page_proposes_what_lacks_something(app: Flask, office: Office, case: Case) -> None:
    set_law(office)
    number = world.make(office, case.situation)
    browser = sign_in(app)
    page = browser.get(f"/licences/{number}").text
    assert f"/licences/{number}/propose" not in page
    token = browser.get(f"/licences/{number}/propose").text.partition('name="csrf_token" value="')[2]
    form = {"csrf_token": token.partition('"')[0], "reason": "All is well"}
    form["version"] = str(world.read(office, number).version)
    refused = browser.post(f"/licences/{number}/propose", data=form)
    assert refused.status_code == 422
    for words in case.missing.values():
        assert words in unescape(refused.text)
    assert world.read(office, number).proposal is None
    with pytest.raises(Refused):
        world.propose(office, number)
