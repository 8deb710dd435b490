"""Pages for requests and answers that go by other means than the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, files, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from registry.directory.countries import COUNTRIES, HISTORIC
from registry.exchange import scans
from registry.requests import letter_queries, letters, letters_sealing, life, queries
from registry.requests.pages import Answer, blueprint, render, take_step
from registry.requests.showing import country, form_typed, load_request, ticked_fields
from registry.requests.views import RequestView
from schemas import letters as shapes
from schemas.requests_vocabulary import (
    Direction,
    FieldWanted,
    Means,
    Onward,
    RequestState,
    RestrictionGround,
    Side,
    Urgency,
    Usefulness,
)
from schemas.vocabulary import FirearmType, IllicitGround, May, Outcome

MOST_BYTES = shapes.LONGEST_SCAN + 100_000
OUTCOMES = (Outcome.IDENTIFIED, Outcome.LEFT_THE_COUNTRY, Outcome.CANDIDATES, Outcome.NOT_IN_RECORDS)


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


def _scan() -> scans.Scan:
    sent = request.files.get("scan")
    name, content = (sent.filename or "", sent.read(shapes.LONGEST_SCAN + 1)) if sent else ("", b"")
    return scans.looked_at(name, content)


@blueprint.post("/requests/<number>/carrying")
@guard.may(May.REQUEST_SEND)
def carry(number: str) -> Answer:
    """Let a complete draft leave by other means."""
    return take_step(
        number,
        lambda work, key, version: letters.carry(
            work, key, load_form(shapes.CarryNewSchema(), form_typed()), version
        ),
        "carry",
    )


@blueprint.route("/requests/<number>/letter", methods=["GET", "POST"])
@guard.may(May.EXCHANGE_CARRY, most_bytes=MOST_BYTES)
def enter(number: str) -> Answer:
    """Enter what the other State wrote."""
    if request.method == "GET":
        return _letter(number, {}), 200
    try:
        new, scan = load_form(shapes.LetterSchema(), form_typed()), _scan()
        with context.begin() as work:
            letters.enter(work, _key(number), new, scan, version_seen())
    except RegistryError as error:
        if error.status == 404:
            raise
        return _letter(number, form_typed(), shown(error)), error.status
    flash(_("The letter is entered with its scan."), "good")
    return redirect(url_for("requests.show", number=number), 303)


def _letter(number: str, given: Mapping[str, Any], errors: tuple[Unmet, ...] = ()) -> str:
    with context.look() as work:
        found = queries.request(work, _key(number))
    return render(
        "letter",
        found=found,
        typed={"received_on": "", "means": found.means, **given},
        errors=errors,
        acts=_acts(found),
        means=options(Means),
        outcomes=options(OUTCOMES),
        grounds=options(RestrictionGround),
        onwards=options(Onward),
        usefulness=options(Usefulness),
        states=_states(),
    )


def _acts(found: RequestView) -> list[tuple[str, str]]:
    """What their letter may say now."""
    side = Side.ASKED if found.direction == Direction.OUT else Side.ASKING
    possible = life.possible_to_hear(RequestState(found.state), side)
    return [(act.value, label(act.value)) for act in shapes.ENTERED if act in possible]


def _states() -> list[tuple[str, str]]:
    return sorted(((code, country(code)) for code in COUNTRIES), key=lambda pair: pair[1])


@blueprint.route("/requests/letters/new", methods=["GET", "POST"])
@guard.may(May.EXCHANGE_CARRY, most_bytes=MOST_BYTES)
def enter_request() -> Answer:
    """Enter a request that came by letter."""
    if request.method == "GET":
        return _request({}), 200
    try:
        new, scan = load_request(shapes.RequestLetterSchema()), _scan()
        with context.begin() as work:
            made = letters.enter_request(work, new, scan)
    except RegistryError as error:
        return _request(form_typed(), shown(error)), error.status
    flash(_("The request is entered as %(number)s and traced.", number=made.number), "good")
    return redirect(url_for("requests.show", number=made.number), 303)


def _request(given: Mapping[str, Any], errors: tuple[Unmet, ...] = ()) -> str:
    states = _states()
    return render(
        "new",
        by_letter=True,
        typed=given,
        errors=errors,
        action=url_for("requests.enter_request"),
        found=None,
        states=states,
        countries=states + [(code, country(code)) for code in HISTORIC],
        means=options(Means),
        types=options(FirearmType),
        grounds=options(IllicitGround),
        urgencies=options(Urgency),
        wanted=options(FieldWanted),
        ticked=ticked_fields(given),
        purposes=(),
    )


@blueprint.get("/requests/<number>/scans/<int(max=99999):n>")
@guard.may(May.REQUEST_READ)
def scan(number: str, n: int) -> Response:
    """The scan of a letter, to be saved."""
    with context.look() as work:
        found, content = letter_queries.scan(work, _key(number), n)
    return files.saved(content, f"{number}-{n}.{scans.ENDINGS[found.media]}", found.media)


@blueprint.get("/requests/<number>/files/<jti>")
@guard.may(May.REQUEST_READ)
def file(number: str, jti: str) -> Response:
    """A signed message that leaves as a file, with our keys and how to verify it."""
    return files.saved(letters_sealing.package(_key(number), jti), f"{number}.zip", "application/zip")


@blueprint.get("/requests/<number>/letter.pdf")
@guard.may(May.REQUEST_READ)
def letter_paper(number: str) -> Response:
    """Our request or answer as it is sent, in the other State's language."""
    with context.look() as work:
        found = queries.request(work, _key(number))
    return files.saved(letters_sealing.sealed_letter(found), f"{found.number}-letter.pdf")
