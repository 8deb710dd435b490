"""Parties: makers, importers, dealers, public bodies and people, as the lists of an authority tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from registry.core.errors import Invalid
from registry.core.numbers import parse_registry_number
from registry.core.work import Work
from registry.directory import acts as directory
from registry.directory.queries import name_key, party_number
from registry.directory.tables import Party, PartyClosure, Person
from registry.intake import cells, words
from registry.intake.cells import Cell
from registry.intake.heads import Heads, Mine
from registry.intake.record_kind import Claims, Subject
from registry.intake.tables import IntakeRecord
from schemas.directory import ClosureNew, ClosureNewSchema, PartyNew, PartyNewSchema
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.vocabulary import PartyKind
from schemas.words import said

CELLS = {
    "party_kind": Cell(
        "kind of party, kind, type, category, tipo, categoria, tipo de pessoa, categoría, "
        "catégorie, art, kategorie, نوع الطرف, النوع",
        cells.word(words.OF_PARTY_KIND, AliasField.PARTY_KIND),
        to="kind",
        needed=True,
        settled=AliasField.PARTY_KIND,
    ),
    "name": Cell(
        "name, company, corporate name, full name, nome, razão social, nome completo, nombre, "
        "razón social, nom, raison sociale, firma, الاسم, اسم الشركة",
        needed=True,
        person=True,
    ),
    "short_name": Cell(
        "short name, trade name, nome fantasia, nome abreviado, nombre comercial, nom commercial, "
        "kurzname, الاسم التجاري",
    ),
    "country": Cell("country, state, país, pais, pays, land, staat, البلد, الدولة", cells.state, needed=True),
    "place": Cell(
        "place, city, town, municipality, cidade, município, ciudad, localidad, ville, commune, "
        "ort, stadt, المدينة, المكان",
    ),
    "identifier": Cell(
        "identifier, tax number, licence number, registration number, cnpj, nif, cuit, rut, "
        "siret, steuernummer, رقم السجل, الرقم الضريبي",
    ),
    "document_kind": Cell(
        "kind of document, document type, tipo de documento, type de document, art des ausweises, "
        "نوع الوثيقة",
    ),
    "document_number": Cell(
        "document number, identity document, id number, document, cpf, rg, dni, documento, número "
        "de documento, pièce d'identité, numéro de document, ausweisnummer, رقم الهوية, رقم "
        "الوثيقة",
        person=True,
    ),
    "birth_date": Cell(
        "date of birth, birth date, born, data de nascimento, nascimento, fecha de nacimiento, "
        "date de naissance, geburtsdatum, تاريخ الميلاد",
        cells.whole_day,
        person=True,
    ),
    "address": Cell("address, endereço, dirección, domicilio, adresse, anschrift, العنوان", person=True),
    "closed_on": Cell(
        "closed on, closed, date closed, encerrada em, data de encerramento, cerrada el, fecha de "
        "cierre, fermée le, geschlossen am, تاريخ الإغلاق",
        cells.whole_day,
    ),
}
SOURCE = "Register brought in"
ON_RECORD = said("A person of this name with this document is on record.")
_PARTY, _CLOSURE = PartyNewSchema(), ClosureNewSchema()


@dataclass(frozen=True)
class Listed:
    """A party as the directory takes it, and when it closed."""

    party: PartyNew
    closure: ClosureNew | None = None


def _made(work: Work, told: dict[str, Any]) -> Listed:
    """Lists have one column for names, whoever bears them."""
    closed_on = told.pop("closed_on", None)
    if told.get("kind") == PartyKind.PERSON and "name" in told:
        told["full_name"] = told.pop("name")
    closure = _CLOSURE.load({"closed_on": closed_on, "source": SOURCE}) if closed_on else None
    return Listed(_PARTY.load(told), closure)


def _judge(work: Work, new: Listed) -> None:
    directory.judge_party(work, new.party)
    if new.closure is not None:
        directory.judge_closure(work, new.party.kind, new.closure)
    _refuse_known(work, new.party)


def _refuse_known(work: Work, new: PartyNew) -> None:
    """People of one name are not one person, unless their document is one too."""
    if new.document_number:
        query = select(Person.full_name).where(Person.document_number == new.document_number)
        if name_key(new.full_name) in map(name_key, work.session.scalars(query)):
            raise Invalid.at("document_number", ON_RECORD)


def _enter(work: Work, new: Listed) -> dict[str, int]:
    _refuse_known(work, new.party)
    made = directory.register_party(work, new.party)
    key = parse_registry_number("P", made.number)
    if new.closure is not None:
        directory.record_closure(work, key, new.closure)
    return {"party_id": key}


def _claims(new: Listed) -> Claims:
    one = new.party
    if one.kind is not PartyKind.PERSON:
        return {"name": f"{one.kind}:{one.country}:{name_key(one.name)}"}
    if one.document_number:
        return {"document_number": f"{name_key(one.full_name)}:{one.document_number}"}
    return {}


def _closed_later(mine: Mine) -> list[Select[Any]]:
    """That a company closed, where somebody recorded it since."""
    known = PartyClosure.party_id == Party.id
    later = PartyClosure.recorded_at != Party.created_at
    return [select(Party.id).join(PartyClosure, known).where(Party.id.in_(mine), later)]


PARTIES = Subject(
    CELLS, _made, _judge, _enter, _claims, {"full_name": "name", "party": "closed_on", "": "name"}
).kind(
    IntakeKind.PARTIES,
    Heads(
        head=Party.id,
        line=IntakeRecord.party_id,
        prefix="P",
        number=party_number,
        own=(PartyClosure.party_id, Person.party_id),
        version=Party.version,
        more=_closed_later,
    ).undoing(),
    lambda kept: party_number(kept.party_id),
)
