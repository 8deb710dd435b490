"""Pages of the exchange: peers, what goes out, what came in, what was refused."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access.policy import RECENT
from registry.core.errors import RegistryError, Unmet
from registry.core.web import context, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.words import shown
from registry.directory.countries import country_name
from registry.exchange import acts, carrying, key_queries, queries
from schemas.exchange import LONGEST_ATTACHMENT
from schemas.vocabulary import May

blueprint = Blueprint("exchange", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Exchange", "exchange.overview", May.EXCHANGE_READ, 60),)
Answer = str | Response | tuple[str, int]


@blueprint.get("/exchange")
@guard.may(May.EXCHANGE_READ)
def overview() -> Answer:
    """States, and what passed between us."""
    return _overview()


def _overview(errors: tuple[Unmet, ...] = (), status: int = 200) -> Answer:
    with context.look() as work:
        found: dict[str, Any] = {
            "peers": queries.peers(work),
            "outgoing": queries.outgoing(work, most=50),
            "dead": queries.outgoing(work, "dead"),
            "incoming": queries.incoming(work, most=50),
            "keys": key_queries.own_keys(work),
            "signs": carrying.can_sign(work),
            "alerts": queries.alerts(work, most=20),
            "home": work.home,
            "actor_id": work.actor.user_id,
            "manages": May.EXCHANGE_MANAGE in work.actor.may,
            "carries": May.EXCHANGE_CARRY in work.actor.may,
        }
    page = render_template("exchange/overview.html", **found, errors=errors, country_name=country_name)
    return page, status


@blueprint.route("/exchange/file", methods=["GET", "POST"])
@guard.may(May.EXCHANGE_CARRY, most_bytes=LONGEST_ATTACHMENT + 100_000)
def bring() -> Answer:
    """Bring in a signed message that came as a file."""
    given: dict[str, Any] = {"brought": None, "errors": (), "country_name": country_name}
    if request.method == "GET":
        return render_template("exchange/file.html", **given)
    file = request.files.get("file")
    content = file.read(LONGEST_ATTACHMENT + 1) if file else b""
    try:
        kinds = current_app.extensions["exchange_kinds"]
        given["brought"] = carrying.bring(context.registry().office, kinds, content, context.actor())
    except RegistryError as error:
        return render_template("exchange/file.html", **given | {"errors": shown(error)}), error.status
    return render_template("exchange/file.html", **given)


@blueprint.get("/exchange/keys.json")
@guard.public("whoever holds something that we signed verifies it with our keys")
def keys() -> Response:
    """Our root and key set, as other States pin them."""
    with context.look_as_anyone() as work:
        text = acts.text_of(acts.own_bundle(work))
    return Response(text, mimetype="application/json")


@blueprint.route("/exchange/pin", methods=["GET", "POST"])
@guard.may(May.EXCHANGE_MANAGE, RECENT)
def pin() -> Answer:
    """Take in another State's root from the file it handed over."""
    if request.method == "GET":
        return render_template("exchange/pin.html", typed={}, errors=())
    file = request.files.get("file")
    text = file.read(100_000).decode("utf-8", "replace") if file else ""
    try:
        with context.begin() as work:
            state = acts.pin(work, acts.bundle_of(text), request.form.get("fingerprint", "")[:100])
    except RegistryError as error:
        return render_template("exchange/pin.html", typed=request.form, errors=shown(error)), error.status
    flash(_("The root of %(state)s is recorded.", state=state), "good")
    return redirect(url_for("exchange.overview"))


@blueprint.post("/exchange/peers/<state>/confirm")
@guard.may(May.EXCHANGE_MANAGE, RECENT)
def confirm(state: str) -> Answer:
    """The second person's word on a root."""
    try:
        with context.begin() as work:
            acts.confirm(work, state[:2], request.form.get("fingerprint", "")[:100])
    except RegistryError as error:
        return _overview(shown(error), error.status)
    flash(_("%(state)s is trusted from now on.", state=state[:2]), "good")
    return redirect(url_for("exchange.overview"))


@blueprint.post("/exchange/keys/<kid>/revoke")
@guard.may(May.EXCHANGE_MANAGE, RECENT)
def revoke(kid: str) -> Answer:
    """A signing key of ours binds us no more."""
    try:
        with context.begin() as work:
            acts.revoke(work, kid, work.now)
    except RegistryError as error:
        return _overview(shown(error), error.status)
    flash(_("The key is revoked here. The next key set tells every State."), "good")
    return redirect(url_for("exchange.overview"))


@blueprint.post("/exchange/outbox/<jti>/resend")
@guard.may(May.EXCHANGE_MANAGE)
def resend(jti: str) -> Answer:
    """Send a dead letter again."""
    try:
        with context.begin() as work:
            acts.resend(work, jti)
    except RegistryError as error:
        return _overview(shown(error), error.status)
    flash(_("The message is on its way again."), "good")
    return redirect(url_for("exchange.overview"))


@blueprint.post("/exchange/outbox/<jti>/close")
@guard.may(May.EXCHANGE_MANAGE)
def close(jti: str) -> Answer:
    """Close a dead letter, with the reason."""
    try:
        with context.begin() as work:
            acts.close(work, jti, request.form.get("reason", ""))
    except RegistryError as error:
        return _overview(shown(error), error.status)
    flash(_("The case is closed."), "good")
    return redirect(url_for("exchange.overview"))
