"""Artwork that is printed on packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.ammunition import artwork
from registry.ammunition.artwork import Captions, Shown
from registry.core.printing import plates


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
