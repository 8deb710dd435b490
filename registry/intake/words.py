"""What the words of a cell stand for: kinds of firearms and actions in several languages, States. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from registry.intake.columns import plain
from schemas.intake_vocabulary import AliasField
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.recovery_vocabulary import ItemKind, RecoveryKind
from schemas.vocabulary import (
    FirearmAction,
    FirearmType,
    MarkCondition,
    MarkingScheme,
    PackageLevel,
    PartyKind,
)

T, A, C, P, S = FirearmType, FirearmAction, MarkCondition, PartyKind, MarkingScheme
R = RecoveryKind
TYPES: Mapping[FirearmType, tuple[str, ...]] = {
    T.PISTOL: ("pistola", "pistolet", "pistole", "handgun pistol", "semi-automatic pistol"),
    T.REVOLVER: ("revólver", "revolver", "révolver"),
    T.RIFLE: ("fuzil", "carabina", "rifle", "carabine", "gewehr", "büchse", "fusil rayé"),
    T.SHOTGUN: ("espingarda", "escopeta", "fusil de chasse", "flinte", "shot gun"),
    T.COMBINATION: ("combinada", "combinée", "drilling", "combination gun"),
    T.SUBMACHINE_GUN: ("submetralhadora", "subfusil", "pistolet mitrailleur", "maschinenpistole", "smg"),
    T.MACHINE_GUN: ("metralhadora", "ametralladora", "mitrailleuse", "maschinengewehr"),
    T.HANDMADE: ("artesanal", "hechiza", "artisanal", "home made", "homemade"),
    T.DERRINGER: ("derringer", "garrucha"),
    T.OTHER: ("outra", "otra", "autre", "andere"),
    T.UNKNOWN: ("desconhecido", "desconocido", "inconnu", "unbekannt", "n/a"),
}
ACTIONS: Mapping[FirearmAction, tuple[str, ...]] = {
    A.SEMI_AUTOMATIC: ("semiautomática", "semi-auto", "semiautomatique", "halbautomatisch", "sa"),
    A.AUTOMATIC: ("automática", "full auto", "automatique", "vollautomatisch"),
    A.REVOLVING: ("revólver", "tambor", "barillet"),
    A.BOLT: ("bolt action", "ferrolho", "cerrojo", "à verrou", "repetição"),
    A.LEVER: ("lever action", "alavanca", "palanca", "levier"),
    A.PUMP: ("pump action", "bomba", "corredera", "pompe"),
    A.SINGLE_SHOT: ("single", "tiro simples", "tiro único", "monocoup"),
    A.DOUBLE_BARREL: ("dois canos", "doble cañón", "deux canons", "side by side", "over under"),
    A.OTHER: ("outra", "otra", "autre"),
    A.UNKNOWN: ("desconhecido", "desconocido", "inconnu"),
}
CONDITIONS: Mapping[MarkCondition, tuple[str, ...]] = {
    C.INTACT: ("intacta", "intact", "legível", "legible", "good"),
    C.ALTERED: ("alterada", "adulterada", "altéré"),
    C.OBLITERATED: ("raspada", "obliterada", "suprimida", "effacé", "erased", "removed"),
    C.RESTORED: ("restaurada", "recuperada", "restauré"),
}
PARTY_KINDS: Mapping[PartyKind, tuple[str, ...]] = {
    P.MAKER: ("manufacturer", "fabricante", "fabricant", "hersteller", "صانع", "indústria"),
    P.IMPORTER: ("importador", "importadora", "importateur", "importeur", "مستورد"),
    P.DEALER: (
        "shop", "store", "gunsmith", "comerciante", "lojista", "loja", "armeria", "armería", "armurier",
        "commerçant", "händler", "تاجر",
    ),
    P.PUBLIC_BODY: (
        "authority", "government", "police", "armed forces", "órgão público", "organismo público",
        "organisme public", "autorité", "behörde", "جهة حكومية",
    ),
    P.PERSON: (
        "natural person", "individual", "pessoa física", "pessoa", "persona física", "particular",
        "personne physique", "natürliche person", "privatperson", "شخص",
    ),
}  # fmt: skip
SCHEMES: Mapping[MarkingScheme, tuple[str, ...]] = {
    S.LOT_CODE: (
        "lot", "lot code", "código do lote", "lote", "código de lote", "code de lot", "losnummer",
        "رمز الدفعة",
    ),
    S.LOT_AND_BUYER_CODE: (
        "lot and buyer", "lote e comprador", "lote y comprador", "lot et acheteur", "los und käufer",
        "الدفعة والمشتري",
    ),
    S.SERIALISED: (
        "serial", "serialized", "serial number", "serializado", "numerado", "sérialisé", "nummeriert",
        "متسلسل",
    ),
}  # fmt: skip
RECOVERIES: Mapping[RecoveryKind, tuple[str, ...]] = {
    R.SEIZED: (
        "seizure", "confiscated", "apreendida", "apreendido", "apreensão", "incautada", "incautación",
        "saisi", "saisie", "beschlagnahmt", "sichergestellt", "مضبوط",
    ),
    R.FOUND: (
        "find", "encontrada", "encontrado", "achado", "hallada", "hallazgo", "trouvé", "gefunden",
        "معثور عليه",
    ),
    R.SURRENDERED: (
        "handed in", "surrender", "entregue", "entrega voluntária", "entregada", "entrega voluntaria",
        "remis", "remise volontaire", "abgegeben", "مسلّم",
    ),
    R.COLLECTED: ("campaign", "campanha", "campaña", "campagne", "kampagne", "حملة"),
}  # fmt: skip
ITEMS: Mapping[ItemKind, tuple[str, ...]] = {
    ItemKind.FIREARM: (
        "weapon", "gun", "arma", "arma de fogo", "arma de fuego", "arme", "arme à feu", "waffe", "سلاح",
    ),
    ItemKind.PART: ("component", "peça", "parte", "pieza", "pièce", "teil", "قطعة"),
    ItemKind.AMMUNITION: (
        "cartridges", "munição", "cartucho", "munición", "munitions", "munition", "patronen", "ذخيرة",
    ),
}  # fmt: skip
LICENCES: Mapping[LicenceKind, tuple[str, ...]] = {
    LicenceKind.IMPORT: ("importação", "importación", "importation", "einfuhr", "استيراد"),
    LicenceKind.EXPORT: ("exportação", "exportación", "exportation", "ausfuhr", "تصدير"),
    LicenceKind.TRANSIT: ("trânsito", "tránsito", "durchfuhr", "عبور"),
    LicenceKind.BROKERING: ("corretagem", "corretaje", "courtage", "vermittlung", "سمسرة"),
}
GOODS: Mapping[GoodsKind, tuple[str, ...]] = {
    GoodsKind.FIREARM: (
        "firearms", "weapons", "armas", "arma", "armas de fogo", "armas de fuego", "armes", "armes à feu",
        "waffen", "أسلحة",
    ),
    GoodsKind.PART: ("parts", "components", "peças", "partes", "piezas", "pièces", "teile", "قطع"),
    GoodsKind.AMMUNITION: (
        "cartridges", "munição", "munições", "munición", "municiones", "munitions", "munition", "ذخيرة",
    ),
}  # fmt: skip
LEVELS: Mapping[PackageLevel, tuple[str, ...]] = {
    PackageLevel.UNIT_BOX: (
        "box", "unit box", "caixa", "caixeta", "caja", "boîte", "schachtel", "علبة",
    ),
    PackageLevel.CARTON: ("carton", "cartão", "embalagem", "cartón", "karton", "كرتون"),
    PackageLevel.CASE: ("case", "crate", "caixote", "cunhete", "cajón", "caisse", "kiste", "صندوق"),
    PackageLevel.PALLET: ("palete", "palé", "palette", "منصة"),
}  # fmt: skip
_LANGUAGES = ("en", "pt", "es", "fr", "de")


def _keys(table: Mapping[Any, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): str(value) for value, words in table.items() for word in (str(value), *words)}


OF_TYPE, OF_ACTION, OF_CONDITION = _keys(TYPES), _keys(ACTIONS), _keys(CONDITIONS)
OF_PARTY_KIND, OF_SCHEME = _keys(PARTY_KINDS), _keys(SCHEMES)
OF_RECOVERY, OF_ITEM = _keys(RECOVERIES), _keys(ITEMS)
OF_LICENCE, OF_GOODS, OF_LEVEL = _keys(LICENCES), _keys(GOODS), _keys(LEVELS)
LISTED: Mapping[AliasField, Mapping[str, str]] = {
    AliasField.TYPE: OF_TYPE,
    AliasField.ACTION: OF_ACTION,
    AliasField.PARTY_KIND: OF_PARTY_KIND,
    AliasField.SCHEME: OF_SCHEME,
    AliasField.CONDITION: OF_CONDITION,
    AliasField.RECOVERED_AS: OF_RECOVERY,
    AliasField.ITEM_KIND: OF_ITEM,
    AliasField.LICENCE_KIND: OF_LICENCE,
    AliasField.GOODS: OF_GOODS,
    AliasField.LEVEL: OF_LEVEL,
}
"""Closed lists by which a person says what a word stands for."""


@cache
def states() -> Mapping[str, str]:
    """Plain names and codes of States to their codes."""
    known = {code: code for code in (*COUNTRIES, *HISTORIC)}
    named = {plain(country_name(code, language)): code for code in known for language in _LANGUAGES}
    return {**named, **{plain(code): code for code in known}}
