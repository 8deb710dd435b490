"""The page on which an officer proposes to tell another State who holds a firearm last."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import options, shown
from registry.requests import holder_queries, life, naming, queries
from registry.requests.pages import Answer, blueprint, render
from registry.requests.showing import form_typed
from schemas.holders import HolderReleaseSchema
from schemas.requests_vocabulary import HolderField, Onward
from schemas.vocabulary import May


@blueprint.route("/requests/<number>/holder", methods=["GET", "POST"])
@guard.may(May.REQUEST_ANSWER)
def holder(number: str) -> Answer:
    """What our records say of the last holder, what of it is to be told, and the proposal."""
    errors, status = tuple[Unmet, ...](), 200
    key = find_registry_number("RQ", number)
    if request.method == "POST":
        try:
            new = load_form(HolderReleaseSchema(), form_typed())
            with context.begin() as work:
                made = naming.propose(work, key, new, version_seen())
            return redirect(url_for("access.proposal", proposal_id=made.id), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.request(work, key)
        open_ = bool(life.OF_HOLDER & set(found.possible))
        who = holder_queries.identity(work, queries.request_row(work, key)) if open_ else None
    return render(
        "holder",
        found=found,
        who=who,
        typed=form_typed(),
        errors=errors,
        fields=options(HolderField),
        ticked={value for name, value in request.form.items() if name.startswith("withheld-")},
        onwards=options(Onward),
        nothing=_("Nobody asks for it now, or our records do not say who that is."),
    ), status
