"""What the words of a cell stand for: kinds of firearms and actions in several languages, States. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from registry.directory.countries import COUNTRIES, HISTORIC, country_name
from registry.intake.columns import plain
from schemas.vocabulary import FirearmAction, FirearmType, MarkCondition

T, A, C = FirearmType, FirearmAction, MarkCondition
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
_LANGUAGES = ("en", "pt", "es", "fr", "de")


def _keys(table: Mapping[object, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): str(value) for value, words in table.items() for word in (str(value), *words)}


OF_TYPE, OF_ACTION, OF_CONDITION = _keys(TYPES), _keys(ACTIONS), _keys(CONDITIONS)  # type: ignore[arg-type]


@cache
def states() -> Mapping[str, str]:
    """Plain names and codes of States to their codes."""
    known = {code: code for code in (*COUNTRIES, *HISTORIC)}
    named = {plain(country_name(code, language)): code for code in known for language in _LANGUAGES}
    return {**named, **{plain(code): code for code in known}}
