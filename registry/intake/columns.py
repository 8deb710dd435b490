"""The columns of a register, by the names that registers give them in several languages. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from schemas.intake_vocabulary import AliasField

A = AliasField


@dataclass(frozen=True)
class Columns:
    """What a register of one kind tells, and by which names.

    names: fields of a row, each with the names it goes by. needed: fields without which, or without a value
    for all rows, nothing can be entered. parties: fields that name a party; people: fields that may name
    people. settled: fields whose words may stand for something else, once a person has said so, as what.
    """

    names: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    parties: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    settled: Mapping[str, AliasField] = field(default_factory=dict)

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return {plain(name): own for own, names in self.names.items() for name in (*names, own)}

    def matched(self, columns: Sequence[str]) -> dict[str, str]:
        """Field to column, for the columns whose names are known; of two for one field the first."""
        found: dict[str, str] = {}
        for column in columns:
            name = self._known.get(plain(column))
            if name is not None:
                found.setdefault(name, column)
        return found


def placed(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str] | None:
    """Field to column in another file, by the names of columns as they are compared; None where it has not
    all of them.
    """
    there = {plain(column) or column: column for column in reversed(columns) if column}
    there |= {column: column for column in columns}
    found = {name: there.get(column, there.get(plain(column), "")) for name, column in mapping.items()}
    return None if "" in found.values() else found


def plain(name: str) -> str:
    """How names of columns are compared: letters and figures only, without accents and case."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in parts if c.isalnum())


_FIREARMS: Mapping[str, Sequence[str]] = {
    "serial": (
        "serial number", "serial no", "serial", "mark", "numero de serie", "número de série", "n de serie",
        "numéro de série", "seriennummer", "matrícula", "matricola",
    ),
    "maker": (
        "maker", "manufacturer", "make", "brand", "fabricante", "marca", "fabricant", "marque", "hersteller",
    ),
    "type": ("type", "kind", "category", "espécie", "especie", "tipo", "clase", "genre", "art", "waffenart"),
    "action": ("action", "mechanism", "funcionamento", "accion", "funcionamiento", "mécanisme", "ladeart"),
    "model": ("model", "modelo", "modèle", "modell"),
    "calibre": ("calibre", "caliber", "gauge", "kaliber"),
    "country_made": (
        "country of manufacture", "country", "made in", "país de fabricação", "pais de fabricacion", "país",
        "pays de fabrication", "pays", "herstellungsland", "land",
    ),
    "year_made": (
        "year of manufacture", "year", "ano de fabricação", "ano", "año", "año de fabricación", "année",
        "baujahr",
    ),
    "mark_condition": ("condition of the mark", "mark condition", "estado da marca", "estado de la marca"),
    "registration": (
        "registration mark", "registration number", "registration", "número de registro", "registro",
        "immatriculation",
    ),
    "import_country": ("import mark", "country of import", "marca de importação", "marca de importación"),
    "import_year": ("year of import", "ano de importação", "año de importación"),
    "holder": ("holder", "owner", "keeper", "titular", "proprietário", "propietario", "détenteur", "inhaber"),
    "acquired_on": (
        "date acquired", "acquisition date", "acquired", "date of acquisition", "data de aquisição",
        "data de entrada", "entrada", "fecha de adquisición", "fecha de entrada", "date d'acquisition",
        "erwerbsdatum",
    ),
    "acquired_from": (
        "acquired from", "from whom acquired", "supplier", "seller", "adquirido de", "fornecedor",
        "proveedor", "acquis de", "fournisseur", "erworben von",
    ),
    "disposed_on": (
        "date disposed", "disposition date", "sold on", "date sold", "date of sale", "data de venda",
        "data de saída", "saída", "fecha de venta", "fecha de salida", "date de vente", "verkaufsdatum",
    ),
    "disposed_to": (
        "disposed to", "to whom disposed", "buyer", "sold to", "comprador", "vendido a", "destinatário",
        "acheteur", "vendu à", "käufer",
    ),
    "disposed_to_document": (
        "buyer document", "buyer identity document", "cpf", "documento do comprador",
        "documento del comprador",
    ),
    "document": ("invoice", "document", "invoice number", "nota fiscal", "factura", "facture", "rechnung"),
}  # fmt: skip
FIREARMS = Columns(
    _FIREARMS,
    needed=("serial", "maker", "calibre", "country_made"),
    parties=frozenset({"holder", "acquired_from", "disposed_to"}),
    people=frozenset({"holder", "acquired_from", "disposed_to", "disposed_to_document"}),
    settled={one.value: one for one in (A.MAKER, A.TYPE, A.ACTION, A.CALIBRE)},
)
"""Of a register of firearms, as dealers and authorities keep it."""
