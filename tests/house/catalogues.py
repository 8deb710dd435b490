"""Which strings the registry can say, and the catalogues that say them in other languages.

`python -m tests.house.catalogues` brings new strings into the catalogues, without a translation, and
leaves out those that nothing says any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from registry.core.errors import RegistryError
from schemas import (
    access,
    ammunition_vocabulary,
    authority_vocabulary,
    deactivation_vocabulary,
    firearms,
    glass_vocabulary,
    intake_vocabulary,
    label_vocabulary,
    licensing_vocabulary,
    notices_vocabulary,
    recovery_vocabulary,
    requests_vocabulary,
    retention_vocabulary,
    shipments_vocabulary,
    verification_vocabulary,
    vocabulary,
)
from tests.house.sources import ROOT

CATALOGUES = sorted((ROOT / "registry/core/web/translations").glob("*/LC_MESSAGES/messages.po"))
FIRST, SECOND, BOTH = (1,), (2,), (1, 2)
LISTS = (
    vocabulary,
    access,
    ammunition_vocabulary,
    authority_vocabulary,
    deactivation_vocabulary,
    firearms,
    glass_vocabulary,
    intake_vocabulary,
    label_vocabulary,
    licensing_vocabulary,
    notices_vocabulary,
    recovery_vocabulary,
    requests_vocabulary,
    retention_vocabulary,
    shipments_vocabulary,
    verification_vocabulary,
)
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "said", "say", "language", "plain", "word"), FIRST),
    **dict.fromkeys(("Unmet", "NavigationEntry", "Invalid", "Refused", "NotFound", "Conflict"), FIRST),
    **dict.fromkeys(("Forbidden", "TooMany", "Stale", "SignInNeeded", "ValidationError"), FIRST),
    **dict.fromkeys(("at", "Caution"), SECOND),
    "ngettext": BOTH,
}
PASSES = (KEYWORDS, {"Gap": (3,)}, {"Gap": (4,)})
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
Id = str | tuple[str, ...]


def said_in(folder: Path) -> Iterator[Id]:
    """Strings that the sources of a folder mark."""
    for keywords in PASSES:
        for _, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=keywords):
            yield message


def labels() -> Iterator[str]:
    """Values of closed lists as pages show them, and titles of refusals."""
    for kind in (kind for module in LISTS for kind in vars(module).values()):
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum:
            yield from (code.replace("_", " ").replace(".", ": ").capitalize() for code in kind)
    kinds: list[type[RegistryError]] = [RegistryError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        yield kind.title


def wanted() -> set[Id]:
    """Everything a catalogue must say."""
    found = {*said_in(ROOT / "registry"), *said_in(ROOT / "schemas"), *labels()}
    return {one for one in found if one and any(character.isalpha() for character in str(one))}


def read(path: Path) -> Catalog:
    """A catalogue; raises PoFileError for a malformed one."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def renew(path: Path) -> None:
    """The catalogue with exactly the strings that are wanted."""
    old = read(path)
    new = Catalog(locale=old.locale, header_comment=old.header_comment, fuzzy=False)
    new.mime_headers = old.mime_headers
    for one in sorted(wanted(), key=str):
        known = old.get(one if isinstance(one, str) else one[0])
        new.add(one, known.string if known else None)
    with path.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, omit_header=False)


if __name__ == "__main__":
    for catalogue in CATALOGUES:
        renew(catalogue)
