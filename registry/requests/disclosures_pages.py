"""Pages for disclosures that the law compels, told to the source before."""

from __future__ import annotations

from registry.core.web import guard
from registry.core.web.forms import load_form
from registry.core.work import Work
from registry.requests import disclosing
from registry.requests.pages import Answer, blueprint, take_step
from registry.requests.showing import form_typed
from registry.requests.views import RequestView
from schemas.disclosures import DisclosureDoneSchema, DisclosureNewSchema
from schemas.vocabulary import May


@blueprint.post("/requests/<number>/disclosures")
@guard.may(May.REQUEST_SEND)
def tell_disclosure(number: str) -> Answer:
    """Tell the source that something will have to be disclosed."""

    def change(work: Work, key: int, version: int) -> RequestView:
        return disclosing.tell(work, key, load_form(DisclosureNewSchema(), form_typed()), version)

    return take_step(number, change, "disclosure")


@blueprint.post("/requests/<number>/disclosures/<int(max=9999):n>/disclosed")
@guard.may(May.REQUEST_SEND)
def disclose(number: str, n: int) -> Answer:
    """Write down that it was disclosed."""

    def change(work: Work, key: int, version: int) -> RequestView:
        done = load_form(DisclosureDoneSchema(), form_typed())
        return disclosing.disclose(work, key, n, done, version)

    return take_step(number, change, f"disclosed-{n}")


@blueprint.post("/requests/<number>/disclosures/<int(max=9999):n>/seen")
@guard.may(May.REQUEST_ANSWER)
def see_disclosure(number: str, n: int) -> Answer:
    """Say that somebody has read what another State tells."""
    return take_step(number, lambda work, key, version: disclosing.see(work, key, n, version))
