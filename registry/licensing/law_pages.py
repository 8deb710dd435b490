"""Pages of embargoes, times that the law sets, and authorisations to trade: records with days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from registry.core.errors import NotFound, RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import options, shown
from registry.licensing import law_acts, law_queries, tables
from registry.licensing.act_fields import Field
from registry.licensing.act_pages import typed_values
from registry.licensing.pages import Answer, blueprint, countries, render
from schemas import licensing_law as shapes
from schemas.base import Shape
from schemas.licensing_vocabulary import GoodsKind, TermKind, TradeActivity
from schemas.vocabulary import May
from schemas.words import said


@dataclass(frozen=True)
class Subject:
    """One of the three kinds of records."""

    key: str
    title: Any
    lead: Any
    add: Any
    table: Any
    shape: type[Shape]
    act: Callable[..., Any]
    list: Callable[..., Any]
    fields: Callable[[], Sequence[Field]]


def _days() -> tuple[Field, Field]:
    return (
        Field("begins_on", gettext("First day"), "date", required=True),
        Field("ends_on", gettext("Last day"), "date"),
    )


def _source() -> Field:
    return Field("source", gettext("Source"), required=True, hint=gettext("Who decided it, and where."))


def _embargo() -> Sequence[Field]:
    return (
        Field("country", gettext("State"), "select", required=True, options=countries()),
        Field(
            "goods",
            gettext("Goods"),
            "select",
            options=options(GoodsKind),
            hint=gettext("Left empty: all."),
        ),
        Field("war_only", gettext("War material alone"), "check"),
        *_days(),
        _source(),
        Field("note", gettext("Note"), "area"),
    )


def _term() -> Sequence[Field]:
    return (
        Field("kind", gettext("What for"), "select", required=True, options=options(TermKind)),
        Field(
            "country",
            gettext("State"),
            "select",
            options=countries(),
            hint=gettext("Left empty: every State."),
        ),
        Field("days", gettext("Days"), "number", required=True, hint=gettext("Mostly working days.")),
        *_days(),
        _source(),
    )


def _authorisation() -> Sequence[Field]:
    return (
        Field("party", gettext("Who"), required=True, hint=gettext("Number in the directory: P-…")),
        Field("activity", gettext("Activity"), "select", required=True, options=options(TradeActivity)),
        Field("war_material", gettext("War material too"), "check"),
        Field("document", gettext("Number of the authorisation"), required=True),
        Field("authority", gettext("Authority"), required=True),
        *_days(),
    )


SUBJECTS = {
    subject.key: subject
    for subject in (
        Subject(
            "embargoes", _("Embargoes"), _("States to or from which nothing may go between two days."),
            _("Set an embargo"), tables.Embargo, shapes.EmbargoNewSchema, law_acts.set_embargo,
            law_queries.embargoes, _embargo,
        ),
        Subject(
            "terms", _("Times of the law"), _("To decide, to answer, to appeal; after which silence counts."),
            _("Set a time"), tables.Term, shapes.TermNewSchema, law_acts.set_term, law_queries.terms, _term,
        ),
        Subject(
            "authorisations", _("Authorisations to trade"), _("Who may trade in what, from when to when."),
            _("Authorise somebody"), tables.Authorisation, shapes.AuthorisationNewSchema, law_acts.authorise,
            law_queries.authorisations, _authorisation,
        ),
    )
}  # fmt: skip


def _subject(key: str) -> Subject:
    if key not in SUBJECTS:
        raise NotFound(said("There is no list %(key)s", key=repr(key[:20])))
    return SUBJECTS[key]


@blueprint.get("/licensing-law", defaults={"key": "embargoes"})
@blueprint.get("/licensing-law/<key>")
@guard.may(May.LICENCE_READ)
def law(key: str) -> str:
    """One of the three lists."""
    subject = _subject(key)
    asked = load_form(shapes.DatedAskedSchema(), request.args)
    with context.look() as work:
        page = subject.list(work, asked)
    tabs = [
        {"label": one.title, "href": url_for("licensing.law", key=one.key), "current": one is subject}
        for one in SUBJECTS.values()
    ]
    return render("law", subject=subject, page=page, asked=asked, tabs=tabs)


@blueprint.route("/licensing-law/<key>/new", methods=["GET", "POST"])
@guard.may(May.LICENCE_RULE_SET)
def law_new(key: str) -> Answer:
    """Add to one of the lists."""
    subject = _subject(key)
    typed, errors, status = typed_values(), tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            with context.begin() as work:
                subject.act(work, load_form(subject.shape(), typed))
            flash(gettext("It is in force from its first day."), "good")
            return redirect(url_for("licensing.law", key=key), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    page = render("law_new", subject=subject, fields=subject.fields(), typed=typed, errors=errors)
    return page, status


@blueprint.post("/licensing-law/<key>/<number>/end")
@guard.may(May.LICENCE_RULE_SET)
def law_end(key: str, number: str) -> Answer:
    """Give one its last day."""
    subject, typed = _subject(key), typed_values()
    with context.begin() as work:
        ended = load_form(shapes.EndedSchema(), typed)
        law_acts.end(work, subject.table, number, ended, version_seen())
    flash(gettext("It ends on that day."), "good")
    return redirect(url_for("licensing.law", key=key), 303)
