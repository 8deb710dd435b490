"""Licences of before this registry, a row for each line of goods; those in force as others approve."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from registry.access.approvable import Change
from registry.core.work import Work
from registry.intake import cells, words
from registry.intake.cells import Cell, Cells
from registry.intake.columns import plain
from registry.intake.heads import Heads
from registry.intake.kind import Asking
from registry.intake.tables import IntakeRecord
from registry.intake.together import Together
from registry.licensing import approving
from registry.licensing import earlier_acts as licensing
from registry.licensing.queries import licence_number
from registry.licensing.tables import Event, Evidence, Item, Licence, Line, Participant, Transit
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.licensing import MOST_LINES, LineNew
from schemas.licensing_earlier import EarlierLicence, EarlierLicenceSchema
from schemas.retention_vocabulary import RecordClass
from schemas.words import said


def _states(row: Cells, name: str) -> list[str] | None:
    """States on the way, with commas or the like between them."""
    known, found = words.states(), list[str]()
    for told in filter(None, map(str.strip, re.split(r"[,;/+|]", row.text(name)))):
        code = known.get(plain(told))
        if code is None:
            row.fault(name, said("No State is called so."), told)
            return None
        found.append(code)
    return found


CELLS = {
    "licence": Cell(
        "licence, license, licence number, license number, licença, número da licença, licencia, "
        "número de licencia, autorización, numéro de licence, genehmigung, genehmigungsnummer, "
        "الترخيص, رقم الترخيص",
        to="earlier_number",
        needed=True,
    ),
    "licence_kind": Cell(
        "kind of licence, type of licence, kind, type, tipo de licença, tipo, tipo de licencia, "
        "type de licence, art der genehmigung, art, نوع الترخيص",
        cells.word(words.OF_LICENCE, AliasField.LICENCE_KIND),
        to="kind",
        needed=True,
        settled=AliasField.LICENCE_KIND,
    ),
    "holder": Cell(
        "holder, exporter, importer, applicant, titular, exportador, importador, titulaire, "
        "exportateur, importateur, inhaber, ausführer, صاحب الترخيص",
        cells.party,
        needed=True,
        party=True,
        settled=AliasField.PARTY,
    ),
    "issued_on": Cell(
        "issued on, date of issue, issued, data de emissão, emitida em, fecha de emisión, date de "
        "délivrance, ausstellungsdatum, تاريخ الإصدار",
        cells.day,
        needed=True,
    ),
    "starts_on": Cell(
        "valid from, starts on, válida de, válida desde, valable du, gültig ab, صالح من", cells.day
    ),
    "expires_on": Cell(
        "expires on, valid until, expiry, validade, válida até, vencimiento, válida hasta, "
        "valable jusqu'au, date d'expiration, gültig bis, تاريخ الانتهاء",
        cells.day,
        needed=True,
    ),
    "export_country": Cell(
        "country of export, exported from, from, país de exportação, país de exportación, pays "
        "d'exportation, ausfuhrland, بلد التصدير",
        cells.state,
        needed=True,
    ),
    "import_country": Cell(
        "country of import, imported into, destination, to, país de importação, destino, país de "
        "importación, pays d'importation, einfuhrland, بلد الاستيراد",
        cells.state,
        needed=True,
    ),
    "transits": Cell(
        "transit, transit countries, via, trânsito, países de trânsito, tránsito, países de "
        "tránsito, pays de transit, durchfuhr, بلدان العبور",
        _states,
    ),
    "recipient_name": Cell(
        "final recipient, recipient, consignee, destinatário, destinatário final, destinatario, "
        "destinatario final, destinataire, endempfänger, المستلم النهائي",
        needed=True,
        person=True,
    ),
    "recipient_address": Cell(
        "address of the recipient, recipient address, endereço do destinatário, dirección del "
        "destinatario, adresse du destinataire, adresse des empfängers, عنوان المستلم",
        needed=True,
        person=True,
    ),
    "end_use": Cell(
        "end use, use, purpose, uso final, finalidade, finalidad, utilisation finale, "
        "endverwendung, الاستخدام النهائي",
        needed=True,
    ),
    "place": Cell(
        "place of issue, place, local de emissão, lugar de emisión, lieu de délivrance, "
        "ausstellungsort, مكان الإصدار",
        needed=True,
    ),
    "authority": Cell(
        "issued by, authority, emitida por, órgão emissor, autoridad, emisor, autorité, délivrée "
        "par, behörde, جهة الإصدار",
        needed=True,
    ),
    "goods": Cell(
        "goods, kind of goods, mercadoria, tipo de mercadoria, mercancía, marchandise, ware, البضاعة",
        cells.word(words.OF_GOODS, AliasField.GOODS),
        needed=True,
        settled=AliasField.GOODS,
    ),
    "hs": Cell(
        "hs, hs code, ncm, tariff code, código sh, partida, code sh, zolltarifnummer, رمز النظام المنسق",
        needed=True,
    ),
    "description": Cell(
        "description, description of the goods, descrição, descripción, désignation, description "
        "des marchandises, beschreibung, bezeichnung, الوصف",
        needed=True,
    ),
    "calibre": Cell("calibre, caliber, kaliber, العيار", cells.calibre, settled=AliasField.CALIBRE),
    "quantity": Cell(
        "quantity, quantidade, cantidad, quantité, menge, anzahl, الكمية", cells.number, needed=True
    ),
    "war_material": Cell(
        "war material, material de guerra, matériel de guerre, kriegsmaterial, عتاد حربي", cells.yes
    ),
}
_LINE = ("goods", "hs", "description", "calibre", "quantity", "war_material")
_SHAPE = EarlierLicenceSchema()
_OF_ALL = tuple(
    one.name for one in fields(EarlierLicence) if one.name not in ("earlier_number", "authority", "lines")
)
"""What every row of a licence tells alike."""


def _made(work: Work, told: dict[str, Any]) -> EarlierLicence:
    line = {name: told.pop(name) for name in _LINE if name in told}
    new: EarlierLicence = _SHAPE.load({**told, "lines": [line]})
    return new


def _enter(work: Work, new: EarlierLicence) -> dict[str, int]:
    return {"licence_id": licensing.record_earlier(work, new)}


def _unlike(first: EarlierLicence, other: EarlierLicence) -> list[str]:
    """What two rows of one licence tell otherwise of the licence itself."""
    return [name for name in _OF_ALL if getattr(first, name) != getattr(other, name)]


def _joined(rows: Sequence[EarlierLicence]) -> EarlierLicence:
    return replace(rows[0], lines=tuple(line for one in rows for line in one.lines))


def _asking(work: Work, new: EarlierLicence) -> Asking | None:
    """One in force asks as many people as issuing it here would."""
    if not licensing.is_in_force(new, work.today):
        return None
    war_material = any(line.war_material for line in new.lines)
    return Asking(
        approving.WAR_MATERIAL if war_material else approving.ORDINARY,
        f"{new.earlier_number}, {new.authority}",
        [*_of_licence(new)],
        [change for line in new.lines for change in _of_line(line)],
    )


def _of_licence(new: EarlierLicence) -> Iterator[Change]:
    yield Change("kind", "", new.kind.value, coded=True)
    told = {
        "place": new.place,
        "issued_on": new.issued_on,
        "starts_on": new.starts_on or new.issued_on,
        "expires_on": new.expires_on,
        "holder": new.holder,
        "export_country": new.export_country,
        "transits": ", ".join(new.transits),
        "import_country": new.import_country,
        "recipient": f"{new.recipient_name}, {new.recipient_address}",
        "end_use": new.end_use,
    }
    yield from (Change(name, "", str(value)) for name, value in told.items() if value)


def _of_line(line: LineNew) -> Iterator[Change]:
    yield Change("goods", "", line.goods.value, coded=True)
    told = {
        "description": line.description,
        "quantity": line.quantity,
        "hs": line.hs,
        "calibre": line.calibre,
    }
    yield from (Change(name, "", str(value)) for name, value in told.items() if value)
    if line.war_material:
        yield Change("war_material", "", "yes", coded=True)


_SUBJECT = Together(
    CELLS,
    _made,
    licensing.judge_earlier,
    _enter,
    fields={"": "licence"},
    number="licence",
    issuer="authority",
    unlike=_unlike,
    joined=_joined,
    most=MOST_LINES,
    asking=_asking,
)
LICENCES = replace(
    _SUBJECT.kind(
        IntakeKind.LICENCES,
        Heads(
            head=Licence.id,
            line=IntakeRecord.licence_id,
            prefix="LC",
            number=licence_number,
            own=(
                Item.licence_id,
                Line.licence_id,
                *(table.licence_id for table in (Transit, Participant, Evidence, Event)),
            ),
            held=RecordClass.LICENCE,
            version=Licence.version,
        ).undoing(),
        lambda kept: licence_number(kept.licence_id),
    ),
    each=True,
    gather=_SUBJECT.gather,
    asking=_asking,
)
