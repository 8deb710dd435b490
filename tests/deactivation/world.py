"""A pistol, who works on it and who looks at the work."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from PIL import Image

from registry.access.approval_queries import ProposalView
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office, Work
from registry.deactivation import acts, catalogue, queries, verifying
from registry.deactivation.views import DeactivationView
from registry.directory.queries import PartyView
from registry.firearms.views import FirearmView
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import MarkForm
from schemas.vocabulary import PartyKind
from tests.firearms import world as guns
from tests.makers import EVERYTHING, agreed, make_party

APPLIED, DONE, INSPECTED = date(2026, 1, 10), date(2026, 2, 1), date(2026, 2, 20)
GOOD = (
    "barrel.pinned",
    "slide.face_milled",
    "frame.cut",
    "trigger.destroyed",
    "magazine.welded",
)
"""Measures that suffice for a pistol."""


@dataclass(frozen=True)
class World:
    """A pistol that a dealer holds, a gunsmith, and two verifying bodies."""

    office: Office
    gun: FirearmView
    dealer: PartyView
    smith: PartyView
    body: PartyView
    other_body: PartyView

    def act(self, function: Callable[..., Any], *given: Any, actor: Actor = EVERYTHING) -> Any:
        """What an act answers."""
        with self.office.begin(actor) as work:
            return function(work, *given)

    def agreed(self, function: Callable[..., ProposalView], *given: Any) -> ProposalView:
        """What two have agreed on."""
        return agreed(self.office, lambda work: function(work, *given))

    def now(self, found: DeactivationView) -> DeactivationView:
        """The deactivation as it stands."""
        with self.office.look(EVERYTHING) as work:
            return queries.deactivation(work, key(found))

    def applied(self) -> DeactivationView:
        """An application."""
        new = shapes.DeactivationNew(self.gun.number, self.smith.number, APPLIED, "for a museum")
        made: DeactivationView = self.act(acts.apply, new)
        return made

    def worked(self, *measures: str) -> DeactivationView:
        """The same with its work reported."""
        found = self.applied()
        made: DeactivationView = self.act(acts.report_work, key(found), work_of(*measures), found.version)
        return made

    def inspected(self, **given: Any) -> DeactivationView:
        """The same, inspected."""
        found = self.worked()
        new = inspection(self.body.number, **given)
        made: DeactivationView = self.act(acts.inspect, key(found), new, found.version)
        return made

    def verified(self, form: MarkForm = MarkForm.NATIONAL) -> DeactivationView:
        """The same, verified by two."""
        found = self.inspected()
        self.agreed(verifying.propose, key(found), shapes.VerificationNew(form, "all good"), found.version)
        return self.now(found)


def make_world(office: Office) -> World:
    """Register everyone, and authorize the bodies."""
    armoury = guns.make_world(office)
    with office.begin(EVERYTHING) as work:
        smith = make_party(work, PartyKind.DEALER, "Oficina Silva")
        bodies = [make_party(work, PartyKind.PUBLIC_BODY, name) for name in ("Banco de Provas", "Instituto")]
        for body, symbol in zip(bodies, ("BP1", "IT2"), strict=True):
            _authorize(work, body, symbol)
    gun = guns.register(office, armoury)
    return World(office, gun, armoury.dealer, smith, *bodies)


def _authorize(work: Work, body: PartyView, symbol: str) -> None:
    new = shapes.VerifyingBodyNew(body.number, symbol, "BR", date(2020, 1, 1), "Decree 1 of 2020")
    verifying.add_body(work, new)


def key(found: DeactivationView) -> int:
    """The internal key."""
    return parse_registry_number("D", found.number)


def work_of(*measures: str, on: date = DONE) -> shapes.WorkNew:
    """A report of work; measures that suffice unless others are given."""
    return shapes.WorkNew(on, tuple(shapes.MeasureNew(code) for code in measures or GOOD))


def inspection(body: str, bad: str = "", on: date = INSPECTED, **given: Any) -> shapes.InspectionNew:
    """An inspection in which every part passes, but the bad one can be removed."""
    results = tuple(
        shapes.PartResultNew(part, True, part != bad, True) for part in catalogue.parts_of("pistol")
    )
    return shapes.InspectionNew(body, "Eng. Rosa Lima", on, given.get("results", results))


def photograph(side: int = 64, kind: str = "JPEG", **given: Any) -> bytes:
    """A picture as a camera would send it, with a place in it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(out, kind, **given)
    return out.getvalue()
