"""Pages of the ledger: the history of a record, and the auditor's view of the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from registry.auditing import queries, verifying
from registry.core.errors import Conflict, RegistryError, Unmet
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from registry.ledger import log
from schemas.auditing import EntriesAskedSchema
from schemas.paging import Page
from schemas.vocabulary import May, Role

blueprint = Blueprint("auditing", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Ledger", "auditing.ledger", May.LEDGER_READ, 70),)
PLACES = {
    "F": "firearms.show", "L": "ammunition.show", "P": "directory.show", "T": "tracing.show",
    "RC": "recovery.campaign", "RV": "recovery.show", "EV": "recovery.item", "DC": "recovery.disposal",
    "RQ": "requests.show", "BG": "access.opened_record",
    "RX": "retention.received_one", "D": "deactivation.show", "I": "deactivation.incident",
    "IN": "intake.show", "K": "ammunition.stock_count", "LC": "licensing.case", "SH": "shipments.show",
}  # fmt: skip
OPERATIONS = {"I": "Recorded", "U": "Changed", "D": "Removed", "S": "Stated anew"}


@blueprint.get("/records/<number>/history")
@guard.may(May.HISTORY_READ)
def history(number: str) -> str:
    """Who changed a record, when, as what, why, and what changed."""
    with context.look() as work:
        lines = queries.history(work, number)
    number = number.strip().upper()
    back = url_for(PLACES[queries.prefix_of(number)], number=number)
    signed = log.status(context.registry().office).signed
    return render_template(
        "auditing/history.html",
        number=number,
        lines=lines,
        back=back,
        label=label,
        operations=OPERATIONS,
        told=_told,
        signed=signed,
    )


def _told(value: Any) -> Any:
    """A value as the page shows it; that it may not be, or cannot be any more, in the reader's language."""
    if value == queries.WITHHELD:
        return _("withheld")
    if value == queries.ERASED:
        return _("erased by law")
    return "" if value is None else value


@blueprint.get("/ledger/leaves/<int:leaf>/proof.json")
@guard.may(May.HISTORY_READ)
def proof(leaf: int) -> Response:
    """The proof of a leaf, to keep and to check anywhere."""
    with context.look() as work:
        document = queries.proof(work, leaf)
    written = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return files.saved(written, f"proof-{leaf}.json", "application/json")


@blueprint.get("/ledger")
@guard.may(May.LEDGER_READ)
def ledger() -> str | tuple[str, int]:
    """The log with its filters, its checkpoints, and how far a verification is."""
    return _ledger()


@blueprint.post("/ledger/verify")
@guard.may(May.LEDGER_READ)
def verify() -> BaseResponse | tuple[str, int]:
    """Begin to verify the whole log against the tables."""
    parts = context.registry()
    key = log.signer(*parts.settings.ledger_key)
    try:
        verifying.begin(parts.office, key, parts.settings.instance, context.actor().name)
    except Conflict as error:
        page = _ledger(shown(error))
        return (page[0] if isinstance(page, tuple) else page), error.status
    return redirect(url_for("auditing.ledger"), 303)


def _ledger(errors: tuple[Unmet, ...] = ()) -> str | tuple[str, int]:
    status = 200
    with context.look() as work:
        try:
            found = queries.entries(work, load_form(EntriesAskedSchema(), request.args))
        except RegistryError as error:
            found, errors, status = Page(()), shown(error), error.status
        newest = queries.checkpoints(work)
    report = verifying.told(context.registry().settings.instance)
    answer = render_template(
        "auditing/ledger.html",
        page=found,
        asked=request.args,
        errors=errors,
        checkpoints=newest,
        known=log.status(context.registry().office),
        report=report,
        begun=datetime.fromisoformat(report["started_at"]) if report else None,
        roles=options(Role),
        label=label,
        verified=_verdict(report),
    )
    return answer if status == 200 else (answer, status)


def _verdict(report: verifying.Told | None) -> str:
    """What the last verification found, in words; "" while one runs and before the first."""
    if report is None or report["phase"] in ("reading", "verifying"):
        return ""
    if report["phase"] == "failed":
        return str(_("The last verification ended before it was done; begin it again."))
    if report["count"]:
        said = _("%(count)s problems in %(leaves)s leaves, %(changes)s changes and %(rows)s rows.", **report)
    else:
        said = _(
            "Nothing is wrong: %(leaves)s leaves, %(changes)s changes and %(rows)s rows agree.", **report
        )
    return str(said)
