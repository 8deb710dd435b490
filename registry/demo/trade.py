"""Cartridges that come in with lots no record describes yet, and a broker's deliveries between others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from registry.core.work import Actor, Office, Work
from registry.demo import shipments
from registry.demo.people import number_of
from registry.directory import acts as directory
from registry.licensing import acts as licensing
from registry.licensing import brokering_acts
from registry.licensing import queries as licences
from registry.shipments import acts, clearing, lots
from registry.shipments import queries as shipped
from registry.shipments.queries import shipment_key
from schemas import licensing as told
from schemas import shipments as shapes
from schemas.directory import PartyNew
from schemas.licensing_review import DeliveryNew
from schemas.licensing_vocabulary import EvidenceKind, GoodsKind, Intermediary, LicenceKind
from schemas.vocabulary import MarkingScheme, PartyKind

ROUNDS, FIRST = 50_000, 20_000
LOTS = ("SB25-117A", "SB25-118A")
BROKERED, DELIVERED = 400, 150
ISSUED_AGO = timedelta(days=40)
TO_PARAGUAY = shipments.Sale(
    "PY", "Policía Nacional del Paraguay", "Asunción", "Training", "DIMABEL", "DIMABEL 131"
)


def load(office: Office, staff: Mapping[str, Actor], importer: str) -> None:
    """Everything by the people whose work it is; importer: name of one."""
    officer, supervisor, customs = staff["officer"], staff["supervisor"], staff["customs"]
    with office.begin(officer) as work:
        maker = directory.register_party(
            work,
            PartyNew(
                kind=PartyKind.MAKER,
                country="CZ",
                name="Sellier & Bellot a.s.",
                short_name="S&B",
                place="Vlašim",
            ),
        ).number
        holder = number_of(work, importer)
        application = _import(work, holder)
    key = shipments.issued(office, officer, supervisor, application, lambda work, key: None)
    first = _announced(office, officer, key, FIRST)
    _told(office, officer, first, maker)
    _cleared(office, customs, first)
    _announced(office, officer, key, ROUNDS - FIRST)
    then = shipments.ago(office, ISSUED_AGO)
    with then.look(officer) as work:
        brokering = _brokering(work, holder)
    key = shipments.issued(then, officer, supervisor, brokering, _shown)
    _delivered(office, officer, key)


def _import(work: Work, holder: str) -> told.LicenceNew:
    items = tuple(
        told.ItemNew(serial=code, maker="Sellier", country_made="CZ", quantity=ROUNDS // len(LOTS))
        for code in LOTS
    )
    line = told.LineNew(
        GoodsKind.AMMUNITION, "9306", "Cartridge 9 mm Luger FMJ 8.0 g", ROUNDS, "9 mm Luger", items=items
    )
    return told.LicenceNew(
        kind=LicenceKind.IMPORT,
        holder=holder,
        export_country="CZ",
        import_country="BR",
        direct=True,
        recipient_name="Clubes de tiro filiados",
        recipient_address="São Paulo",
        end_use="Sport shooting",
        starts_on=work.today,
        expires_on=work.today + timedelta(days=180),
        lines=(line,),
        place="Brasília",
    )


def _announced(office: Office, officer: Actor, key: int, quantity: int) -> str:
    with office.begin(officer) as work:
        line = shapes.ShippedLine(1, quantity)
        new = shapes.ShipmentNew(shipments.PORT, work.today, (line,), "Lufthansa Cargo", "020-4417 0098")
        return acts.announce(work, key, new).number


def _told(office: Office, officer: Actor, number: str, maker: str) -> None:
    """Of what lot the cartridges are."""
    key = shipment_key(number)
    with office.begin(officer) as work:
        made_on = work.today - timedelta(days=80)
        for item in shipped.shipment(work, key).lines[0].items:
            new = shapes.LotTold(maker, "V310412", "9 mm Luger FMJ 8.0 g", made_on, MarkingScheme.LOT_CODE)
            lots.tell_lot(work, key, item.n, new, shipped.shipment(work, key).version)


def _cleared(office: Office, customs: Actor, number: str) -> None:
    key = shipment_key(number)
    with office.begin(customs) as work:
        for item in shipped.shipment(work, key).lines[0].items:
            clearing.scan(work, key, shapes.ScanNew(item.name.rpartition(" ")[2]))
        version = shipped.shipment(work, key).version
        clearing.clear(work, key, shapes.ClearanceNew(seal="BR-SSZ-0131"), version)


def _brokering(work: Work, holder: str) -> told.LicenceNew:
    line = told.LineNew(GoodsKind.FIREARM, "9303", "Shotgun 12 gauge, pump action", BROKERED)
    broker = told.ParticipantNew(Intermediary.BROKER, "Intermediação Atlântica Ltda.", "BR", "Santos")
    return told.LicenceNew(
        kind=LicenceKind.BROKERING,
        holder=holder,
        export_country="IT",
        import_country=TO_PARAGUAY.to,
        direct=True,
        recipient_name=TO_PARAGUAY.recipient,
        recipient_address=TO_PARAGUAY.place,
        end_use=TO_PARAGUAY.end_use,
        starts_on=work.today,
        expires_on=work.today + timedelta(days=180),
        lines=(line,),
        participants=(broker,),
        place="Brasília",
    )


def _shown(work: Work, key: int) -> None:
    """The papers of the States between which it goes."""
    shipments.show_papers(work, key, TO_PARAGUAY, BROKERED)
    paper = told.EvidenceNew(
        EvidenceKind.EXPORT_LICENCE, "IT 2026/884", "UAMA", work.today - timedelta(days=60)
    )
    licensing.add_evidence(work, key, paper, licences.licence(work, key).version)
    shipments.assess(work, key)


def _delivered(office: Office, officer: Actor, key: int) -> None:
    with office.begin(officer) as work:
        new = DeliveryNew(
            departed_on=work.today - timedelta(days=12),
            arrived_on=work.today - timedelta(days=2),
            export_licence="IT 2026/884",
            proof="DIMABEL recibo 5521",
            quantities=(DELIVERED,),
            carrier="Grimaldi Lines",
        )
        brokering_acts.deliver(work, key, new, licences.licence(work, key).version)
