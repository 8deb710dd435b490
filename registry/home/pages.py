"""The first page, one box that opens whatever was scanned, and the API's documentation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import flask_swagger_ui
from flask import Blueprint, Response, redirect, render_template, request, send_from_directory, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from registry.access.glass_queries import unreviewed
from registry.core.errors import Invalid, Unmet
from registry.core.policy import purposes
from registry.core.web import context, guard
from registry.core.web.words import label, options, shown
from registry.core.work import Actor, Work
from registry.firearms import queries as firearms
from registry.home import entrances, finding
from registry.home.deadlines import deadlines
from registry.tracing import queries as tracing
from registry.verification.keys import trouble
from schemas.firearms import ConflictsAsked
from schemas.tracing import TracesAsked
from schemas.vocabulary import May, Purpose, Role

blueprint = Blueprint("home", __name__, template_folder="templates")
SWAGGER_UI = Path(os.path.dirname(flask_swagger_ui.__file__)) / "dist"
MOST_COUNTED = 100


class Box(NamedTuple):
    """Which box stands first: `trace` asks for a trace at once, `find` opens what was scanned."""

    kind: str
    purpose: Purpose | None = None


BOXES: Mapping[Role, Box] = {
    Role.POLICE: Box("trace", Purpose.CRIMINAL_INVESTIGATION),
    Role.CUSTOMS: Box("find", Purpose.BORDER_CONTROL),
    Role.AUTHORITY_OFFICER: Box("find"),
    Role.AUTHORITY_SUPERVISOR: Box("find"),
    Role.TRADER: Box("find"),
    Role.AUDITOR: Box("find"),
    Role.ADMINISTRATOR: Box("none"),
}


class Tile(NamedTuple):
    label: str
    href: str
    symbol: str
    text: str = ""


@blueprint.get("/")
@guard.public("whoever is not signed in is led to the sign-in")
def index() -> BaseResponse | str:
    """What someone came for, at once."""
    who = context.authenticate()
    if who is None:
        return redirect(url_for("access.sign_in"))
    return _page(who)


def _page(who: Actor, asked: str = "", missed: bool = False, wrong: tuple[Unmet, ...] = ()) -> str:
    with context.look() as work:
        conflicts = _open_conflicts(work)
        traces = _recent_traces(work)
        due = deadlines(work)
        opened = unreviewed(work) if May.GLASS_REVIEW in who.may else []
        unsigned = trouble(work) if May.DOCUMENT_KEYS in who.may else ""
    return render_template(
        "home/index.html",
        who=who,
        box=BOXES[who.role],
        asked=asked,
        missed=missed,
        wrong=wrong,
        tiles=_tiles(who, conflicts),
        due=due,
        due_words=_due_words(),
        traces=traces,
        opened=opened,
        unsigned=unsigned,
        purposes=options(purposes(who.role, May.TRACE_ASK)),
        label=label,
    )


def _due_words() -> dict[str, tuple[str, str]]:
    """What each deadline is called, and the page where it is worked off."""
    return {
        "clearances": (_("Shipments to be cleared"), url_for("shipments.counter")),
        "receipts": (_("Proofs of receipt"), url_for("shipments.list", overdue="1")),
        "decisions": (_("Licences to be decided"), url_for("licensing.queue")),
        "requests": (_("Requests of other States"), url_for("requests.list")),
        "cards": (_("Cards of authorities to be checked"), url_for("authorities.list", standing="old")),
        "notices": (_("Notices between States"), url_for("notices.list")),
        "returns": (_("Goods to be returned"), url_for("licensing.list", overdue="1")),
    }


def _open_conflicts(work: Work) -> int | None:
    """How many identities wait for a decision, up to MOST_COUNTED; None for those who may not see them."""
    if May.CONFLICT_READ not in work.actor.may:
        return None
    return len(firearms.conflicts(work, ConflictsAsked(open=True, limit=MOST_COUNTED)).items)


def _recent_traces(work: Work) -> tuple[tracing.TraceRow, ...]:
    if May.TRACE_READ not in work.actor.may:
        return ()
    return tracing.traces(work, TracesAsked(limit=5, sort="-number")).items


def _tiles(who: Actor, conflicts: int | None) -> list[Tile]:
    """Entrances of the role, without those that are closed to whoever comes."""
    waiting = _("%(count)s wait for a decision", count=_count(conflicts))
    return [
        Tile(
            _(entrance.label),
            url_for(entrance.endpoint, **entrance.values),
            entrance.symbol,
            waiting if entrance.endpoint == "firearms.conflicts" else "",
        )
        for entrance in entrances.OF_ROLE[who.role]
        if guard.opens(entrance.endpoint, who)
    ]


def _count(conflicts: int | None) -> str:
    return f"{MOST_COUNTED}+" if conflicts == MOST_COUNTED else str(conflicts or 0)


@blueprint.get("/find")
@guard.signed_in
def find() -> BaseResponse | str | tuple[str, int]:
    """Open what was scanned or typed, or list what it may be."""
    who = context.actor()
    text = request.args.get("q", "").strip(" \t\r\n")[: finding.LONGEST]
    if not text:
        return redirect(url_for("home.index"))
    try:
        with context.look() as work:
            found = finding.find(work, text)
    except Invalid as error:
        return _page(who, text, wrong=shown(error)), error.status
    if not found.candidates:
        return _page(who, text, missed=True), 404
    if found.sure:
        first = found.candidates[0]
        return redirect(url_for(first.endpoint, **first.values))
    return render_template("home/found.html", asked=text, found=found.candidates, label=label)


@blueprint.get("/api/docs")
@guard.public("the API's description holds no records")
def api_documentation() -> str:
    """The API's description, to read and to try out."""
    return render_template("home/api_documentation.html")


@blueprint.get("/static/swagger-ui/<path:asset>")
@guard.public("style sheets and scripts hold no records")
def swagger_ui(asset: str) -> Response:
    """Swagger UI's own files, from its package on this machine."""
    return send_from_directory(SWAGGER_UI, asset, max_age=86400)
