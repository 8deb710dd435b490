"""Labels of packages, and artwork that is printed on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.ammunition import artwork
from registry.ammunition.artwork import Captions, Shown
from registry.ammunition.views import PackageView
from registry.core.printing import plates
from registry.core.printing.labels import SHEETS, Label, sheet, single


def package_label(found: PackageView, authority: str, form: str = "single", start: int = 1) -> bytes:
    """The label of a package as PDF: its number, and a GS1 element string where it has one."""
    label = _label(found, authority)
    return single([label]) if form == "single" else sheet([label], SHEETS[form], start)


def _label(found: PackageView, authority: str) -> Label:
    datamatrix = found.gs1 or found.number
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


def artwork_pdf(shown: Sequence[Shown], captions: Captions, small: bool = False) -> bytes:
    """A page for each package; raises Invalid naming what does not fit."""
    return plates.pdf(artwork.plate(one, captions, small) for one in shown)


def artwork_svg(shown: Shown, captions: Captions, small: bool = False) -> str:
    """The drawing of one package; raises Invalid."""
    return plates.svg(artwork.plate(shown, captions, small))


def artwork_archive(shown: Sequence[Shown], captions: Captions, small: bool = False) -> Iterator[bytes]:
    """An archive with a drawing for each package, in pieces.

    Raises Invalid before the first piece: packages whose codes have as many characters fit alike, so that
    one of each kind is drawn first.
    """
    kinds = {(one.buyer, *(len(value) for _, value in one.elements)): one for one in shown}
    for one in kinds.values():
        artwork_svg(one, captions, small)
    return plates.zipped((one.number, artwork.plate(one, captions, small)) for one in shown)
