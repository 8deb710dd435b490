"""What was seized, found or handed in, as registers of evidence tell it, a row for each item."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from registry.core.database import Base
from registry.core.work import Work
from registry.intake import cells, words
from registry.intake.cells import Cell
from registry.intake.heads import Heads, Mine
from registry.intake.record_kind import Claims, Subject
from registry.intake.tables import IntakeRecord
from registry.recovery import acts as recovery
from registry.recovery.queries import recovery_number
from registry.recovery.tables import EvidenceStep, Item, Recovery
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.recovery import RecoveryNew, RecoveryNewSchema
from schemas.retention_vocabulary import RecordClass

CELLS = {
    "recovered_as": Cell(
        "how it was recovered, kind of recovery, origin, circumstance, forma, forma de "
        "recolhimento, origem, forma de recuperación, mode, art der sicherstellung, كيفية "
        "الاسترداد",
        cells.word(words.OF_RECOVERY, AliasField.RECOVERED_AS),
        to="kind",
        needed=True,
        settled=AliasField.RECOVERED_AS,
    ),
    "recovered_on": Cell(
        "date, date recovered, seized on, found on, data, data da apreensão, fecha, fecha de "
        "incautación, date de saisie, datum, تاريخ الضبط, التاريخ",
        cells.day,
        needed=True,
    ),
    "place": Cell("place, where, city, local, cidade, lugar, ciudad, lieu, ville, ort, المكان", needed=True),
    "agency": Cell(
        "agency, authority, police, kept by, órgão, delegacia, organismo, comisaría, service, "
        "autorité, behörde, dienststelle, الجهة",
        cells.party,
        needed=True,
        party=True,
        settled=AliasField.PARTY,
    ),
    "circumstances": Cell(
        "circumstances, how, facts, circunstâncias, histórico, circunstancias, hechos, "
        "circonstances, umstände, الظروف",
    ),
    "case_number": Cell(
        "case, case number, police report, processo, boletim de ocorrência, inquérito, "
        "expediente, causa, dossier, numéro de dossier, aktenzeichen, رقم القضية",
    ),
    "person_name": Cell(
        "handed in by, surrendered by, entregue por, entregado por, remis par, abgegeben von, سلّمه",
        person=True,
    ),
    "person_document": Cell(
        "document of the person, person document, cpf, documento da pessoa, documento de la "
        "persona, document de la personne, ausweis, وثيقة الشخص",
        person=True,
    ),
    "campaign": Cell("campaign, campanha, campaña, campagne, kampagne, حملة"),
    "post": Cell("post, posto, puesto, poste, stelle, مركز", cells.number),
    "anonymous": Cell("anonymous, anônimo, anónimo, anonyme, anonym, مجهول", cells.yes),
    "item_kind": Cell(
        "what, item, kind of item, objeto, item, objeto recolhido, objet, gegenstand, الصنف",
        cells.word(words.OF_ITEM, AliasField.ITEM_KIND),
        settled=AliasField.ITEM_KIND,
    ),
    "type": Cell(
        "type, kind, category, espécie, tipo, clase, genre, waffenart, نوع السلاح",
        cells.word(words.OF_TYPE, AliasField.TYPE),
        settled=AliasField.TYPE,
    ),
    "maker": Cell(
        "maker, manufacturer, brand, fabricante, marca, fabricant, marque, hersteller, الصانع",
    ),
    "model": Cell("model, modelo, modèle, modell, الطراز"),
    "calibre": Cell("calibre, caliber, gauge, kaliber, العيار"),
    "country": Cell(
        "country of manufacture, country, made in, país de fabricação, país, país de fabricación, "
        "pays de fabrication, pays, herstellungsland, بلد الصنع",
        cells.state,
    ),
    "mark": Cell(
        "mark, serial number, serial no, serial, número de série, numeração, número de serie, "
        "numéro de série, seriennummer, الرقم التسلسلي",
    ),
    "mark_condition": Cell(
        "condition of the mark, mark condition, estado da marca, estado de la marca, état du "
        "marquage, zustand der nummer, حالة العلامة",
        cells.word(words.OF_CONDITION, AliasField.CONDITION),
        settled=AliasField.CONDITION,
    ),
    "quantity": Cell("quantity, pieces, quantidade, cantidad, quantité, menge, anzahl, الكمية", cells.number),
    "bag": Cell(
        "bag, evidence bag, seal, lacre, envelope, precinto, bolsa, scellé, beutel, siegel, كيس الأدلة",
    ),
    "note": Cell(
        "note, remarks, observação, observações, observaciones, remarques, bemerkung, ملاحظات",
    ),
}
_ITEM = ("type", "maker", "model", "calibre", "country", "mark", "mark_condition", "quantity", "bag", "note")
_SHAPE = RecoveryNewSchema()


def _made(work: Work, told: dict[str, Any]) -> RecoveryNew:
    item = {name: told.pop(name) for name in _ITEM if name in told}
    if "item_kind" in told:
        item["kind"] = told.pop("item_kind")
    new: RecoveryNew = _SHAPE.load({**told, "items": [item]})
    return new


def _enter(work: Work, new: RecoveryNew) -> dict[str, int]:
    return {"recovery_id": _recorded(work, new)}


def _recorded(work: Work, new: RecoveryNew) -> int:
    return recovery.record_many(work, [new])[0]


def _claims(new: RecoveryNew) -> Claims:
    return {"bag": new.items[0].bag} if new.items[0].bag else {}


def _more(mine: Mine) -> list[Select[Any]]:
    """An item that was matched with a firearm, changed, handed on, or named elsewhere."""
    of, own = Item.recovery_id.in_(mine), (EvidenceStep.__tablename__, Item.__tablename__)
    changed = or_(
        Item.version > 1, Item.firearm_id.is_not(None), Item.handover_id.is_not(None), Item.steps > 1
    )
    named = [
        select(Item.recovery_id).where(of, Item.id.in_(select(key.parent)))
        for table in Base.metadata.sorted_tables
        if table.name not in own
        for key in table.foreign_keys
        if key.target_fullname == "recovered_item.id"
    ]
    return [select(Item.recovery_id).where(of, changed), *named]


def _steps(keys: Any) -> Any:
    return EvidenceStep.item_id.in_(select(Item.id).where(Item.recovery_id.in_(keys)))


_FIELDS = {"": "mark", "kind": "recovered_as", "items.0.kind": "item_kind", "items": "mark"}
RECOVERIES = Subject(CELLS, _made, recovery.judge, _enter, _claims, _FIELDS).kind(
    IntakeKind.RECOVERIES,
    Heads(
        head=Recovery.id,
        line=IntakeRecord.recovery_id,
        prefix="RV",
        number=recovery_number,
        own=(Item.recovery_id,),
        parts=((EvidenceStep, _steps),),
        held=RecordClass.RECOVERY,
        more=_more,
    ).undoing(),
    lambda kept: recovery_number(kept.recovery_id),
)
