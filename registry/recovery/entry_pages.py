"""The page on which a day's collection is entered: one row an item, by keyboard and scanner."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import key_of
from registry.core.web import context, guard
from registry.core.web.words import options, shown
from registry.core.work import Work
from registry.recovery import acts, entry, queries
from registry.recovery.pages import Answer, blueprint, render
from schemas.recovery_vocabulary import ItemCondition, ItemKind
from schemas.vocabulary import FirearmType, MarkCondition, May

STAYS = ("kind", "recovered_on", "place", "agency", "campaign", "post")


@blueprint.route("/recoveries/new", methods=["GET", "POST"])
@guard.may(May.RECOVERY_RECORD)
def enter() -> Answer:
    """Enter what was recovered; what is the same for the next person is kept in the form.

    The first button, which Enter presses where there is no script, only shows the form again with more
    rows: a scanner that ends each code with Enter records nothing by itself.
    """
    if request.method == "GET":
        return _form(_start(), ())
    typed = {name: value for name, value in request.form.items() if name != "csrf_token"}
    if typed.get("step") != "record":
        return _form(_with_campaign(typed), ())
    day = None
    try:
        with context.look() as work:
            typed = _filled(work, typed)
        day = entry.read(typed)
        with context.begin() as begun:
            made = acts.record_day(begun, day.recoveries)
    except RegistryError as error:
        errors = day.at_rows(shown(error)) if day else shown(error)
        return _form(typed, errors), error.status
    return _recorded(typed, day, made)


def _recorded(typed: dict[str, str], day: entry.Day, made: list[str]) -> Response:
    flash(entry.seen(day), "good")
    kept: dict[str, Any] = {name: typed[name] for name in STAYS if typed.get(name)}
    return redirect(url_for("recovery.enter", made=made[-20:], **kept), 303)


def _start() -> dict[str, str]:
    today = context.registry().office.today.isoformat()
    asked = {name: request.args[name] for name in STAYS if request.args.get(name)}
    return _with_campaign({"recovered_on": today, **asked})


def _with_campaign(typed: dict[str, str]) -> dict[str, str]:
    with context.look() as work:
        return _filled(work, typed)


def _filled(work: Work, typed: dict[str, str]) -> dict[str, str]:
    """What the campaign and its post say already, where nothing else was typed."""
    key = key_of("RC", typed.get("campaign", ""))
    found = queries.places(work, key) if key else None
    if found is None:
        return typed
    place = next((place for n, _, place in found.posts if str(n) == typed.get("post")), "")
    known = {"kind": "collected", "agency": found.agency, "place": place}
    return {**typed, **{name: value for name, value in known.items() if value and not typed.get(name)}}


def _form(typed: dict[str, str], errors: tuple[Unmet, ...]) -> str:
    with context.look() as work:
        campaigns = queries.open_campaigns(work)
        numbers = {number for number, _ in campaigns}
        key = key_of("RC", typed.get("campaign", ""))
        chosen = queries.places(work, key) if key and typed["campaign"] in numbers else None
        bodies = queries.public_bodies(work)
    used = max(entry.rows_typed(typed), default=-1) + 1
    return render(
        "enter",
        typed=typed,
        errors=errors,
        wrong={one.field.replace(".", "-") for one in errors},
        campaigns=campaigns,
        posts=[(str(n), f"{n} {name}") for n, name, _ in chosen.posts] if chosen else [],
        bodies=bodies,
        rows=range(min(max(entry.ROWS, used + 6), entry.MOST_ROWS)),
        types=options(FirearmType),
        row_kinds=options(ItemKind),
        mark_conditions=options(MarkCondition),
        conditions=options(ItemCondition),
        made=[number for number in request.args.getlist("made") if key_of("RV", number)],
        unnamed=_("- for somebody who stays unnamed"),
    )
