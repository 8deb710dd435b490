"""Pages of tracing: ask, read the answer, print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.policy import purposes
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown, spoken
from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from registry.marks.pages import SIGNS, Reading, reading_of
from registry.tracing import acts, completeness, documents, queries, scene_lines
from registry.tracing.sealing import sealed_report
from schemas import completeness as drafts
from schemas import tracing as shapes
from schemas.vocabulary import FirearmType, IllicitGround, May, Outcome, Severity, Symbol, TraceKind
from schemas.words import plain

blueprint = Blueprint("tracing", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Trace", "tracing.new", May.TRACE_ASK, 10),
    NavigationEntry("Traces", "tracing.list", May.TRACE_READ, 20),
)
Answer = Response | str | tuple[str, int]
TONES = {
    "identified": "good",
    "lot_identified": "information",
    "left_the_country": "warning",
    "candidates": "warning",
    "not_in_records": "neutral",
}


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    current: bool


@blueprint.get("/traces/new")
@guard.may(May.TRACE_ASK)
def new() -> str:
    """The trace box."""
    return _form(request.args)


def _form(typed: Mapping[str, str], errors: Any = (), reading: Reading | None = None) -> str:
    kind = TraceKind.CARTRIDGE if typed.get("kind") == TraceKind.CARTRIDGE else TraceKind.FIREARM
    tabs = [
        Tab(_("Firearm"), url_for("tracing.new", kind="firearm"), kind is TraceKind.FIREARM),
        Tab(_("Cartridge"), url_for("tracing.new", kind="cartridge"), kind is TraceKind.CARTRIDGE),
    ]
    return render_template(
        "tracing/new.html",
        typed=typed,
        kind=kind.value,
        tabs=tabs,
        errors=errors,
        types=options(FirearmType),
        purposes=options(purposes(context.actor().role, May.TRACE_ASK)),
        states=[(state.value, spoken(words)) for state, words in scene_lines.FOUND_AS.items()],
        countries=_countries(),
        signs=options(Symbol),
        reading=reading or Reading(),
    )


def _countries() -> list[tuple[str, str]]:
    language = str(get_locale() or "en")
    today = sorted(((code, country_name(code, language)) for code in COUNTRIES), key=lambda pair: pair[1])
    return today + [(code, country_name(code, language)) for code in HISTORIC]


@blueprint.post("/traces/new")
@guard.may(May.TRACE_ASK)
def ask() -> Answer:
    """Search, keep the search, and lead to its answer."""
    typed = {"kind": "firearm", **request.form}
    if typed.pop("step", "") == "read":
        with context.look() as work:
            return _form(typed, reading=reading_of(work, typed))
    try:
        question = load_form(shapes.QuestionSchema(), typed)
        with context.search(question.purpose, question.case_number) as work:
            answer = acts.find(work, question)
        with context.begin(question.purpose, question.case_number) as work:
            number = acts.keep(work, question, answer)
    except RegistryError as error:
        return _form(typed, shown(error)), error.status
    return redirect(url_for("tracing.show", number=number), 303)


@blueprint.route("/traces/request", methods=["GET", "POST"])
@guard.may(May.TRACE_ASK)
def request_check() -> Answer:
    """What a request to another State still lacks, before it leaves; nothing of it is kept."""
    typed = request.args if request.method == "GET" else request.form
    if request.method == "GET":
        return _request_form(typed)
    try:
        draft = load_form(drafts.RequestDraftSchema(), typed)
    except RegistryError as error:
        return _request_form(typed, errors=shown(error)), error.status
    return _request_form(typed, completeness.gaps(draft))


def _request_form(
    typed: Mapping[str, str], found: Sequence[drafts.Gap] | None = None, errors: Any = ()
) -> str:
    lacking = [
        {"severity": gap.severity, "title": plain(gap.text), "text": plain(gap.why), "article": gap.article}
        for gap in found or ()
    ]
    return render_template(
        "tracing/request.html",
        typed=typed,
        checked=found is not None,
        lacking=lacking,
        complete=all(gap["severity"] != Severity.ALARM for gap in lacking),
        errors=errors,
        types=options(FirearmType),
        grounds=options(IllicitGround),
        countries=_countries(),
    )


@blueprint.get("/traces/<number>")
@guard.may(May.TRACE_READ)
def show(number: str) -> str:
    """The answer as it was given."""
    with context.look() as work:
        found = queries.trace(work, find_registry_number("T", number))
        may = work.actor.may
    asked = [(label(name), value) for name, value in _asked(found)]
    return render_template(
        "tracing/show.html",
        found=found,
        answer=found.answer,
        certainty=found.answer["certainty"],
        asked=asked,
        label=label,
        tone=TONES[found.answer["outcome"]],
        outcome=spoken(documents.OUTCOMES[found.answer["outcome"]]),
        findings=[_finding(finding) for finding in found.answer["findings"]],
        steps=[_step(step) for step in found.answer["steps"]],
        words=_words,
        observed=_observed,
        may_ask=May.TRACE_ASK in may,
        may_request=May.REQUEST_WRITE in may and found.question["kind"] == TraceKind.FIREARM,
        may_read_firearms=May.FIREARM_READ in may,
        may_read_lots=May.LOT_READ in may,
        again=url_for("tracing.new", **_typed(found.question)),
        request_href=_request_href(found),
    )


def _request_href(found: queries.TraceView) -> str:
    """The check of a request about the same firearm, "" for a cartridge."""
    names = ("mark", "maker", "model", "calibre", "type", "country", "year")
    told = {name: found.question[name] for name in names if found.question.get(name)}
    return url_for("tracing.request_check", **told) if found.question["kind"] == TraceKind.FIREARM else ""


def _typed(question: dict[str, Any]) -> dict[str, Any]:
    """A question as the form it was typed into."""
    told = {name: value for name, value in question.items() if value and name not in ("purpose", "symbols")}
    return told | {SIGNS[Symbol(sign)]: sign for sign in question.get("symbols", ())}


def _asked(found: queries.TraceView) -> list[tuple[str, str]]:
    hidden = ("kind", "purpose", "case_number")
    told = [(name, _said(value)) for name, value in found.question.items() if value and name not in hidden]
    return [*told, ("purpose", label(found.purpose)), ("case_number", found.case_number)]


def _said(value: Any) -> str:
    return ", ".join(label(one) for one in value) if isinstance(value, list) else str(value)


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    return {**finding, "title": label(finding["kind"])}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    """A step as the timeline shows it."""
    count = _("%(number)s cartridges", number=f"{step['quantity']:,}") if step["quantity"] is not None else ""
    tones = {"stolen": "alarm", "lost": "warning", "destroyed": "warning", "exported": "information"}
    paper = " ".join(filter(None, (label(step["document_kind"]), step["document_number"])))
    place = ", ".join(filter(None, (step["place"], step["country"] and country_name(step["country"]))))
    return {
        "date": date.fromisoformat(step["date"]),
        "title": label(step["kind"]),
        "detail": count,
        "from_name": step["from_name"],
        "to_name": step["to_name"],
        "place": place,
        "document": paper,
        "tone": tones.get(step["kind"], "neutral"),
    }


def _observed(one: dict[str, Any]) -> str:
    """A further observation, as the subject of a sentence."""
    if one["place"] is not None:
        return str(_("The character at place %(place)s", place=one["place"]))
    return str(_("The %(observation)s", observation=label(one["observation"]).lower()))


def _words(names: list[str]) -> list[str]:
    """What agrees or differs, in the visitor's language."""
    return [label(name) for name in names]


@blueprint.get("/traces/<number>/report.pdf")
@guard.may(May.TRACE_READ)
def report(number: str) -> Response:
    """The report as PDF."""
    with context.look() as work:
        found = queries.trace(work, find_registry_number("T", number))
    return files.shown(sealed_report(found), f"trace-{found.number}.pdf")


@blueprint.get("/traces", endpoint="list")
@guard.may(May.TRACE_READ)
def traces() -> str:
    """Traces asked before."""
    asked = load_form(shapes.TracesAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = queries.traces(work, asked)
        may_ask = May.TRACE_ASK in work.actor.may
    return render_template(
        "tracing/list.html",
        page=page,
        asked=asked,
        label=label,
        tones=TONES,
        may_ask=may_ask,
        kinds=options(TraceKind),
        outcomes=options(Outcome),
    )
