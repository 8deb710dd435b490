"""A request to a State without a node: it left as a letter, and its answer was entered with the scan."""

from __future__ import annotations

import io
from datetime import date, timedelta

from PIL import Image, ImageDraw

from registry.core.printing.paper import Frame, KeyValues, Paragraph, document
from registry.core.work import Actor, Office
from registry.exchange import scans
from registry.requests import acts, attaching, letters
from schemas.letters import CarryNew, Letter
from schemas.requests import RequestNew
from schemas.requests_vocabulary import Means, RequestAct
from schemas.vocabulary import FirearmType, IllicitGround, Outcome

SENT_AGO, CAME_AGO = timedelta(days=9), timedelta(days=2)
TO = "UY"
ASKED = RequestNew(
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
THEIR_NUMBER = "SMA 2026/1187"
STATEMENT = "Imported in 1975 and sold to a security company; reported as stolen from it on 14 March 2026."
HOLDER = "Vigilancia del Este S.A., Maldonado"


def load(office: Office, officer: Actor) -> None:
    """A revolver that was found here; the diplomatic bag took the request, and brought the answer."""
    with office.begin(officer) as work:
        drafted = acts.draft(work, ASKED)
        photograph = scans.looked_at("mark.png", _photograph())
        drafted = attaching.attach(work, drafted.id, photograph, drafted.version)
        carried = CarryNew(Means.DIPLOMATIC_BAG, work.today - SENT_AGO, "Mala 118, nota verbal 402")
        left = letters.carry(work, drafted.id, carried, drafted.version)
        came = work.today - CAME_AGO
    answer = Letter(
        act=RequestAct.ANSWER,
        means=Means.DIPLOMATIC_BAG,
        received_on=came,
        reference=THEIR_NUMBER,
        outcome=Outcome.IDENTIFIED,
        statement=STATEMENT,
        last_holder=HOLDER,
        caveat="For the proceedings named in the request",
    )
    scan = scans.looked_at("nota-verbal-611.pdf", _letter(came, left.number))
    with office.begin(officer) as work:
        letters.enter(work, left.id, answer, scan, left.version)


def _photograph() -> bytes:
    """The mark, as the demonstration draws it."""
    picture = Image.new("L", (480, 160), 120)
    ImageDraw.Draw(picture).text((120, 40), ASKED.mark, fill=40, font_size=64)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _letter(came: date, number: str) -> bytes:
    """What Uruguay wrote, as the demonstration invents it."""
    frame = Frame("Nota verbal 611", THEIR_NUMBER, "Servicio de Material y Armamento", f"{came:%Y-%m-%d}")
    told = [("Their request", number), ("Mark", ASKED.mark), ("Last known holder", HOLDER)]
    invented = "Invented for the demonstration: no such letter was written, and no such company exists."
    return document(frame, [Paragraph(STATEMENT, large=True), KeyValues(told), Paragraph(invented)])
