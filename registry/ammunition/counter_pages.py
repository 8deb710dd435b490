"""The counter: scan what the buyer takes, one package a line, and record all of it on one invoice."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from registry.ammunition import counter, sales_acts
from registry.ammunition.forms import form_values, party_choices, with_party_numbers
from registry.ammunition.pages import Answer, blueprint
from registry.core.errors import RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.problems import from_validation
from registry.core.web.words import many, shown
from registry.core.work import limited_to
from registry.directory.queries import party_number
from schemas.ammunition_sales import AtCounter, AtCounterSchema
from schemas.vocabulary import May

STAYS = (
    "seller", "sold_on", "authorization", "invoice_series", "invoice_date", "permit_number", "permit_date",
    "place",
)  # fmt: skip


@blueprint.route("/sales/counter", methods=["GET", "POST"], endpoint="counter")
@guard.may(May.SALE_RECORD)
def at_counter() -> Answer:
    """Sell by scanning; what stays the same from buyer to buyer is kept in the form."""
    typed, errors, status = _start(), tuple[Unmet, ...](), 200
    if request.method == "POST":
        typed = form_values(request.form)
        try:
            return _sold(typed)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        choices, own = party_choices(work), limited_to(work.actor, May.SALE_RECORD) is not None
    page = render_template(
        "ammunition/counter.html",
        typed=typed,
        errors=errors,
        parties=choices,
        own=own,
        may_except=May.RULE_SET in context.actor().may,
    )
    return page if status == 200 else (page, status)


def _sold(typed: dict[str, str]) -> Response:
    """Record it, and go on with the next buyer. Raises Invalid, Refused naming the line."""
    with context.begin() as work:
        sale = _read(with_party_numbers(work, typed, "seller", "buyer"))
        made = sales_acts.sell_at_counter(work, sale, counter.lines(work, sale))
    flash(
        _(
            "Invoice %(invoice)s: %(quantity)s cartridges to %(buyer)s.",
            invoice=typed["invoice_number"],
            quantity=many(sum(one.quantity for one in made)),
            buyer=made[0].buyer.name,
        ),
        "good",
    )
    kept: dict[str, Any] = {name: typed[name] for name in STAYS if typed.get(name)}
    number = _next(typed["invoice_number"])
    return redirect(url_for("ammunition.counter", invoice_number=number, **kept), 303)


def _read(typed: dict[str, str]) -> AtCounter:
    """The form in its shape; raises Invalid."""
    told: dict[str, object] = {name: value for name, value in typed.items() if value}
    told["scanned"] = [line.strip() for line in typed.get("scanned", "").splitlines() if line.strip()]
    try:
        sale: AtCounter = AtCounterSchema().load(told)
    except ValidationError as error:
        raise from_validation(error.messages) from None
    return sale


def _start() -> dict[str, str]:
    today = context.registry().office.today.isoformat()
    own = context.actor().party_id
    start = {"sold_on": today, "invoice_date": today, "permit_date": today}
    return {**start, **({"seller": party_number(own)} if own else {}), **form_values(request.args)}


def _next(invoice: str) -> str:
    """The number after one that ends in digits, as wide; others are typed anew."""
    found = re.search(r"[0-9]{1,18}$", invoice)
    if found is None:
        return ""
    return invoice[: found.start()] + str(int(found[0]) + 1).zfill(len(found[0]))
