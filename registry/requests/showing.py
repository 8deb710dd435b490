"""How pages show requests: tones, States by name, steps of the course; and what the form of one says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _

from registry.core.web.forms import load_form
from registry.core.web.words import label
from registry.directory.countries import country_name
from registry.requests.views import EventView, RequestView
from schemas.base import Shape
from schemas.request_messages import FIRST_STEP
from schemas.requests_vocabulary import NoticeKind, RequestAct

TONES = {
    "draft": "neutral",
    "sent": "information",
    "acknowledged": "information",
    "more_asked": "warning",
    "delayed": "warning",
    "answered": "good",
    "answered_in_part": "good",
    "refused": "alarm",
    "clarifying": "information",
    "withdrawn": "neutral",
    "closed": "neutral",
    "goes_next": "warning",
    "awaited": "information",
    "kept": "good",
    "not_taken": "alarm",
    "not_traced": "warning",
    "escalated": "alarm",
    "refuse": "alarm",
    "delay": "warning",
    "answer": "good",
    "answer_in_part": "good",
}


def country(code: str) -> str:
    """A State by its name."""
    return country_name(code, str(get_locale() or "en"))


def form_typed() -> dict[str, str]:
    """The form without what is not part of it."""
    return {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}


def load_request(shape: Shape) -> Any:
    """What the form of a request says; where no field is ticked, none is wanted."""
    taken = load_form(shape, form_typed())
    ticked = any(name.startswith("fields_wanted-") for name in request.form)
    return taken if ticked else replace(taken, fields_wanted=())


def ticked_fields(typed: Mapping[str, Any]) -> Collection[str]:
    """Fields that are ticked in the form of a request; at first, those that name nobody."""
    if request.method == "POST":
        return {value for name, value in typed.items() if name.startswith("fields_wanted-")}
    return set(typed.get("fields_wanted", FIRST_STEP))


def step_of(found: RequestView, event: EventView) -> dict[str, Any]:
    """A step of the course as the timeline shows it."""
    sent = {True: _("receipted"), False: _("on its way")}
    status = _("as a file") if event.carried else ""
    if event.delivered is not None:
        status = sent[event.delivered]
    crossed = _("crossed one of ours; nothing changed") if event.details.get("crossed") else ""
    reason = ", ".join(
        label(str(event.details[name])) for name in ("ground", "outcome") if event.details.get(name)
    )
    return {
        "date": f"{event.at:%Y-%m-%d %H:%M:%S} UTC",
        "title": _("Sent by other means") if _left(event) else label(event.what),
        "from_name": _who(found, event),
        "to_name": "",
        "detail": " · ".join(filter(None, (_by_means(event), _onward(event), event.words, reason, crossed))),
        "place": "",
        "document": " · ".join(filter(None, (event.message, status))),
        "tone": TONES.get(event.what, "alarm" if event.what == NoticeKind.ESCALATED else "neutral"),
    }


def _who(found: RequestView, event: EventView) -> str:
    if event.details.get("entered"):
        return str(_("%(state)s, entered here by hand", state=country(found.peer)))
    return str(_("We") if event.by > 0 else _("Our machine") if event.by == 0 else country(found.peer))


def _onward(event: EventView) -> str:
    """Which State was asked on, and where that stands; "" for any other step."""
    if event.what not in (NoticeKind.ASKED_ONWARD, NoticeKind.TOLD_ONWARD):
        return ""
    stands = label(str(event.details.get("stands", "")))
    return ": ".join(filter(None, (country(str(event.details["state"])), stands)))


def _left(event: EventView) -> bool:
    """Whether it is our request, sent by other means."""
    return event.what == RequestAct.SEND and bool(event.details.get("sent_on"))


def _by_means(event: EventView) -> str:
    """By which means a letter went or came, and when; "" where the exchange carried it."""
    if not event.details.get("means"):
        return ""
    day = event.details.get("sent_on") or event.details.get("received_on") or ""
    return str(_("%(means)s, %(day)s", means=label(event.details["means"]), day=day))
