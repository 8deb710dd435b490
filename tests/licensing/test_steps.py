"""An application in steps: what a step shows and is saved as it stands changes nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from registry.licensing import acts, queries
from schemas import licensing as told
from tests.licensing import world
from tests.licensing.world import PISTOLS, Situation
from tests.makers import EVERYTHING, sign_in

BROKER = {"role": "broker", "name": "Broker Ltda", "country": "BR", "address": "Rua 1, Santos"}
INPUT = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
AREA = re.compile(r'<textarea[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
SELECT = re.compile(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)"[^>]*\bselected')


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the form of a page that nobody touched."""
    own = next(part for part in page.split("<form")[1:] if 'name="version"' in part)
    page, form = own.partition("</form>")[0], {}
    for field in INPUT.finditer(page):
        text, value = field[0], VALUE.search(field[0])
        if 'type="checkbox"' not in text or " checked" in text:
            form[field[1]] = unescape(value[1]) if value else ""
    form |= {name: unescape(text).strip() for name, text in AREA.findall(page)}
    for name, options in SELECT.findall(page):
        chosen = CHOSEN.search(options)
        form[name] = chosen[1] if chosen else ""
    return form


def saved(browser: FlaskClient, place: str) -> Any:
    return browser.post(place, data=filled(browser.get(place).text))


def test_a_step_saved_as_it_stands_keeps_all_that_is_on_record(app: Flask, office: Office) -> None:
    number = world.make(office, Situation(transits={"AR": {}}))
    key = queries.licence_key(number)
    with office.begin(EVERYTHING) as work:
        lines = [PISTOLS | {"hs": "930200", "quantity": 7}]
        new = told.ApplicationSchema().load({"participants": [BROKER], "lines": lines})
        acts.change(work, key, new, queries.licence(work, key).version)
    before = world.read(office, number)
    browser = sign_in(app)
    for step in ("route", "recipient", "goods", "validity"):
        answer = saved(browser, f"/licences/{number}/application/{step}")
        assert answer.status_code == 303, (step, answer.text)
    after = world.read(office, number)
    assert after.participants[0].address == "Rua 1, Santos"
    for name in ("export_country", "import_country", "direct", "recipient_name", "recipient_address"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.lines, after.transits) == (before.lines, before.transits)
    assert (after.end_use, after.starts_on, after.expires_on) == (
        before.end_use,
        before.starts_on,
        before.expires_on,
    )
