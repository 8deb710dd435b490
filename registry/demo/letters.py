"""A request to a State without a node: it left as a letter, and its answer is awaited."""

from __future__ import annotations

from datetime import timedelta

from registry.core.work import Actor, Office
from registry.requests import acts, letters
from schemas.letters import CarryNew
from schemas.requests import RequestNew
from schemas.requests_vocabulary import Means
from schemas.vocabulary import FirearmType, IllicitGround

SENT_AGO = timedelta(days=6)
TO = "UY"


def load(office: Office, officer: Actor) -> None:
    """A revolver of Uruguay that was found here; the diplomatic bag took the request."""
    with office.begin(officer) as work:
        new = RequestNew(
            to=TO,
            case_number="IPL 2026.0044117-DPF/FOZ/PR",
            mark="A 40217",
            mark_place="frame, below the cylinder",
            other_marks="none",
            photographs=True,
            maker="Smith & Wesson",
            model="10-5",
            calibre=".38 Special",
            type=FirearmType.REVOLVER,
            country="US",
            year=1974,
            ground=IllicitGround.LAW_OF_THE_STATE,
            legal_basis="Lei n.º 10.826/2003, art. 18",
            circumstances="Found in a bus from Montevideo at Foz do Iguaçu, wrapped in a coat.",
            intended_use="Criminal proceedings",
            confidentiality=True,
        )
        drafted = acts.draft(work, new)
        carried = CarryNew(Means.DIPLOMATIC_BAG, work.today - SENT_AGO, "Mala 118, nota verbal 402")
        letters.carry(work, drafted.id, carried, drafted.version)
