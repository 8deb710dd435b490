"""Labels of packages."""

from __future__ import annotations

from registry.ammunition.packaging import gs1_element_string, package_key
from registry.ammunition.views import PackageView
from registry.core.printing.labels import SHEETS, Label, sheet, single


def package_label(found: PackageView, authority: str, form: str = "single", start: int = 1) -> bytes:
    """The label of a package as PDF: its number, and a GS1 element string where its product has a GTIN."""
    label = _label(found, authority)
    return single([label]) if form == "single" else sheet([label], SHEETS[form], start)


def _label(found: PackageView, authority: str) -> Label:
    key = package_key(found.number)
    datamatrix = found.number
    if found.gtin and key is not None:
        datamatrix = gs1_element_string(found.gtin, found.code, key[1], found.produced_on, found.quantity)
    return Label(
        title=authority,
        human_readable=found.code,
        lines=(
            (found.maker.name, ""),
            (found.product, found.calibre_name),
            (f"{found.quantity:,}", f"({found.first + 1:,} – {found.last + 1:,})"),
        ),
        code128=found.number,
        datamatrix=datamatrix,
        gs1=datamatrix != found.number,
    )
