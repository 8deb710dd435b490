"""The page on which somebody records what a lot bears beside its code."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from registry.ammunition import marking_acts, queries, views
from registry.ammunition.forms import form_values
from registry.ammunition.pages import Answer, blueprint
from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.web import context, guard
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import options, shown
from schemas.ammunition_markings import MarkingNewSchema
from schemas.ammunition_vocabulary import MarkedItem
from schemas.vocabulary import May


@blueprint.route("/lots/<number>/marking", methods=["GET", "POST"], endpoint="marking")
@guard.may(May.LOT_REGISTER)
def marking(number: str) -> Answer:
    """Record headstamp, control mark and what packages bear."""
    lot_id, errors, status = find_registry_number("L", number), tuple[Unmet, ...](), 200
    with context.look() as work:
        lot = queries.lot(work, lot_id)
    typed = form_values(request.form) if request.method == "POST" else _typed(lot)
    if request.method == "POST":
        try:
            version = version_seen()
            told = {name: value for name, value in typed.items() if name != "version"}
            with context.begin() as work:
                marking_acts.record_marking(work, lot_id, load_form(MarkingNewSchema(), told), version)
            flash(_("What the lot bears is recorded."), "good")
            return redirect(url_for("ammunition.show", number=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    page = render_template(
        "ammunition/marking.html", lot=lot, typed=typed, errors=errors, items=options(MarkedItem)
    )
    return page, status


def _typed(lot: views.LotView) -> dict[str, str]:
    """What is on record, to be corrected."""
    start = {"version": str(lot.version)}
    if lot.marking is None:
        return start
    for name in ("headstamp", "maker_mark", "calibre_mark", "year_mark", "country_mark"):
        start[name] = getattr(lot.marking, name) or ""
    for name in ("control_mark", "control_country", "destination"):
        start[name] = getattr(lot.marking, name) or ""
    for n, item in enumerate(MarkedItem):
        if item in lot.marking.package:
            start[f"package-{n}"] = item.value
    return start
