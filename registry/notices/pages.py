"""Pages of notices and questions between States: queue and list, one with its course, what customs expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError, Unmet
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, language_of_visitor, options, shown
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.exchange import evidence_files
from registry.notices import acts, offers, queries, sealing
from registry.notices.queries import notice_key
from registry.notices.views import Askable, NoticeRow, NoticeView, StepView
from schemas import notices as shapes
from schemas.notices_vocabulary import Effect, Matter, NoticeState
from schemas.requests_vocabulary import Direction
from schemas.vocabulary import May

blueprint = Blueprint("notices", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Notices", "notices.list", May.NOTICE_READ, 48),
    NavigationEntry("Expected", "notices.expected", May.EXPECTED_READ, 49),
)
Answer = Response | str | tuple[str, int]
S = NoticeState
TONES = {
    S.TOLD: "information",
    S.ASKED: "information",
    S.CONFIRMED: "good",
    S.IN_PART: "warning",
    S.NOT_YET: "warning",
    S.DENIED: "alarm",
    S.WITHDRAWN: "neutral",
    S.REPLACED: "neutral",
}
EFFECTS = {Effect.MET: "good", Effect.UNDONE: "alarm"}


def country(code: str | None) -> str:
    """A State in the visitor's language, "" for none."""
    return country_name(code, str(get_locale() or "en")) if code else ""


def _render(template: str, **given: Any) -> str:
    may = context.actor().may
    return render_template(
        f"notices/{template}.html",
        label=label,
        country=country,
        tones=TONES,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


def _typed() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}


@blueprint.get("/notices", endpoint="list")
@guard.may(May.NOTICE_READ)
def notices() -> str:
    """What other States wait for and what raised an alarm, and all notices."""
    given = {name: value for name, value in request.args.items() if value}
    asked = load_form(shapes.NoticesAskedSchema(), {"sort": "-number", **given})
    with context.look() as work:
        page = queries.notices(work, asked)
        waiting = queries.queue(work) if May.NOTICE_ANSWER in work.actor.may else ()
    return _render(
        "list",
        page=page,
        asked=asked,
        waiting=waiting,
        directions=options(Direction),
        matters=options(Matter),
        states=options(NoticeState),
    )


@blueprint.get("/notices/expected")
@guard.may(May.EXPECTED_READ)
def expected() -> str:
    """Shipments that other States announced and that our customs have not cleared."""
    with context.look() as work:
        found = queries.expected(work)
        home, today = work.home, work.today
    return _render("expected", expected=found, home=home, today=today)


@blueprint.get("/notices/<number>")
@guard.may(May.NOTICE_READ)
def show(number: str) -> str:
    """One notice: what is told or asked, where it stands, and what can be done now."""
    return _shown(number)


def _shown(number: str, errors: tuple[Unmet, ...] = (), tried: str = "") -> str:
    with context.look() as work:
        found = queries.notice(work, notice_key(number))
        choices = offers.shipments_under(work, found)
    return _render(
        "show",
        found=found,
        told=_with_days(found.asked),
        answered=_with_days(found.answer),
        steps=[_step(found, step) for step in found.steps],
        shipments=[(number, number) for number in choices],
        through=", ".join(map(country, found.asked.get("transits", ()))),
        errors=errors,
        tried=tried,
        typed=_typed() if errors else {},
    )


def _with_days(body: dict[str, Any]) -> dict[str, Any]:
    """A body with its days as such."""
    return {
        name: date.fromisoformat(value) if name.endswith(("_on", "_until", "since")) else value
        for name, value in body.items()
    }


def _step(found: NoticeView, step: StepView) -> dict[str, Any]:
    """A step of the course as the timeline shows it."""
    who = _("We") if step.by > 0 else _("Our machine") if step.by == 0 else country(found.peer)
    sent = {True: _("receipted"), False: _("on its way")}
    status = "" if step.delivered is None else sent[step.delivered]
    return {
        "date": f"{step.at:%Y-%m-%d %H:%M:%S} UTC",
        "title": label(step.what),
        "from_name": who,
        "to_name": "",
        "detail": " · ".join(filter(None, (label(step.effect), step.words))),
        "place": "",
        "document": " · ".join(filter(None, (step.message, status))),
        "tone": EFFECTS.get(Effect(step.effect), "neutral") if step.effect else _tone(step),
    }


def _tone(step: StepView) -> str:
    return "alarm" if step.what in ("alarm", "escalated") else "neutral"


