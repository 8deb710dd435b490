"""Pages of what is done with a case: one form for each act, and acts that need no more than a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import Conflict, NotFound, RegistryError
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import shown
from registry.core.work import Work
from registry.licensing import acts, life, queries, review_acts
from registry.licensing.act_forms import FORMS, Form
from registry.licensing.assessment import QUESTIONS
from registry.licensing.pages import Answer, blueprint, case_page, country, render
from registry.licensing.views import LicenceView
from schemas.licensing_vocabulary import LicenceState
from schemas.vocabulary import May
from schemas.words import said


def typed_values() -> dict[str, str]:
    """What was typed, without what the form itself adds."""
    return {name: value for name, value in request.form.items() if name not in ("version", "csrf_token")}


def _page_of(form: Form) -> Callable[..., Answer]:
    """The view of one form: shows it, and does its act."""

    def view(number: str, part: str = "") -> Answer:
        typed = typed_values()
        if request.method == "GET":
            return _shown(form, number, part, {})
        try:
            done = _do(form, number, part, typed)
        except (Conflict, NotFound):
            raise
        except RegistryError as error:
            return _shown(form, number, part, typed, shown(error)), error.status
        flash(_("Proposed. Somebody else decides.") if form.proposes else _("Done."), "good")
        if form.proposes:
            return redirect(url_for("access.proposal", proposal_id=done.id), 303)
        return redirect(url_for("licensing.case", number=number), 303)

    view.__doc__ = f"{form.title}."
    return view


def _do(form: Form, number: str, part: str, typed: dict[str, str]) -> Any:
    values = {**form.fixed, **typed, **({"question": part} if form.key == "assess" else {})}
    taken = load_form(form.shape(), values)
    about = (part,) if form.key == "transit" else ()
    with context.begin() as work:
        return form.act(work, queries.licence_key(number), *about, taken, version_seen())


def _shown(form: Form, number: str, part: str, typed: dict[str, str], errors: Any = ()) -> str:
    with context.look() as work:
        found = queries.licence(work, queries.licence_key(number))
    other = form.other is not None and form.other in found.moves
    if not other and (unmet := life.unmet_for_move(form.move, LicenceState(found.state))):
        raise Conflict(unmet=unmet)
    fields = form.fields(found, part)
    return render(
        "act",
        form=form,
        found=found,
        fields=fields,
        typed=typed,
        errors=errors,
        about=_about(form, found, part),
        place=url_for(request.endpoint or "", **(request.view_args or {})),
    )


def _about(form: Form, found: LicenceView, part: str) -> str:
    """What of the case a form is about; raises NotFound for what the case does not have."""
    if form.key == "transit":
        if part not in {one.country for one in found.transits}:
            raise NotFound(
                said("%(country)s is not on the way of %(number)s", country=part[:2], number=found.number)
            )
        return country(part)
    if form.key == "assess":
        if part not in QUESTIONS:
            raise NotFound("No question of the assessment")
        return QUESTIONS[part].asks
    return ""


for _form in FORMS:
    _endpoint = f"do_{_form.key.replace('-', '_')}"
    _rule = f"/licences/<number>/{_form.key}" + ("/<part>" if _form.part else "")
    blueprint.add_url_rule(_rule, _endpoint, guard.may(_form.may)(_page_of(_form)), methods=["GET", "POST"])


def _at_once(number: str, act: Callable[[Work, int, int], Any], done: str) -> Answer:
    """An act that needs no more than a button on the case page."""
    try:
        with context.begin() as work:
            act(work, queries.licence_key(number), version_seen())
    except NotFound:
        raise
    except RegistryError as error:
        return case_page(number, shown(error)), error.status
    flash(done, "good")
    return redirect(url_for("licensing.case", number=number), 303)


@blueprint.post("/licences/<number>/submit")
@guard.may(May.LICENCE_APPLY)
def submit(number: str) -> Answer:
    """Hand an application in."""
    return _at_once(number, acts.submit, _("The application is handed in."))


@blueprint.post("/licences/<number>/take-up")
@guard.may(May.LICENCE_REVIEW)
def take_up(number: str) -> Answer:
    """Take an application up."""
    return _at_once(number, review_acts.take_up, _("It stands in your queue now."))
