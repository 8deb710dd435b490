"""The first page, one box that opens whatever was scanned, and the API's documentation."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import flask_swagger_ui
from flask import Blueprint, Response, redirect, render_template, request, send_from_directory, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from registry.access.glass_queries import unreviewed
from registry.ammunition import package_queries, single_queries
from registry.ammunition import queries as lots
from registry.core.errors import Invalid, Unmet
from registry.core.numbers import key_of
from registry.core.policy import purposes
from registry.core.web import context, guard
from registry.core.web.words import label, options, shown
from registry.core.work import Actor, Work, limited_to
from registry.firearms import queries as firearms
from registry.home.deadlines import deadlines
from registry.marks.reading import normal_form
from registry.tracing import queries as tracing
from registry.verification.keys import trouble
from schemas.ammunition import LotsAsked
from schemas.firearms import ConflictsAsked
from schemas.tracing import TracesAsked
from schemas.vocabulary import May, Purpose, Role

blueprint = Blueprint("home", __name__, template_folder="templates")
SWAGGER_UI = Path(os.path.dirname(flask_swagger_ui.__file__)) / "dist"
MOST_COUNTED = 100
_NUMBER = re.compile(r"(?:[BFLPT]|LC|SH)-?[0-9]{9,18}-?[0-9A-Z]", re.IGNORECASE)
LONG = 16  # characters; a shorter text in which no record is found may be a mark, whatever GS1 makes of it


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
    """Entrances in the order of the work; each only for those who may go in."""
    own = limited_to(who, May.FIREARM_READ) is not None
    waiting = _("%(count)s wait for a decision", count=_count(conflicts))
    entrances = (
        (May.SHIPMENT_CLEAR, Tile(_("Counter"), url_for("shipments.counter"), "scan")),
        (May.FIREARM_REGISTER, Tile(_("Register a firearm"), url_for("firearms.new"), "add")),
        (May.CONFLICT_READ, Tile(_("Conflicts"), url_for("firearms.conflicts"), "warning", waiting)),
        (May.TRACE_ASK, Tile(_("Trace a firearm"), url_for("tracing.new"), "trace")),
        (
            May.TRACE_ASK,
            Tile(_("Trace a cartridge"), url_for("tracing.new", kind="cartridge"), "cartridge"),
        ),
        (May.TRACE_READ, Tile(_("Traces"), url_for("tracing.list"), "document")),
        (
            May.FIREARM_READ,
            Tile(_("Your firearms") if own else _("Firearms"), url_for("firearms.list"), "firearm"),
        ),
        (May.LOT_READ, Tile(_("Your lots") if own else _("Lots"), url_for("ammunition.list"), "box")),
        (May.USER_MANAGE, Tile(_("Accounts"), url_for("access.accounts"), "person")),
        (May.USER_MANAGE, Tile(_("Open an account"), url_for("access.new_account"), "add")),
        (May.DIRECTORY_READ, Tile(_("Parties"), url_for("directory.list"), "person")),
        (May.DIRECTORY_READ, Tile(_("States"), url_for("directory.states"), "place")),
    )
    return [tile for may, tile in entrances if may in who.may]


def _count(conflicts: int | None) -> str:
    return f"{MOST_COUNTED}+" if conflicts == MOST_COUNTED else str(conflicts or 0)


@blueprint.get("/find")
@guard.signed_in
def find() -> BaseResponse | tuple[str, int]:
    """Open what was scanned or typed: a registry number, a package, else a mark to trace."""
    who = context.actor()
    text = request.args.get("q", "").strip(" \t\r\n")[:200]
    if not text:
        return redirect(url_for("home.index"))
    try:
        code = _package(who, text)
    except Invalid as error:
        return _page(who, text, wrong=shown(error)), error.status
    place = code or _record(who, text) or _cartridge(who, text) or _lot(who, text) or _search(who, text)
    return redirect(place) if place else (_page(who, text, missed=True), 404)


def _record(who: Actor, text: str) -> str | None:
    """The page of a record, by its number alone or inside what a label says."""
    pages = (
        ("B", "ammunition.package", May.LOT_READ),
        ("F", "firearms.show", May.FIREARM_READ),
        ("L", "ammunition.show", May.LOT_READ),
        ("LC", "licensing.case", May.LICENCE_READ),
        ("SH", "shipments.show", May.SHIPMENT_READ),
        ("P", "directory.show", May.DIRECTORY_READ),
        ("RQ", "requests.show", May.REQUEST_READ),
        ("T", "tracing.show", May.TRACE_READ),
    )
    for number in [text, *_NUMBER.findall(text)]:
        for prefix, endpoint, may in pages:
            if may in who.may and key_of(prefix, number) is not None:
                return url_for(endpoint, number=number.upper())
    return None


def _package(who: Actor, text: str) -> str | None:
    """The page of the package, or of the lot, whose GS1 code was scanned; raises Invalid if misread."""
    if May.LOT_READ not in who.may:
        return None
    with context.look() as work:
        found = package_queries.scanned(work, text)
    if found.package:
        return url_for("ammunition.package", number=found.package)
    if len(found.lots) == 1:
        return url_for("ammunition.show", number=found.lots[0])
    return url_for("ammunition.scan", code=text) if found.elements and len(text) >= LONG else None


def _cartridge(who: Actor, text: str) -> str | None:
    """The page of a cartridge, by the code of its lot and its own number: "UZZ18/123"."""
    if May.LOT_READ not in who.may:
        return None
    with context.look() as work:
        found = single_queries.named(work, text)
    return url_for("ammunition.cartridge", number=found[0], n=found[1]) if found else None


def _lot(who: Actor, text: str) -> str | None:
    """The page of the lot whose code is on a cartridge, or the list of several lots with that code."""
    if May.LOT_READ not in who.may:
        return None
    with context.look() as work:
        found = lots.lots(work, LotsAsked(q=text[:40], limit=2)).items if normal_form(text) else ()
    if len(found) == 1:
        return url_for("ammunition.show", number=found[0].number)
    return url_for("ammunition.list", q=text[:40]) if found else None


def _search(who: Actor, text: str) -> str | None:
    """Where to look for a mark: a trace, or for traders their own firearms."""
    if May.TRACE_ASK in who.may:
        return url_for("tracing.new", mark=text)
    if May.FIREARM_READ in who.may:
        return url_for("firearms.list", q=text)
    return None


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