@blueprint.get("/notices/<number>/evidence.json")
@guard.may(May.NOTICE_READ)
def evidence(number: str) -> Response:
    """Everything signed that passed, as a file for a court."""
    with context.look() as work:
        found = queries.signed(work, notice_key(number))
    written = orjson.dumps(shapes.SignedEvidenceSchema().dump(found), option=orjson.OPT_INDENT_2)
    return files.saved(written, f"{number}-evidence.json", "application/json")


@blueprint.get("/notices/<number>/evidence.pdf")
@guard.may(May.NOTICE_READ)
def evidence_paper(number: str) -> Response:
    """The same explained on paper."""
    with context.look() as work:
        found = queries.signed(work, notice_key(number))
    return files.shown(sealing.sealed_evidence(found, number), f"{number}-evidence.pdf")


@blueprint.get("/notices/<number>/evidence.zip")
@guard.may(May.NOTICE_READ)
def evidence_package(number: str) -> Response:
    """The same as files that OpenSSL verifies."""
    with context.look() as work:
        found = queries.signed(work, notice_key(number))
    packed = evidence_files.package(found, language_of_visitor())
    return files.saved(packed, f"{number}-evidence.zip", "application/zip")


def _change(number: str, change: Callable[[Work, int, int], NoticeView], tried: str = "") -> Answer:
    """One step at the version the page was opened with, and the page again."""
    try:
        with context.begin() as work:
            change(work, notice_key(number), version_seen())
    except RegistryError as error:
        return _shown(number, shown(error), tried), error.status
    flash(_("This is done."), "good")
    return redirect(url_for("notices.show", number=number), 303)


@blueprint.post("/notices/<number>/answers")
@guard.may(May.NOTICE_ANSWER)
def answer(number: str) -> Answer:
    """Answer another State."""

    def change(work: Work, key: int, version: int) -> NoticeView:
        given = {name: value for name, value in _typed().items() if value}
        return acts.answer(work, key, load_form(shapes.AnswerNewSchema(), given), version)

    return _change(number, change, request.form.get("act", ""))


@blueprint.post("/notices/<number>/withdrawal")
@guard.may(May.NOTICE_ASK)
def take_back(number: str) -> Answer:
    """Take a notice or question of ours back."""

    def change(work: Work, key: int, version: int) -> NoticeView:
        return acts.take_back(work, key, load_form(shapes.NoticeBackSchema(), _typed()), version)

    return _change(number, change, "withdraw")


@blueprint.post("/notices/<number>/comparison")
@guard.may(May.NOTICE_ANSWER)
def compare(number: str) -> Answer:
    """Hold our customs' record against a question about a receipt."""
    return _change(number, acts.compare)


@blueprint.post("/notices/<number>/seen")
@guard.may(May.NOTICE_ANSWER)
def see(number: str) -> Answer:
    """Say that somebody has looked."""
    return _change(number, acts.see)


@blueprint.post("/notices")
@guard.may(May.NOTICE_ASK)
def ask() -> Answer:
    """Ask or notify another State, from the page of a licence or shipment."""
    with context.begin() as work:
        made = acts.ask(work, load_form(shapes.NoticeNewSchema(), _typed()), version_seen())
    words = _("It is on its way to %(state)s: %(number)s", state=country(made.peer), number=made.number)
    flash(words, "good")
    if made.shipment:
        return redirect(url_for("shipments.show", number=made.shipment), 303)
    return redirect(url_for("licensing.case", number=made.licence), 303)


@dataclass(frozen=True)
class Part:
    """What the page of a licence or shipment shows of other States. about: which of both it is."""

    template: str
    about: str
    notices: tuple[NoticeRow, ...]
    askable: tuple[Askable, ...]


def _part(about: str, found: tuple[NoticeRow, ...], askable: tuple[Askable, ...]) -> Part | None:
    return Part("notices/_part.html", about, found, askable) if found or askable else None


def licence_part(work: Work, licence_id: int) -> Part | None:
    """For whoever may see it; None where there is nothing to show."""
    if May.NOTICE_READ not in work.actor.may:
        return None
    asks = May.NOTICE_ASK in work.actor.may
    askable = offers.about_licence(work, licence_id) if asks else ()
    return _part("licence", queries.of_licence(work, licence_id), askable)


def shipment_part(work: Work, shipment_id: int) -> Part | None:
    """For whoever may see it; None where there is nothing to show."""
    if May.NOTICE_READ not in work.actor.may:
        return None
    asks = May.NOTICE_ASK in work.actor.may
    askable = offers.about_shipment(work, shipment_id) if asks else ()
    return _part("shipment", queries.of_shipment(work, shipment_id), askable)


LICENCE_PARTS = {"notices": licence_part}
SHIPMENT_PARTS = {"notices": shipment_part}
