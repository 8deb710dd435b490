"""Deactivations of the demonstration: one verified, one that waits for its inspection."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from registry.access import approvals
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office, Work
from registry.deactivation import acts, catalogue, verifying
from registry.deactivation.views import DeactivationView
from registry.demo.people import number_of
from registry.firearms.queries import firearm_number
from registry.firearms.tables import Firearm
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import EssentialPart, MarkForm
from schemas.vocabulary import CustodyKind, FirearmType

BODY, SMITH = "Exército Brasileiro", "Casa do Caçador"
LASTING = ("barrel.pinned", "slide.face_milled", "frame.cut", "trigger.destroyed", "magazine.welded")


def load(office: Office, officer: Actor, supervisor: Actor) -> None:
    """A pistol that is deactivated under a certificate, and one on which the work is done."""
    with office.begin(supervisor) as work:
        body, smith = number_of(work, BODY), number_of(work, SMITH)
        began = work.today - timedelta(days=400)
        new = shapes.VerifyingBodyNew(body, "EB7", work.home, began, "Invented for the demonstration")
        verifying.add_body(work, new)
        pistols = _pistols(work)
    worked = [_worked(office, officer, number, smith) for number in pistols]
    if worked:
        _verify(office, officer, supervisor, worked[0], body)


def _pistols(work: Work) -> list[str]:
    """Two that somebody bought and nobody lost."""
    wanted = (Firearm.type == FirearmType.PISTOL.value, Firearm.status == CustodyKind.SOLD.value)
    query = select(Firearm.id).where(*wanted, Firearm.superseded_by.is_(None)).order_by(Firearm.id.desc())
    return [firearm_number(key) for key in work.session.scalars(query.limit(2))]


def _key(found: DeactivationView) -> int:
    return parse_registry_number("D", found.number)


def _worked(office: Office, officer: Actor, firearm: str, smith: str) -> DeactivationView:
    with office.begin(officer) as work:
        applied_on = work.today - timedelta(days=40)
        new = shapes.DeactivationNew(firearm, smith, applied_on, "For a collection")
        found = acts.apply(work, new)
        measures = tuple(shapes.MeasureNew(code) for code in LASTING)
        told = shapes.WorkNew(applied_on + timedelta(days=15), measures)
        return acts.report_work(work, _key(found), told, found.version)


def _verify(office: Office, officer: Actor, supervisor: Actor, found: DeactivationView, body: str) -> None:
    with office.begin(officer) as work:
        results = tuple(
            shapes.PartResultNew(part, inoperable=True, not_removable=True, not_modifiable=True)
            for part in catalogue.parts_of(FirearmType.PISTOL)
        )
        day = work.today - timedelta(days=20)
        new = shapes.InspectionNew(body, "Eng. Rosa Lima", day, results)
        passed = acts.inspect(work, _key(found), new, found.version)
        asked = shapes.VerificationNew(
            MarkForm.NATIONAL, "Every part passed", EssentialPart.FRAME_OR_RECEIVER, "right side"
        )
        proposed = verifying.propose(work, _key(passed), asked, passed.version)
    with office.begin(supervisor) as work:
        approvals.approve(work, proposed.id, proposed.digest)
